namespace Apex.Vpn.Fleet.Model;

/// <summary>Something that is not valid any more, whatever else says that it is. Immutable; safe from any thread.</summary>
/// <param name="Kind">What it is, as in <c>device-key</c> or <c>list-key</c>.</param>
/// <param name="Subject">Which one: the key's bytes, for example. Compared by reference, not by content.</param>
/// <param name="RevokedAt">When, by the database's clock. Set by the store.</param>
/// <param name="ExpiresAt">When it need not be remembered any more, since what it revokes has expired by then; null for never.</param>
public sealed record Revocation(
    string Kind, ReadOnlyMemory<byte> Subject, DateTimeOffset RevokedAt = default, DateTimeOffset? ExpiresAt = null);
