using Apex.Vpn.Protocol.Engine.Control;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Notices;

namespace Apex.Vpn.Protocol.Engine.Notices;

/// <summary>All of notices that belongs to the control worker: the client's side, the node's, or both.</summary>
internal sealed class NoticeControl
{
    private readonly EngineContext _engine;
    private readonly NoticeTap _tap;

    internal NoticeControl(EngineContext engine, NoticeTap tap, EngineOptions options, PeerSender sender)
    {
        (_engine, _tap) = (engine, tap);
        if (options.NoticeClient is { } client) Reader = new NoticeReader(tap, client, options.NoticeReceived, sender, options.Random);
        if (options.NoticeNode is not null) Sender = new NoticeSender(engine, sender, options.NoticesSettled);
    }

    /// <summary>The client's side; null when this is none.</summary>
    internal NoticeReader? Reader { get; }

    /// <summary>The node's side; null when this is none.</summary>
    internal NoticeSender? Sender { get; }

    internal bool HasWork => Reader is { HasWork: true };

    /// <summary>Does what a data worker or a new session asked for.</summary>
    internal void Attend(Peer peer, Attention attention, ControlOutput output, Instant now)
    {
        if (attention.HasFlag(Attention.Hello)) Reader?.Greet(peer, output, now);
        if (attention.HasFlag(Attention.NoticeAcknowledged)) Sender?.Acknowledged(peer);
    }

    /// <summary>Sets the nodes that are heard from now on; those with a session hear a hello in it.</summary>
    internal void SetGateways(IReadOnlyList<NoticeGateway> gateways)
    {
        _tap.Gateways = [.. gateways];
        foreach (NoticeGateway gateway in gateways)
        {
            if (_engine.Peers.TryFind(gateway.Peer, out Peer? peer) && !peer.IsIdle) _engine.Attention.Raise(peer, Attention.Hello);
        }
    }

    /// <summary>Begins to tell one client something; false when there is none that would hear it.</summary>
    internal bool Notify(PublicKey key, NoticeKind kind, ReadOnlySpan<byte> signed, Instant now) =>
        _engine.Peers.TryFind(key, out Peer? peer) && Sender!.TryNotify(peer, kind, Message(kind, signed, out ulong sequence), sequence, now);

    /// <summary>Begins to tell all clients something, and returns how many hear it.</summary>
    internal int NotifyAll(NoticeKind kind, ReadOnlySpan<byte> signed, Instant now)
    {
        byte[] message = Message(kind, signed, out ulong sequence);
        int told = 0;
        for (Peer? peer = _engine.Peers.First; peer is not null; peer = peer.Later)
        {
            if (Sender!.TryNotify(peer, kind, message, sequence, now)) told++;
        }
        return told;
    }

    /// <summary>Whether the bytes of a notice are of its kind, so that a client would look at the signature.</summary>
    internal static bool IsWellFormed(NoticeKind kind, ReadOnlySpan<byte> signed) =>
        kind == NoticeKind.Closing ? signed.IsEmpty : SignedNotice.TryRead(signed, out SignedNotice notice) && notice.Kind == kind;

    private static byte[] Message(NoticeKind kind, ReadOnlySpan<byte> signed, out ulong sequence)
    {
        sequence = SignedNotice.TryRead(signed, out SignedNotice notice) ? notice.Sequence : NoticeLayout.ClosingSequence;
        return kind == NoticeKind.Closing ? NoticeLayout.Closing() : signed.ToArray();
    }
}
