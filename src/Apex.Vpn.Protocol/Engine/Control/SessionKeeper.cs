using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Defense;
using Apex.Vpn.Protocol.Engine.Noise;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Engine.Sessions;

namespace Apex.Vpn.Protocol.Engine.Control;

/// <summary>Makes sessions of finished handshakes, and takes keys away in two steps: out of sight first, erased when no worker looks.</summary>
internal sealed class SessionKeeper(EngineContext engine, Tai64nClock clock)
{
    /// <summary>Makes the session of a response that was accepted; it takes over the handshake's receiver index.</summary>
    internal Keypair BeginAsInitiator(Peer peer, PendingHandshake pending, SymmetricState state, uint remoteIndex, Worker worker, Instant now)
    {
        var keypair = new Keypair(peer, engine.Keys, isInitiator: true, remoteIndex, now);
        state.Split(keypair.SendKey, keypair.ReceiveKey);
        engine.Indices.Replace(pending, keypair);
        Forget(peer, pending, indexTaken: true);
        CountActive(peer, worker);
        (Keypair? first, Keypair? second) = peer.Sessions.InstallAsInitiator(keypair);
        engine.Gate.Known.Follow(peer);
        Discard(first);
        Discard(second);
        peer.Timers.EraseKeys = now + Limits.EraseKeysAfter;
        return keypair;
    }

    /// <summary>Makes the session of an initiation that was answered; it is good for sending once data comes under it.</summary>
    internal Keypair BeginAsResponder(Peer peer, SymmetricState state, uint remoteIndex, Worker worker, Instant now)
    {
        var keypair = new Keypair(peer, engine.Keys, isInitiator: false, remoteIndex, now);
        state.Split(keypair.ReceiveKey, keypair.SendKey);
        engine.Indices.Reserve(keypair, engine.Random);
        CountActive(peer, worker);
        (Keypair? first, Keypair? second) = peer.Sessions.InstallAsResponder(keypair);
        engine.Gate.Known.Follow(peer);
        Discard(first);
        Discard(second);
        peer.Timers.EraseKeys = now + (peer.IsAdmitted ? Limits.EraseAdmittedAfter : Limits.EraseKeysAfter);
        return keypair;
    }

    /// <summary>A session is confirmed by both sides.</summary>
    internal void Confirm(Peer peer, bool initiator, Worker worker, Instant now)
    {
        ActivePeer active = peer.Active;
        active.Timers.Retransmit = Instant.Never;
        active.Attempts = 0;
        active.LastHandshake = clock.UnixNanoseconds(now);
        worker.Counters.Add(CounterKind.HandshakesCompleted, 1);
        engine.Events.SessionEstablished(peer, initiator, now - active.HandshakeBegan);
        if (engine.Notices?.GatewayOf(peer) is not null) engine.Attention.Raise(peer, Attention.Hello);
    }

    /// <summary>Drops an initiation of ours that waits for its response.</summary>
    internal void ForgetPending(Peer peer)
    {
        if (peer.Active.Pending is { } pending) Forget(peer, pending, indexTaken: false);
    }

    /// <summary>Erases all sessions and handshakes with a peer and drops what waits for them.</summary>
    internal void Erase(Peer peer, Worker worker)
    {
        ForgetPending(peer);
        EraseSessions(peer, worker);
        DropStaged(peer, worker);
    }

    /// <summary>Erases all sessions with a peer; a handshake that is under way goes on.</summary>
    internal void EraseSessions(Peer peer, Worker worker)
    {
        bool any = peer.Sessions.HasAny;
        (Keypair? current, Keypair? previous, Keypair? next) = peer.Sessions.Clear();
        engine.Gate.Known.Follow(peer);
        Discard(current);
        Discard(previous);
        Discard(next);
        peer.Timers.EraseKeys = Instant.Never;
        if (!any) return;
        worker.Counters.Add(CounterKind.ActivePeers, -1);
        engine.Events.KeysErased(peer);
    }

    /// <summary>Drops what waits for a session.</summary>
    internal static void DropStaged(Peer peer, Worker worker)
    {
        worker.Drop(DropReason.StagedAbandoned, peer.Staged.Clear());
    }

    /// <summary>Erases the preshared key if there is one.</summary>
    internal void ErasePresharedKey(Peer peer)
    {
        if (!peer.PresharedKey.IsEmpty) engine.Keys.Return(peer.PresharedKey);
        peer.PresharedKey = default;
    }

    /// <summary>Erases the agreement of the static keys; it is computed again when a handshake needs it.</summary>
    internal void EraseStaticStatic(ActivePeer peer)
    {
        if (!peer.StaticStatic.IsEmpty) engine.Keys.Return(peer.StaticStatic);
        peer.StaticStatic = default;
        peer.StaticStaticOf = null;
    }

    /// <summary>First step of retirement: nobody finds the keypair any more. The second follows when all workers have moved on.</summary>
    internal void Discard(Keypair? keypair)
    {
        if (keypair is null) return;
        engine.Indices.Remove(keypair);
        engine.Quiescence.Retire(keypair);
    }

    private void Forget(Peer peer, PendingHandshake pending, bool indexTaken)
    {
        if (!indexTaken) engine.Indices.Remove(pending);
        engine.HandshakeSecrets.Return(pending.Secrets);
        peer.Active.Pending = null;
    }

    private static void CountActive(Peer peer, Worker worker)
    {
        if (!peer.Sessions.HasAny) worker.Counters.Add(CounterKind.ActivePeers, 1);
    }
}
