namespace Apex.Vpn.Fleet.Storage;

/// <summary>The database did not answer, or stayed locked, through all attempts. Nothing was written.</summary>
public sealed class StoreUnavailableException : FleetStoreException
{
    /// <summary>An exception.</summary>
    public StoreUnavailableException() : this("The database is not available.") { }

    /// <summary>An exception that says why.</summary>
    /// <param name="message">Why.</param>
    public StoreUnavailableException(string message) : base(message) { }

    /// <summary>An exception that has a cause.</summary>
    /// <param name="message">Why.</param>
    /// <param name="innerException">The cause.</param>
    public StoreUnavailableException(string message, Exception? innerException) : base(message, innerException) { }
}
