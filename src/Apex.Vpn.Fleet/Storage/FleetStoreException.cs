namespace Apex.Vpn.Fleet.Storage;

/// <summary>The store could not do what it was asked for. What was to be written was not, unless a derived type says otherwise.</summary>
public abstract class FleetStoreException : Exception
{
    /// <summary>An exception that says why.</summary>
    /// <param name="message">Why.</param>
    protected FleetStoreException(string message) : base(message) { }

    /// <summary>An exception that has a cause.</summary>
    /// <param name="message">Why.</param>
    /// <param name="innerException">The cause.</param>
    protected FleetStoreException(string message, Exception? innerException) : base(message, innerException) { }
}
