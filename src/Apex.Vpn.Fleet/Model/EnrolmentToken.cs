namespace Apex.Vpn.Fleet.Model;

/// <summary>A token that lets one node enrol once. The store has its hash only. Immutable; safe from any thread.</summary>
/// <remarks>Times are the database's, UTC, whole microseconds.</remarks>
public sealed record EnrolmentToken
{
    /// <summary>The token's id, the part of it that is no secret; random.</summary>
    public required Guid Id { get; init; }

    /// <summary>SHA-256 of the token's secret. Compared by reference, not by content.</summary>
    public required ReadOnlyMemory<byte> Hash { get; init; }

    /// <summary>The name of the node that it is for.</summary>
    public required string NodeName { get; init; }

    /// <summary>Until when it can be used.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it was added. Set by the store.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was used; null while it was not. Set by the store.</summary>
    public DateTimeOffset? UsedAt { get; init; }

    /// <summary>Who used it: the fingerprint of the key that was enrolled; null while nobody did. Set by the store.</summary>
    public string? UsedBy { get; init; }
}
