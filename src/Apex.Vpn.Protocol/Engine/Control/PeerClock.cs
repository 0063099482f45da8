using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Peers;

namespace Apex.Vpn.Protocol.Engine.Control;

/// <summary>Acts on a peer's deadlines (WG 6).</summary>
internal sealed class PeerClock(EngineContext engine, SessionKeeper sessions, PeerSender sender, Configurator configurator)
{
    /// <summary>Does everything whose time has come, then tells the wheel when to look again.</summary>
    internal void Tick(Peer peer, ControlOutput output, Instant now)
    {
        // Each case takes its own deadline away or moves it, so this ends. What finds no room is still due in the next step.
        for (Deadline due = peer.Timers.Earliest(); due.At <= now && output.HasRoom; due = peer.Timers.Earliest()) Act(peer, due.Reason, output, now);
        Reschedule(peer);
    }

    /// <summary>Tells the wheel about a peer's earliest deadline.</summary>
    internal void Reschedule(Peer peer)
    {
        Deadline next = peer.Timers.Schedule();
        if (next.Reason == DeadlineReason.None || peer.IsRemoved) engine.Wheel.Remove(peer.Active);
        else engine.Wheel.Set(peer.Active, next.At);
    }

    private void Act(Peer peer, DeadlineReason reason, ControlOutput output, Instant now)
    {
        switch (reason)
        {
            case DeadlineReason.RetransmitInitiation:
                Retransmit(peer, output, now);
                break;
            case DeadlineReason.Keepalive:
                peer.Timers.ClearPassiveKeepalive();
                sender.SendKeepalive(peer, output, now);
                peer.Timers.RearmPassiveKeepalive(now);
                break;
            case DeadlineReason.NewHandshake:
                // Data went out and nothing came back: perhaps the way back is broken, so let the kernel choose a source anew.
                peer.Timers.ClearNewHandshake();
                peer.ForgetSource();
                sender.SendInitiation(peer, isRetry: false, output, now);
                break;
            case DeadlineReason.PersistentKeepalive:
                peer.Timers.SetPersistentKeepalive(
                    peer.PersistentKeepalive == 0 ? Instant.Never : now + TimeSpan.FromSeconds(peer.PersistentKeepalive));
                if (peer.PersistentKeepalive != 0) sender.SendKeepalive(peer, output, now);
                break;
            case DeadlineReason.EraseKeys:
                EraseKeys(peer, output.Worker, now);
                break;
        }
    }

    private void EraseKeys(Peer peer, Worker worker, Instant now)
    {
        if (peer.IsAdmitted)
        {
            configurator.RemovePeer(peer.PublicKey);
        }
        else if (peer.Active.Pending is { } pending && now - pending.StartedAt < Limits.RekeyTimeout)
        {
            // After a long sleep all is due at once, and what wanted a new session may have had its turn before the old ones are erased.
            sessions.EraseSessions(peer, worker);
            peer.Timers.EraseKeys = now + Limits.EraseKeysAfter;
        }
        else
        {
            sessions.Erase(peer, worker);
        }
    }

    private void Retransmit(Peer peer, ControlOutput output, Instant now)
    {
        peer.Timers.Retransmit = Instant.Never;
        if (peer.Active.Attempts > Limits.MaxHandshakeAttempts)
        {
            peer.Timers.ClearPassiveKeepalive();
            SessionKeeper.DropStaged(peer, output.Worker);
            // The handshake's own secrets go too, in time, even if there never was a session.
            if (!peer.Timers.EraseKeys.IsSet) peer.Timers.EraseKeys = now + Limits.EraseKeysAfter;
            output.Worker.Counters.Add(CounterKind.HandshakesAbandoned, 1);
            engine.Events.HandshakeAbandoned(peer);
            return;
        }
        peer.Active.Attempts++;
        peer.ForgetSource();
        sender.SendInitiation(peer, isRetry: true, output, now);
    }
}
