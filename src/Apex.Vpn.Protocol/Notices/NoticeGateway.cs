using System.Net;
using Apex.Vpn.Protocol.Engine.Notices;
using Apex.Vpn.Protocol.Engine.Peers;

namespace Apex.Vpn.Protocol.Notices;

/// <summary>A node that a client hears notices from. Immutable.</summary>
public sealed class NoticeGateway
{
    /// <summary>Names a node.</summary>
    /// <param name="peer">The peer that the node is. Its allowed IPs hold <paramref name="address"/>; from anybody else, the address is
    /// refused.</param>
    /// <param name="node">The node's id: it is heard when it speaks of itself.</param>
    /// <param name="address">The node's address in the tunnel.</param>
    /// <param name="localAddress">Our own address in the tunnel, of the same family.</param>
    /// <exception cref="ArgumentException">The addresses are of two families.</exception>
    public NoticeGateway(PublicKey peer, Guid node, IPAddress address, IPAddress localAddress)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(localAddress);
        AllowedIpPrefix remote = AllowedIpPrefix.From(address), local = AllowedIpPrefix.From(localAddress);
        if (remote.IsIPv4 != local.IsIPv4) throw new ArgumentException("Both addresses must be of one family.", nameof(localAddress));
        (Peer, Node, Address, LocalAddress) = (peer, node, address, localAddress);
        Way = new NoticeAddresses(local.Bits, remote.Bits, remote.IsIPv4);
    }

    /// <summary>The peer that the node is.</summary>
    public PublicKey Peer { get; }

    /// <summary>The node's id.</summary>
    public Guid Node { get; }

    /// <summary>The node's address in the tunnel.</summary>
    public IPAddress Address { get; }

    /// <summary>Our own address in the tunnel.</summary>
    public IPAddress LocalAddress { get; }

    /// <summary>From us to the node.</summary>
    internal NoticeAddresses Way { get; }
}
