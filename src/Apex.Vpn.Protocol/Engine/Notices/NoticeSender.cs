using Apex.Vpn.Protocol.Engine.Control;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Engine.Sessions;
using Apex.Vpn.Protocol.Notices;

namespace Apex.Vpn.Protocol.Engine.Notices;

/// <summary>The node's side on the control worker: sends notices to clients that said hello, up to three times until acknowledged.</summary>
/// <remarks>A client has at most one on its way: a newer one takes its place, since only the highest sequence counts.</remarks>
internal sealed class NoticeSender(EngineContext engine, PeerSender sender, Action settled)
{
    internal const int MaxTurns = 3;

    /// <summary>How long a notice waits for its acknowledgement the first time; then twice and four times as long, 3.5 s in all.</summary>
    internal static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<Peer, PendingNotice> _pending = [];

    /// <summary>How many clients have a notice on its way.</summary>
    internal int Pending => _pending.Count;

    /// <summary>Begins to tell a client something; false when it has no session in which it said hello.</summary>
    internal bool TryNotify(Peer peer, NoticeKind kind, byte[] message, ulong sequence, Instant now)
    {
        if (peer.IsRemoved || ListeningSession(peer, now) is null) return false;
        if (_pending.TryGetValue(peer, out PendingNotice? former)) Forget(former, acknowledged: false);
        var notice = new PendingNotice(peer, kind, message, sequence);
        _pending.Add(peer, notice);
        engine.Wheel.Set(notice, now);
        return true;
    }

    /// <summary>The time of a notice has come: it is sent, again, or given up.</summary>
    internal void Tick(PendingNotice notice, ControlOutput output, Instant now)
    {
        if (notice.Turns == MaxTurns)
        {
            End(notice, acknowledged: false);
            return;
        }
        Send(notice, output, now);
        engine.Wheel.Set(notice, now + (FirstWait * (1 << notice.Turns)));
        notice.Turns++;
    }

    /// <summary>A client acknowledged what was sent last.</summary>
    internal void Acknowledged(Peer peer)
    {
        // It may have been for a notice whose place another one took.
        if (_pending.TryGetValue(peer, out PendingNotice? notice) && notice.SentTo is { IsAcknowledged: true }) End(notice, acknowledged: true);
    }

    private void Send(PendingNotice notice, ControlOutput output, Instant now)
    {
        // Without such a session the turn passes: a client that has just renewed it says hello at once.
        if (notice.Peer.IsRemoved || ListeningSession(notice.Peer, now) is not { Listener: { } listener } session) return;
        Span<byte> packet = stackalloc byte[NoticePacket.MaxSize];
        int length = NoticePacket.Write(listener.Way, notice.Message, packet);
        listener.Await(notice.Sequence);
        notice.SentTo = listener;
        sender.TrySend(packet[..length], session, output, now);
    }

    private void End(PendingNotice notice, bool acknowledged)
    {
        Forget(notice, acknowledged);
        if (_pending.Count == 0) settled();
    }

    private void Forget(PendingNotice notice, bool acknowledged)
    {
        _pending.Remove(notice.Peer);
        engine.Wheel.Remove(notice);
        engine.Events.NoticeEnded(notice.Peer, notice.Kind, acknowledged);
    }

    /// <summary>
    /// The session to send a notice in: one in which the client said hello. That is the current one, unless two handshakes crossed; then each
    /// side goes on in the one that it began, and the hello came in the other.
    /// </summary>
    private static Keypair? ListeningSession(Peer peer, Instant now)
    {
        if (peer.IsIdle || peer.Sessions.Current is not { } session) return null;
        if (session is { IsInitiator: true, Listener: null }
            && peer.Sessions.Previous is { IsInitiator: false } other
            && (session.CreatedAt - other.CreatedAt).Duration() < Limits.RekeyTimeout)
        {
            session = other;
        }
        return session.Listener is not null && session.CanSend(now) ? session : null;
    }
}
