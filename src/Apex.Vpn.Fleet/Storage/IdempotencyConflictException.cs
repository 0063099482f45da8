namespace Apex.Vpn.Fleet.Storage;

/// <summary>An idempotency key came again with another request. Nothing was written.</summary>
public sealed class IdempotencyConflictException : FleetStoreException
{
    /// <summary>An exception.</summary>
    public IdempotencyConflictException() : this("The idempotency key was used for another request.") { }

    /// <summary>An exception that says why.</summary>
    /// <param name="message">Why.</param>
    public IdempotencyConflictException(string message) : base(message) { }

    /// <summary>An exception that has a cause.</summary>
    /// <param name="message">Why.</param>
    /// <param name="innerException">The cause.</param>
    public IdempotencyConflictException(string message, Exception? innerException) : base(message, innerException) { }
}
