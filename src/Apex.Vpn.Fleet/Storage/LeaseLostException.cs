namespace Apex.Vpn.Fleet.Storage;

/// <summary>The lease under which was to be written is another's by now, or was given back. Nothing was written.</summary>
public sealed class LeaseLostException : FleetStoreException
{
    /// <summary>An exception.</summary>
    public LeaseLostException() : this("The lease is lost.") { }

    /// <summary>An exception that says why.</summary>
    /// <param name="message">Why.</param>
    public LeaseLostException(string message) : base(message) { }

    /// <summary>An exception that has a cause.</summary>
    /// <param name="message">Why.</param>
    /// <param name="innerException">The cause.</param>
    public LeaseLostException(string message, Exception? innerException) : base(message, innerException) { }
}
