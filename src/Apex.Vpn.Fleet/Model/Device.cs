using Apex.Vpn.Protocol;

namespace Apex.Vpn.Fleet.Model;

/// <summary>One device of an account. Nothing here says from where it connects, or when. Immutable; safe from any thread.</summary>
/// <remarks>Times are the database's, UTC, whole microseconds.</remarks>
public sealed record Device
{
    /// <summary>The device's id; random.</summary>
    public required Guid Id { get; init; }

    /// <summary>Whose it is.</summary>
    public required Guid AccountId { get; init; }

    /// <summary>Its WireGuard public key; unique, also among revoked devices: a key that was taken away does not come back.</summary>
    public required PublicKey PublicKey { get; init; }

    /// <summary>What its owner calls it.</summary>
    public required string Name { get; init; }

    /// <summary>Its place in its address pool: both inner addresses follow from it (<see cref="AddressPool"/>).</summary>
    public required InnerAddress Address { get; init; }

    /// <summary>When it was added. Set by the store.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was taken away; null while it is valid. Set by the store.</summary>
    public DateTimeOffset? RevokedAt { get; init; }
}
