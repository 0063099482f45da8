using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Inner;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Engine.Sessions;

namespace Apex.Vpn.Protocol.Engine;

/// <summary>
/// TUN to network: destination → peer → counter → header and padding in place → sealed. What has no session is staged and a handshake is
/// asked for.
/// </summary>
internal sealed class OutboundPath(EngineContext engine, Sealer sealer)
{
    /// <summary>
    /// Works on a batch from the TUN. Afterwards every slot of non-zero length is a transport message with its path set;
    /// <see cref="Worker.Replies"/> may hold ICMP errors for the TUN.
    /// </summary>
    internal void Process(PacketBatch batch, Worker worker, Instant now)
    {
        worker.Ticket.Online();
        Keypair? keypair = null;
        PeerPath? path = null;
        worker.RunLength = 0;
        var destinations = new RouteMemo(engine.AllowedIps);
        for (int i = 0; i < batch.Count; i++)
        {
            worker.Owners[i] = null;
            if (Route(batch, i, worker, ref destinations, now) is not { } peer) continue;
            Keypair? usable = peer.HasStaged ? null : peer.Sessions.Current;
            if (usable is null || !usable.CanSend(now))
            {
                Stage(batch, i, worker, peer, now);
                continue;
            }
            PeerPath peerPath = peer.Path!;
            if (usable != keypair || peerPath != path)
            {
                SealRun(batch, worker, keypair, path, now);
                (keypair, path) = (usable, peerPath);
            }
            worker.Owners[i] = peer;
            worker.RunSlots[worker.RunLength++] = i;
        }
        SealRun(batch, worker, keypair, path, now);
        worker.Ticket.Offline();
    }

    /// <summary>Learns from sending: how many were lost, and which local addresses the kernel no longer takes.</summary>
    internal static void AfterSend(PacketBatch batch, Worker worker, int sent)
    {
        int wanted = 0;
        for (int i = 0; i < batch.Count; i++)
        {
            ref PacketSlot slot = ref batch[i];
            if (slot.Length == 0) continue;
            wanted++;
            if (slot.SourceRejected) worker.Owners[i]?.ForgetSource();
        }
        worker.Drop(DropReason.SendFailed, wanted - sent);
    }

    /// <summary>Finds whose packet it is; null when it goes no further.</summary>
    private Peer? Route(PacketBatch batch, int index, Worker worker, ref RouteMemo destinations, Instant now)
    {
        ref PacketSlot slot = ref batch[index];
        if (slot.Length == 0) return null;
        Span<byte> bytes = batch.Bytes(in slot);
        if (!InnerPacket.TryParse(bytes, out InnerPacket packet)) return Drop(ref slot, worker, DropReason.MalformedOutbound);
        Peer? peer = destinations.Find(packet.Destination, packet.IsIPv4);
        if (peer is null || peer.Path is null)
        {
            AnswerUnreachable(bytes, worker, now);
            return Drop(ref slot, worker, peer is null ? DropReason.NoRoute : DropReason.NoEndpoint);
        }
        if (engine.Filter is { } filter && !filter.AllowOutbound(peer.PublicKey, bytes[..packet.Length]))
            return Drop(ref slot, worker, DropReason.FilteredOutbound);
        slot.TrafficClass = Ecn.Encapsulate(packet.TrafficClass);
        return peer;
    }

    private static Peer? Drop(ref PacketSlot slot, Worker worker, DropReason reason)
    {
        slot.Length = 0;
        worker.Drop(reason);
        return null;
    }

    private void SealRun(PacketBatch batch, Worker worker, Keypair? keypair, PeerPath? path, Instant now)
    {
        if (worker.RunLength == 0 || keypair is null || path is null) return;
        if (sealer.TrySealRun(batch, worker, keypair, path, now)) return;
        for (int i = 0; i < worker.RunLength; i++) Stage(batch, worker.RunSlots[i], worker, keypair.Peer, now);
        worker.RunLength = 0;
    }

    private void Stage(PacketBatch batch, int index, Worker worker, Peer peer, Instant now)
    {
        ref PacketSlot slot = ref batch[index];
        if (peer.IsAdmitted)
        {
            // Nobody will call this peer, so nothing waits for it.
            AnswerUnreachable(batch.Bytes(in slot), worker, now);
            worker.Owners[index] = null;
            Drop(ref slot, worker, DropReason.NoSession);
            return;
        }
        int lost = peer.Staged.Enqueue(batch.Bytes(in slot), engine.Staging, out DropReason reason);
        slot.Length = 0;
        worker.Owners[index] = null;
        worker.Drop(reason, lost);
        engine.Attention.Raise(peer, Attention.Staged);
    }

    private static void AnswerUnreachable(ReadOnlySpan<byte> packet, Worker worker, Instant now)
    {
        PacketBatch replies = worker.Replies;
        if (replies.Count == replies.Capacity || !worker.Errors.TryTake(now)) return;
        Span<byte> error = stackalloc byte[IcmpUnreachable.MaxLength];
        int length = IcmpUnreachable.Write(packet, error);
        if (length != 0) replies.Add(error[..length]);
    }
}
