using System.Net;

namespace Apex.Vpn.Protocol.Configuration;

/// <summary>The <c>[Interface]</c> section of a <see cref="WireGuardConfiguration"/>: what is this side's.</summary>
/// <remarks>Not thread-safe.</remarks>
public sealed class InterfaceConfiguration
{
    /// <summary>The static private key. The configuration disposes it.</summary>
    /// <value>Null by default: the text has none, and is then no whole configuration.</value>
    public PrivateKey? PrivateKey { get; set; }

    /// <summary>The UDP port to listen on; 0 chooses a free one.</summary>
    /// <value>Null by default: not said.</value>
    public ushort? ListenPort { get; set; }

    /// <summary>The firewall mark of outer packets; 0 for none.</summary>
    /// <value>Null by default: not said.</value>
    public uint? FirewallMark { get; set; }

    /// <summary>The addresses of the interface.</summary>
    public IList<InterfaceAddress> Addresses { get; } = [];

    /// <summary>The resolvers to use while the tunnel is up.</summary>
    public IList<IPAddress> DnsServers { get; } = [];

    /// <summary>The domains to search in while the tunnel is up.</summary>
    public IList<string> DnsSearchDomains { get; } = [];

    /// <summary>The interface's MTU in bytes, 68 to 65535.</summary>
    /// <value>Null by default: found out when the interface comes up.</value>
    public int? Mtu { get; set; }

    /// <summary>
    /// The routing table for the peers' prefixes: <c>off</c> for no routes, <c>auto</c>, or the number or name of a table.
    /// </summary>
    /// <value>Null by default, which means <c>auto</c>.</value>
    public string? Table { get; set; }

    /// <summary>Shell commands to run, in this order, before the interface is set up; <c>%i</c> is the interface's name.</summary>
    public IList<string> PreUp { get; } = [];

    /// <summary>Shell commands to run, in this order, after the interface is set up.</summary>
    public IList<string> PostUp { get; } = [];

    /// <summary>Shell commands to run, in this order, before the interface is taken down.</summary>
    public IList<string> PreDown { get; } = [];

    /// <summary>Shell commands to run, in this order, after the interface is taken down.</summary>
    public IList<string> PostDown { get; } = [];

    /// <summary>Whether the state of the interface is written back to its file when it is taken down.</summary>
    /// <value>False by default.</value>
    public bool SaveConfig { get; set; }

    internal bool ContentEquals(InterfaceConfiguration other) =>
        SecretEquality.Same(PrivateKey, other.PrivateKey)
        && ListenPort == other.ListenPort
        && FirewallMark == other.FirewallMark
        && Mtu == other.Mtu
        && string.Equals(Table, other.Table, StringComparison.Ordinal)
        && SaveConfig == other.SaveConfig
        && Addresses.SequenceEqual(other.Addresses)
        && DnsServers.SequenceEqual(other.DnsServers)
        && DnsSearchDomains.SequenceEqual(other.DnsSearchDomains, StringComparer.Ordinal)
        && PreUp.SequenceEqual(other.PreUp, StringComparer.Ordinal)
        && PostUp.SequenceEqual(other.PostUp, StringComparer.Ordinal)
        && PreDown.SequenceEqual(other.PreDown, StringComparer.Ordinal)
        && PostDown.SequenceEqual(other.PostDown, StringComparer.Ordinal);
}
