using System.ComponentModel.DataAnnotations;

namespace Apex.Vpn.Hosting.Tunnels;

/// <summary>The settings of one tunnel. Read once, when the host starts.</summary>
/// <remarks>
/// Secrets are not among them: settings come from files and environments that many may read and that end up in logs. Keys and peers are in
/// the <see cref="ConfigurationFile"/>. Addresses and routes of the interface are the host's business, as with <c>wg</c>.
/// </remarks>
public sealed class TunnelOptions
{
    /// <summary>The longest name of a network interface on Linux, in bytes.</summary>
    public const int MaxInterfaceName = 15;

    /// <summary>The least MTU: what IPv4 asks of every link (RFC 791), in bytes.</summary>
    public const int MinMtu = 68;

    /// <summary>The greatest MTU, in bytes.</summary>
    public const int MaxMtu = 65535;

    /// <summary>The MTU that fits through most networks once wrapped: 1500 less 80 for an IPv6 header, UDP and WireGuard, in bytes.</summary>
    public const int DefaultMtu = 1420;

    /// <summary>The name of the TUN interface: 1 to 15 letters, digits, and <c>_ = + . -</c>, but not <c>.</c> or <c>..</c>.</summary>
    /// <value>The tunnel's name by default.</value>
    [InterfaceName]
    public string InterfaceName { get; set; } = "";

    /// <summary>The MTU of the interface in bytes, 68 to 65535; an MTU in the configuration file goes before it.</summary>
    /// <value>1420 by default.</value>
    [Range(MinMtu, MaxMtu)]
    public int Mtu { get; set; } = DefaultMtu;

    /// <summary>A configuration as <c>wg-quick</c> reads it, with keys and peers. Nobody but the service's own user should be able to read it.</summary>
    /// <value>Empty by default; needed.</value>
    [Required]
    public string ConfigurationFile { get; set; } = "";
}
