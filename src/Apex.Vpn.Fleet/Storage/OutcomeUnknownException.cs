namespace Apex.Vpn.Fleet.Storage;

/// <summary>
/// The connection broke while the transaction was committed, and nobody can say whether it was. A write with an <see
/// cref="IdempotencyKey"/> finds out by itself and throws this only when the database stays away.
/// </summary>
public sealed class OutcomeUnknownException : FleetStoreException
{
    /// <summary>An exception.</summary>
    public OutcomeUnknownException() : this("Whether the transaction was committed is unknown.") { }

    /// <summary>An exception that says why.</summary>
    /// <param name="message">Why.</param>
    public OutcomeUnknownException(string message) : base(message) { }

    /// <summary>An exception that has a cause.</summary>
    /// <param name="message">Why.</param>
    /// <param name="innerException">The cause.</param>
    public OutcomeUnknownException(string message, Exception? innerException) : base(message, innerException) { }
}
