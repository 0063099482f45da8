using System.Net;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Configuration;

/// <summary>A peer's settings and counters at one moment.</summary>
public sealed class PeerStatus
{
    /// <summary>The peer's static public key.</summary>
    public PublicKey PublicKey { get; init; }

    /// <summary>Whether a preshared key is set.</summary>
    public bool HasPresharedKey { get; init; }

    /// <summary>Where the peer was last heard from, or configured; <see cref="UdpEndpoint.None"/> when unknown.</summary>
    public UdpEndpoint Endpoint { get; init; }

    /// <summary>Seconds between keepalives; 0 for none.</summary>
    public ushort PersistentKeepalive { get; init; }

    /// <summary>When the last session was confirmed; null for never.</summary>
    public DateTimeOffset? LastHandshake { get; init; }

    /// <summary>WireGuard message bytes received and authenticated.</summary>
    public long ReceivedBytes { get; init; }

    /// <summary>WireGuard message bytes sent.</summary>
    public long SentBytes { get; init; }

    /// <summary>The prefixes whose packets go to this peer and may come from it, in the order they were given.</summary>
    public IReadOnlyList<IPNetwork> AllowedIps { get; init; } = [];
}
