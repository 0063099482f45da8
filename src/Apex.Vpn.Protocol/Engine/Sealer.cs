using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Inner;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Engine.Sessions;

namespace Apex.Vpn.Protocol.Engine;

/// <summary>Turns a run of inner packets of one batch into transport messages, where they lie.</summary>
internal sealed class Sealer(EngineContext engine)
{
    /// <summary>
    /// Seals the run in <see cref="Worker.RunSlots"/> under one keypair and empties the run. False when the keypair has no counters left;
    /// the slots are then as they were.
    /// </summary>
    internal bool TrySealRun(PacketBatch batch, Worker worker, Keypair keypair, PeerPath path, Instant now)
    {
        int count = worker.RunLength;
        if (!keypair.TryTakeCounters(count, out ulong counter)) return false;
        int mtu = engine.Mtu;
        long bytes = 0;
        bool anyData = false;
        for (int i = 0; i < count; i++)
        {
            ref PacketSlot slot = ref batch[worker.RunSlots[i]];
            int padded = Padding.PaddedLength(slot.Length, mtu);
            anyData |= slot.Length != 0;
            batch.Slab.Slice(slot.Offset + slot.Length, padded - slot.Length).Clear();
            worker.Segments[i] = new AeadSegment
            {
                Offset = slot.Offset,
                Length = padded + TransportMessage.TagSize,
                Counter = counter + (ulong)i,
            };
            slot.Offset -= TransportMessage.HeaderSize;
            slot.Length = padded + TransportMessage.MinSize;
            slot.Path = path.Value;
            TransportMessage.WriteHeader(batch.Slab[slot.Offset..], keypair.RemoteIndex, counter + (ulong)i);
            bytes += slot.Length;
        }
        engine.Aead.Seal(keypair.SendKey, batch.Slab, worker.Segments.AsSpan(0, count));
        worker.RunLength = 0;
        Account(worker, keypair, count, bytes, anyData, now);
        return true;
    }

    private void Account(Worker worker, Keypair keypair, int count, long bytes, bool anyData, Instant now)
    {
        Peer peer = keypair.Peer;
        peer.AddSent(bytes);
        worker.Counters.Add(CounterKind.SentPackets, count);
        worker.Counters.Add(CounterKind.SentBytes, bytes);
        ProtocolEventSource.Log.BatchSent(count, (int)bytes);
        bool armed = peer.Timers.AuthenticatedSent(now, peer.PersistentKeepalive);
        if (anyData && !peer.Timers.NewHandshake.IsSet) armed |= peer.Timers.DataSent(now, engine.Random.Jitter(Limits.MaxJitter));
        if (armed && peer.Timers.MustWakeControl()) engine.Attention.Raise(peer, Attention.EarlierDeadline);
        if (keypair.WantsRenewalBySender(now)) engine.Attention.Raise(peer, Attention.Handshake);
    }
}
