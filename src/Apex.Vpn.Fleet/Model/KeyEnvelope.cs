namespace Apex.Vpn.Fleet.Model;

/// <summary>
/// A private key of the control plane, encrypted under a key that the database does not hold. Immutable; safe from any thread.
/// </summary>
/// <param name="Name">Which key, as in <c>list</c> or <c>profile/nl-ams</c>.</param>
/// <param name="Version">Which of its versions, from 1 up.</param>
/// <param name="Ciphertext">The encrypted key; opaque to the store. Compared by reference, not by content.</param>
/// <param name="CreatedAt">When it was added, by the database's clock. Set by the store.</param>
public sealed record KeyEnvelope(string Name, long Version, ReadOnlyMemory<byte> Ciphertext, DateTimeOffset CreatedAt = default);
