namespace Apex.Vpn.Routing.Selection;

/// <summary>When traffic goes through two servers.</summary>
public enum MultihopMode : byte
{
    /// <summary>Only where it is measurably faster than the direct way, and the policy allows it.</summary>
    WhenFaster = 0,

    /// <summary>Never.</summary>
    Never = 1,

    /// <summary>Always; when no two servers can be found, none is chosen.</summary>
    Always = 2,
}
