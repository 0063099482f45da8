using Apex.Vpn.Protocol;

namespace Apex.Vpn.Routing.Directory;

/// <summary>
/// One of a server's WireGuard identities and when it may be used. Two overlap while a server goes from one to the next. A value; immutable.
/// </summary>
/// <param name="Key">The static public key.</param>
/// <param name="NotBefore">From when on it is answered.</param>
/// <param name="NotAfter">Until when; the instant itself included.</param>
public readonly record struct ServerKey(PublicKey Key, DateTimeOffset NotBefore, DateTimeOffset NotAfter)
{
    /// <summary>Whether the key may be used.</summary>
    /// <param name="now">Signed time (<see cref="SignedTime"/>), not the wall clock's.</param>
    public bool IsValidAt(DateTimeOffset now) => NotBefore <= now && now <= NotAfter;
}
