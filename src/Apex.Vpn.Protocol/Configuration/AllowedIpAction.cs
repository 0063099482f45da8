namespace Apex.Vpn.Protocol.Configuration;

/// <summary>What an <see cref="AllowedIpChange"/> does.</summary>
public enum AllowedIpAction
{
    /// <summary>Gives the prefix to the peer; another peer that had exactly this prefix loses it.</summary>
    Add,

    /// <summary>Takes the prefix from the peer if it is the peer's; else does nothing.</summary>
    Remove,

    /// <summary>Takes all prefixes from the peer; the prefix of the change has no meaning.</summary>
    Clear,
}
