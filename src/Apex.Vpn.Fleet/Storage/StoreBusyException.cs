namespace Apex.Vpn.Fleet.Storage;

/// <summary>
/// More writes wait than the store's queue holds (<see cref="FleetStoreOptions.QueueCapacity"/>): come again later. Nothing was written.
/// </summary>
public sealed class StoreBusyException : FleetStoreException
{
    /// <summary>An exception.</summary>
    public StoreBusyException() : this("Too many writes wait.") { }

    /// <summary>An exception that says why.</summary>
    /// <param name="message">Why.</param>
    public StoreBusyException(string message) : base(message) { }

    /// <summary>An exception that has a cause.</summary>
    /// <param name="message">Why.</param>
    /// <param name="innerException">The cause.</param>
    public StoreBusyException(string message, Exception? innerException) : base(message, innerException) { }
}
