namespace Apex.Vpn.Routing.Selection;

/// <summary>From when until when a key may be used, both ends included, in ticks of UTC.</summary>
internal readonly record struct KeyPeriod(long NotBefore, long NotAfter, bool IsRevoked)
{
    internal bool Contains(long now) => NotBefore <= now && now <= NotAfter;
}
