using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Inner;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Engine.Sessions;

namespace Apex.Vpn.Protocol.Engine.Control;

/// <summary>What the control worker sends to a peer: initiations, keepalives, and packets that waited for a session.</summary>
internal sealed class PeerSender(EngineContext engine, Sealer sealer, InitiationWriter initiations)
{
    /// <summary>Sends an initiation unless one went out less than REKEY_TIMEOUT ago.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="isRetry">Whether this goes on with an attempt, or begins one.</param>
    /// <param name="output">Takes the message.</param>
    /// <param name="now">The time.</param>
    internal void SendInitiation(Peer peer, bool isRetry, ControlOutput output, Instant now)
    {
        if (peer.IsAdmitted) return; // who was let in begins; we do not call
        if ((peer.Active.Identity ?? engine.Identities.Primary) is not { } identity) return;
        // Also when it is too early for another one: who wants something now gives the attempt that goes on its full time (WG 6.4).
        ActivePeer active = peer.Active;
        if (!isRetry) active.Attempts = 0;
        if (active.LastHandshakeSent.IsSet && now - active.LastHandshakeSent < Limits.RekeyTimeout)
        {
            WaitForTurn(peer, now);
            return;
        }
        if (!isRetry) active.HandshakeBegan = now;
        initiations.Write(peer, identity, output, now);
        // Also when nothing could be written, for want of an endpoint: the next try is due all the same.
        active.Timers.AuthenticatedSent(now, peer.PersistentKeepalive);
        active.Timers.Retransmit = now + Limits.RekeyTimeout + engine.Random.Jitter(Limits.MaxJitter);
    }

    /// <summary>
    /// A session is wanted too early after the last handshake message. When that was a response whose session nobody confirms, no other
    /// deadline would ever come back to what waits.
    /// </summary>
    private void WaitForTurn(Peer peer, Instant now)
    {
        if (peer.Timers.Retransmit.IsSet || UsableSession(peer, now) is not null) return;
        peer.Timers.Retransmit = peer.Active.LastHandshakeSent + Limits.RekeyTimeout + engine.Random.Jitter(Limits.MaxJitter);
    }

    /// <summary>Sends what waits for a session if there is one, else sees to it that there will be.</summary>
    internal void SendStaged(Peer peer, ControlOutput output, Instant now)
    {
        if (UsableSession(peer, now) is { } keypair) Flush(peer, keypair, output, now);
        else SendInitiation(peer, isRetry: false, output, now);
    }

    /// <summary>Sends an empty message; without a session, begins a handshake, whose end sends one.</summary>
    internal void SendKeepalive(Peer peer, ControlOutput output, Instant now)
    {
        if (UsableSession(peer, now) is not { } keypair || peer.Path is not { } path)
        {
            SendInitiation(peer, isRetry: false, output, now);
            return;
        }
        if (peer.StagedCount != 0)
        {
            Flush(peer, keypair, output, now);
            return;
        }
        TrySeal([], keypair, path, output, now);
    }

    /// <summary>Sends a packet of the engine's own in a session; false when it is over. Never begins a handshake.</summary>
    internal bool TrySend(ReadOnlySpan<byte> packet, Keypair session, ControlOutput output, Instant now) =>
        session.CanSend(now) && session.Peer.Path is { } path && TrySeal(packet, session, path, output, now);

    private bool TrySeal(ReadOnlySpan<byte> packet, Keypair keypair, PeerPath path, ControlOutput output, Instant now)
    {
        packet.CopyTo(output.Add(packet.Length, keypair.Peer, path.Value, trafficClass: 0));
        output.Worker.RunSlots[0] = output.Batch.Count - 1;
        output.Worker.RunLength = 1;
        if (sealer.TrySealRun(output.Batch, output.Worker, keypair, path, now)) return true;
        output.Batch.RemoveLast();
        output.Worker.RunLength = 0;
        return false;
    }

    /// <summary>The initiator's first message under a new session, which confirms it to the responder: waiting packets, or none.</summary>
    internal void ConfirmSession(Peer peer, ControlOutput output, Instant now)
    {
        if (peer.StagedCount != 0) SendStaged(peer, output, now);
        else SendKeepalive(peer, output, now);
    }

    private void Flush(Peer peer, Keypair keypair, ControlOutput output, Instant now)
    {
        if (peer.Path is not { } path) return;
        PacketBatch batch = output.Batch;
        Worker worker = output.Worker;
        int first = batch.Count;
        int moved = peer.Staged.DequeueInto(batch, ControlOutput.SpareSlots, ControlOutput.SpareBytes);
        for (int i = 0; i < moved; i++)
        {
            ref PacketSlot slot = ref batch[first + i];
            slot.TrafficClass = InnerPacket.TryParse(batch.Bytes(in slot), out InnerPacket packet)
                ? Ecn.Encapsulate(packet.TrafficClass)
                : (byte)0;
            worker.Owners[first + i] = peer;
            worker.RunSlots[i] = first + i;
        }
        worker.RunLength = moved;
        if (moved != 0 && !sealer.TrySealRun(batch, worker, keypair, path, now))
        {
            for (int i = 0; i < moved; i++) batch[first + i].Length = 0;
            worker.Drop(DropReason.StagedAbandoned, moved);
            worker.RunLength = 0;
        }
        if (peer.StagedCount != 0) engine.Attention.Raise(peer, Attention.Staged); // the batch is full: the rest goes with the next one
    }

    /// <summary>The current session if it is good for all that waits: else everything goes on waiting for the next one.</summary>
    private static Keypair? UsableSession(Peer peer, Instant now) =>
        peer.Sessions.Current is { } keypair && keypair.CanSend(now, Math.Max(peer.StagedCount, 1)) ? keypair : null;
}
