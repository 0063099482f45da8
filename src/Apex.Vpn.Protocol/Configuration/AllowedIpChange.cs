using System.Net;

namespace Apex.Vpn.Protocol.Configuration;

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
