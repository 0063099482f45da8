using System.Diagnostics.CodeAnalysis;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Configuration;

/// <summary>Where a peer is reached: an address or a name still to be resolved, and a port.</summary>
/// <remarks>Immutable; safe from any thread.</remarks>
public sealed class PeerEndpoint : IEquatable<PeerEndpoint>
{
    /// <summary>An endpoint whose address is known.</summary>
    /// <param name="address">An address with a port of 1 to 65535.</param>
    /// <exception cref="ArgumentException">No address, or no port.</exception>
    public PeerEndpoint(UdpEndpoint address)
    {
        if (address.IsNone || address.Port == 0) throw new ArgumentException("An endpoint has an address and a port.", nameof(address));
        Address = address;
        Port = address.Port;
    }

    /// <summary>An endpoint whose address is found by a name when it is needed.</summary>
    /// <param name="name">A host name of ASCII letters, digits, hyphens, underscores and dots, which is not an IPv4 address.</param>
    /// <param name="port">1 to 65535.</param>
    /// <exception cref="ArgumentException">The name is none, or the port is 0.</exception>
    public PeerEndpoint(string name, ushort port)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!HostNameText.IsHostName(name)) throw new ArgumentException("Not a host name.", nameof(name));
        ArgumentOutOfRangeException.ThrowIfZero(port);
        Name = name;
        Port = port;
    }

    /// <summary>The name to resolve; null when the address is known.</summary>
    public string? Name { get; }

    /// <summary>The address with the port; <see cref="UdpEndpoint.None"/> when there is a name to resolve.</summary>
    public UdpEndpoint Address { get; }

    /// <summary>The UDP port, 1 to 65535.</summary>
    public ushort Port { get; }

    /// <summary>
    /// Parses <c>192.0.2.1:51820</c>, <c>[2001:db8::1]:51820</c>, <c>[fe80::1%eth0]:51820</c> or <c>vpn.example.com:51820</c>.
    /// </summary>
    /// <param name="text">The text, without surrounding space. Names are kept, not looked up.</param>
    /// <param name="endpoint">The endpoint; null when the text is none.</param>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out PeerEndpoint? endpoint)
    {
        endpoint = null;
        if (AddressText.TryParseEndpoint(text, out UdpEndpoint address))
        {
            if (address.Port == 0) return false;
            endpoint = new PeerEndpoint(address);
            return true;
        }
        if (!AddressText.TrySplitHostAndPort(text, out ReadOnlySpan<char> host, out bool bracketed, out ushort port)) return false;
        if (bracketed || port == 0 || !HostNameText.IsHostName(host)) return false;
        endpoint = new PeerEndpoint(host.ToString(), port);
        return true;
    }

    /// <inheritdoc/>
    public bool Equals(PeerEndpoint? other) =>
        other is not null && Port == other.Port && Address == other.Address && string.Equals(Name, other.Name, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PeerEndpoint);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Address, Port);

    /// <summary>The endpoint as a configuration writes it.</summary>
    public override string ToString() => Name is null ? Address.ToString() : $"{Name}:{Port}";
}
