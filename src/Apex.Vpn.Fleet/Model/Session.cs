namespace Apex.Vpn.Fleet.Model;

/// <summary>A sign-in and the chain of refresh tokens that came of it. Immutable; safe from any thread.</summary>
/// <remarks>
/// Each refresh replaces the token; whoever comes with one that was replaced before holds a copy, and the whole chain ends. The store
/// has only hashes of tokens. Times are the database's, UTC, whole microseconds.
/// </remarks>
public sealed record Session
{
    /// <summary>The chain's id; random.</summary>
    public required Guid Id { get; init; }

    /// <summary>Whose it is.</summary>
    public required Guid AccountId { get; init; }

    /// <summary>The device that it is bound to; another one's refresh is refused.</summary>
    public required Guid DeviceId { get; init; }

    /// <summary>SHA-256 of the token that is valid now; unique. Compared by reference, not by content.</summary>
    public required ReadOnlyMemory<byte> Hash { get; init; }

    /// <summary>How many refreshes there were. Kept by the store.</summary>
    public long Generation { get; init; }

    /// <summary>Until when the valid token is.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it began. Set by the store.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was ended; null while it is not. Set by the store.</summary>
    public DateTimeOffset? RevokedAt { get; init; }
}
