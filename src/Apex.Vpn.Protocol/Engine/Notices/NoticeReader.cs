using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Control;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Notices;

namespace Apex.Vpn.Protocol.Engine.Notices;

/// <summary>The client's side on the control worker: says hello in new sessions, judges what the tap has taken, acknowledges and delivers.</summary>
internal sealed class NoticeReader
{
    /// <summary>Signed time is behind by as long as the signed status was on its way, so a notice may seem to come from so far ahead.</summary>
    internal const int MaxAheadSeconds = 120;

    private readonly NoticeTap _tap;
    private readonly NoticeClientOptions _options;
    private readonly Action<Notice> _received;
    private readonly PeerSender _sender;
    private readonly NodeMarks _marks = new();
    private readonly byte[] _message = new byte[NoticeLayout.MaxSize];

    internal NoticeReader(NoticeTap tap, NoticeClientOptions options, Action<Notice> received, PeerSender sender, EngineRandom random)
    {
        (_tap, _options, _received, _sender) = (tap, options, received, sender);
        Span<byte> instance = stackalloc byte[NoticeLayout.IdSize];
        random.Fill(instance);
        Instance = NoticeLayout.ReadId(instance);
    }

    /// <summary>Who we are to nodes, for as long as the engine lives.</summary>
    internal Guid Instance { get; }

    internal bool HasWork => !_tap.Inbox.IsEmpty;

    /// <summary>Says hello in the peer's session.</summary>
    internal void Greet(Peer peer, ControlOutput output, Instant now)
    {
        if (_tap.GatewayOf(peer) is not { } gateway) return;
        Span<byte> hello = stackalloc byte[NoticeLayout.HelloSize];
        NoticeLayout.WriteHello(hello, Instance);
        Send(hello, peer, gateway, output, now);
    }

    /// <summary>Judges what the tap has taken.</summary>
    internal void Work(ControlOutput output, Instant now)
    {
        while (output.HasRoom && _tap.Inbox.TryTake(_message, out int length, out Peer? peer, out NoticeGateway? gateway))
        {
            DropReason reason = Read(_message.AsSpan(0, length), peer!, gateway!, output, now);
            if (reason != DropReason.None) output.Worker.Drop(reason);
        }
    }

    private DropReason Read(ReadOnlySpan<byte> message, Peer peer, NoticeGateway gateway, ControlOutput output, Instant now)
    {
        NodeMark mark = _marks.Of(gateway.Node);
        if (!mark.MayBeHeard(now)) return DropReason.NoticeFlood;
        if (SignedNotice.TryRead(message, out SignedNotice signed)) return ReadSigned(signed, mark, peer, gateway, output, now);

        // A closing. The session proves the node; it says nothing but itself, and that it was heard.
        Acknowledge(NoticeLayout.ClosingSequence, peer, gateway, output, now);
        if (!mark.MayClose(now)) return DropReason.StaleNotice;
        _received(new Notice { Kind = NoticeKind.Closing, Peer = peer.PublicKey, Node = gateway.Node });
        return DropReason.None;
    }

    private DropReason ReadSigned(
        SignedNotice signed, NodeMark mark, Peer peer, NoticeGateway gateway, ControlOutput output, Instant now)
    {
        if (signed.Node != gateway.Node || (signed.Addressee is { } addressee && addressee != Instance)) return DropReason.InvalidNotice;
        if (signed.Sequence == mark.Highest) Acknowledge(signed.Sequence, peer, gateway, output, now); // what we said before was lost
        if (signed.Sequence <= mark.Highest || !IsInTime(in signed)) return DropReason.StaleNotice;
        if (!_options.Verifier.Verify(signed.SignedPart, signed.Signature)) return DropReason.InvalidNotice;
        mark.Highest = signed.Sequence;
        Acknowledge(signed.Sequence, peer, gateway, output, now);
        _received(signed.Describe(peer.PublicKey));
        return DropReason.None;
    }

    private bool IsInTime(in SignedNotice signed)
    {
        if (_options.SignedTime() is not { } time) return false;
        long seconds = time.ToUnixTimeSeconds();
        return seconds <= signed.NotAfter && signed.Issued <= seconds + MaxAheadSeconds;
    }

    private void Acknowledge(ulong sequence, Peer peer, NoticeGateway gateway, ControlOutput output, Instant now)
    {
        Span<byte> ack = stackalloc byte[NoticeLayout.AckSize];
        NoticeLayout.WriteAck(ack, sequence);
        Send(ack, peer, gateway, output, now);
    }

    private void Send(ReadOnlySpan<byte> message, Peer peer, NoticeGateway gateway, ControlOutput output, Instant now)
    {
        if (peer.IsRemoved || peer.Sessions.Current is not { } session) return;
        Span<byte> packet = stackalloc byte[NoticePacket.MaxSize];
        _sender.TrySend(packet[..NoticePacket.Write(gateway.Way, message, packet)], session, output, now);
    }
}
