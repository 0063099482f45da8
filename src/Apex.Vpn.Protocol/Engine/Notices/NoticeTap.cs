using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Inner;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Engine.Sessions;
using Apex.Vpn.Protocol.Notices;

namespace Apex.Vpn.Protocol.Engine.Notices;

/// <summary>
/// Takes messages out of the stream before the TUN, on receiving workers: notices from gateways, when we are a client, and hellos and
/// acknowledgements to our own addresses, when we are a node. Ordinary packets cost a comparison with each address.
/// </summary>
/// <remarks>The gateways are an array that the control worker replaces by one reference store; the addresses never change.</remarks>
internal sealed class NoticeTap
{
    private readonly EngineContext _engine;
    private readonly AllowedIpPrefix[] _ownAddresses;
    private NoticeGateway[] _gateways;

    internal NoticeTap(EngineContext engine, NoticeClientOptions? client, NoticeNodeOptions? node)
    {
        _engine = engine;
        _gateways = client is null ? [] : [.. client.Gateways];
        _ownAddresses = node is null ? [] : [.. node.Addresses.Select(static address => AllowedIpPrefix.From(address))];
    }

    /// <summary>What waits for the control worker to verify it.</summary>
    internal NoticeInbox Inbox { get; } = new();

    /// <summary>The nodes that a client hears.</summary>
    internal NoticeGateway[] Gateways
    {
        get => Volatile.Read(ref _gateways);
        set => Volatile.Write(ref _gateways, value);
    }

    /// <summary>What we know a peer as; null when it is no gateway.</summary>
    internal NoticeGateway? GatewayOf(Peer peer)
    {
        foreach (NoticeGateway gateway in Gateways)
        {
            if (gateway.Peer == peer.PublicKey) return gateway;
        }
        return null;
    }

    /// <summary>Whether a packet was a message, and so is none of the host's.</summary>
    /// <param name="session">The session it came in.</param>
    /// <param name="packet">Its header; its source is one that the session's peer may use.</param>
    /// <param name="bytes">The whole packet.</param>
    /// <param name="reason">Why the message goes no further; <see cref="DropReason.None"/> when it was taken.</param>
    internal bool TryTake(Keypair session, in InnerPacket packet, ReadOnlySpan<byte> bytes, out DropReason reason)
    {
        reason = DropReason.None;
        bool isFromGateway = IsFromGateway(session.Peer, in packet, out NoticeGateway? gateway);
        if (!isFromGateway && !IsToUs(in packet)) return false;
        if (!NoticePacket.TryRead(bytes, packet.IsIPv4, out ReadOnlySpan<byte> message)) return false;
        reason = isFromGateway ? TakeNotice(session.Peer, gateway, message) : TakeFromClient(session, in packet, message);
        return true;
    }

    /// <summary>Whether the source is a gateway's address; the gateway is null when the peer behind it is another one than configured.</summary>
    private bool IsFromGateway(Peer peer, in InnerPacket packet, out NoticeGateway? gateway)
    {
        bool isKnown = false;
        gateway = null;
        foreach (NoticeGateway candidate in Gateways)
        {
            if (candidate.Way.Destination != packet.Source || candidate.Way.IsIPv4 != packet.IsIPv4) continue;
            isKnown = true;
            if (candidate.Peer == peer.PublicKey) gateway = candidate;
        }
        return isKnown;
    }

    private bool IsToUs(in InnerPacket packet)
    {
        foreach (AllowedIpPrefix own in _ownAddresses)
        {
            if (own.Bits == packet.Destination && own.IsIPv4 == packet.IsIPv4) return true;
        }
        return false;
    }

    private DropReason TakeNotice(Peer peer, NoticeGateway? gateway, ReadOnlySpan<byte> message)
    {
        if (gateway is null || !(NoticeLayout.IsClosing(message) || SignedNotice.TryRead(message, out _))) return DropReason.InvalidNotice;
        if (!Inbox.TryAdd(message, peer, gateway)) return DropReason.NoticeFlood;
        _engine.WakeControl();
        return DropReason.None;
    }

    private DropReason TakeFromClient(Keypair session, in InnerPacket packet, ReadOnlySpan<byte> message)
    {
        if (NoticeLayout.TryReadHello(message, out Guid instance))
        {
            // Looked at first: a client that says it again and again makes no garbage.
            if (session.Listener is not null
                || !session.TryListen(new(instance, new NoticeAddresses(packet.Destination, packet.Source, packet.IsIPv4))))
            {
                return DropReason.StaleNotice;
            }
            _engine.Events.NoticeHello(session.Peer, instance);
            return DropReason.None;
        }
        if (!NoticeLayout.TryReadAck(message, out ulong sequence)) return DropReason.InvalidNotice;
        if (session.Listener?.TryAcknowledge(sequence) != true) return DropReason.StaleNotice;
        _engine.Attention.Raise(session.Peer, Attention.NoticeAcknowledged);
        return DropReason.None;
    }
}
