using System.Net;

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

/// <summary>One step in changing a peer's allowed IPs.</summary>
/// <param name="Action">What to do.</param>
/// <param name="Prefix">The prefix; bits beyond its length are ignored.</param>
public readonly record struct AllowedIpChange(AllowedIpAction Action, IPNetwork Prefix)
{
    /// <summary>Gives a prefix to the peer.</summary>
    /// <param name="prefix">The prefix.</param>
    public static AllowedIpChange Add(IPNetwork prefix) => new(AllowedIpAction.Add, prefix);

    /// <summary>Takes a prefix from the peer.</summary>
    /// <param name="prefix">The prefix.</param>
    public static AllowedIpChange Remove(IPNetwork prefix) => new(AllowedIpAction.Remove, prefix);

    /// <summary>Takes all prefixes from the peer.</summary>
    public static AllowedIpChange Clear() => new(AllowedIpAction.Clear, default);
}
