namespace Apex.Vpn.Fleet.Peers;

/// <summary>What is thought of a membership filter that came.</summary>
public enum FilterVerdict
{
    /// <summary>It is good.</summary>
    Good,

    /// <summary>It is none, or larger than may be.</summary>
    Malformed,

    /// <summary>No authority in the bundle signed it.</summary>
    Untrusted,

    /// <summary>It is for another region, or for a key that was replaced.</summary>
    OtherKey,

    /// <summary>It is the one that is there, or an older one.</summary>
    NotNewer,

    /// <summary>Its time is over.</summary>
    Expired,
}
