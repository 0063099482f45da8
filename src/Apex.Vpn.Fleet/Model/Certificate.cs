namespace Apex.Vpn.Fleet.Model;

/// <summary>What is remembered of a certificate that was issued to a node. Immutable; safe from any thread.</summary>
/// <param name="Serial">The serial number in hex; unique.</param>
/// <param name="NodeId">Whose it is.</param>
/// <param name="NotBefore">From when on it is valid.</param>
/// <param name="NotAfter">Until when.</param>
/// <param name="RevokedAt">When it was revoked; null while it is not. Set by the store.</param>
public sealed record Certificate(
    string Serial, Guid NodeId, DateTimeOffset NotBefore, DateTimeOffset NotAfter, DateTimeOffset? RevokedAt = null);
