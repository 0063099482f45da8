namespace Apex.Vpn.Fleet.Peers;

/// <summary>What the index knows of a key.</summary>
public enum GrantAnswer
{
    /// <summary>Nothing.</summary>
    Unknown,

    /// <summary>The device may connect.</summary>
    Granted,

    /// <summary>It may not any more.</summary>
    Revoked,
}
