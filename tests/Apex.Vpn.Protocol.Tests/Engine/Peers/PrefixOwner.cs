using System.Net;
using Apex.Vpn.Protocol.Engine.Peers;

namespace Apex.Vpn.Protocol.Tests.Engine.Peers;

/// <summary>What stands for a peer in tests of allowed IPs.</summary>
internal sealed class PrefixOwner(string name) : IAllowedIpOwner
{
    private AllowedIpList _allowedIps;

    public ref AllowedIpList AllowedIps => ref _allowedIps;

    internal string[] Listed
    {
        get
        {
            var prefixes = new List<string>();
            foreach (AllowedIpPrefix prefix in AllowedIps) prefixes.Add(prefix.ToString());
            return [.. prefixes];
        }
    }

    public override string ToString() => name;

    internal static AllowedIpPrefix Prefix(string text) => AllowedIpPrefix.From(IPNetwork.Parse(text));

    internal static UInt128 Address(string text)
    {
        UInt128 bits = 0;
        foreach (byte value in IPAddress.Parse(text).GetAddressBytes()) bits = (bits << 8) | value;
        return bits;
    }
}
