using System.Diagnostics;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Diagnostics;

namespace Apex.Vpn.Protocol.Engine.Peers;

/// <summary>A peer's packets that wait for a session. When it is full, the oldest goes (item 29).</summary>
/// <remarks>Not thread-safe: the peer locks. Empty, it holds neither buffers nor its own array.</remarks>
internal sealed class StagedQueue
{
    private const int FirstCapacity = 8;

    private Packet[] _ring = [];
    private int _head;
    private StagingBudget? _budget;

    /// <summary>How many packets wait; at most <see cref="Limits.MaxStagedPackets"/>.</summary>
    internal int Count { get; private set; }

    /// <summary>Copies a packet to the end of the queue.</summary>
    /// <param name="packet">A whole inner packet; not empty.</param>
    /// <param name="budget">The device's; the same one in every call.</param>
    /// <param name="reason">Why a packet was lost, if one was: <see cref="DropReason.StagedOverflow"/> when the oldest had to make room,
    /// <see cref="DropReason.StagedMemory"/> when there is no memory for this one.</param>
    /// <returns>How many packets were lost: 0 or 1.</returns>
    internal int Enqueue(ReadOnlySpan<byte> packet, StagingBudget budget, out DropReason reason)
    {
        Debug.Assert(packet.Length > 0);
        Debug.Assert(_budget is null || ReferenceEquals(_budget, budget));
        byte[]? buffer = budget.TryRent(packet.Length);
        if (buffer is null)
        {
            reason = DropReason.StagedMemory;
            return 1;
        }
        packet.CopyTo(buffer);
        _budget = budget;

        int lost = 0;
        reason = DropReason.None;
        if (Count == Limits.MaxStagedPackets)
        {
            DropOldest();
            lost = 1;
            reason = DropReason.StagedOverflow;
        }
        Append(new Packet(buffer, packet.Length));
        return lost;
    }

    /// <summary>
    /// Moves packets, oldest first, behind what a batch already holds, each with headroom and tailroom and beginning at a multiple of 64;
    /// stops when the next one does not fit.
    /// </summary>
    /// <param name="batch">Its slab must have room for the longest packet; slots in use lie in the order of their offsets.</param>
    /// <param name="spareSlots">So many slots of the batch stay free.</param>
    /// <param name="spareBytes">So many bytes at the end of its slab stay free.</param>
    /// <returns>How many packets were moved.</returns>
    internal int DequeueInto(PacketBatch batch, int spareSlots = 0, int spareBytes = 0)
    {
        int moved = 0;
        int end = batch.Count == 0 ? 0 : EndOf(in batch[batch.Count - 1]);
        for (; Count > 0 && batch.Count < batch.Capacity - spareSlots; moved++)
        {
            Packet packet = _ring[_head];
            int offset = PacketBatch.PlaceAfter(end);
            if (offset + packet.Length + PacketBatch.Tailroom > batch.Slab.Length - spareBytes) break;
            packet.Bytes.CopyTo(batch.Slab[offset..]);
            ref PacketSlot slot = ref batch.Add();
            slot.Offset = offset;
            slot.Length = packet.Length;
            end = EndOf(in slot);
            DropOldest();
        }
        Debug.Assert(batch.Count > 0 || Count == 0, "The batch is too small for the longest packet.");
        ReleaseIfEmpty();
        return moved;
    }

    /// <summary>Drops all packets.</summary>
    /// <returns>How many there were.</returns>
    internal int Clear()
    {
        int dropped = Count;
        while (Count > 0) DropOldest();
        ReleaseIfEmpty();
        return dropped;
    }

    private static int EndOf(in PacketSlot slot) => slot.Offset + slot.Length + PacketBatch.Tailroom;

    private void Append(Packet packet)
    {
        if (Count == _ring.Length) Grow();
        _ring[(_head + Count) & (_ring.Length - 1)] = packet;
        Count++;
    }

    private void DropOldest()
    {
        _budget!.Return(_ring[_head].Buffer);
        _ring[_head] = default;
        _head = (_head + 1) & (_ring.Length - 1);
        Count--;
    }

    private void Grow()
    {
        var ring = new Packet[_ring.Length == 0 ? FirstCapacity : _ring.Length * 2];
        for (int i = 0; i < Count; i++) ring[i] = _ring[(_head + i) & (_ring.Length - 1)];
        _ring = ring;
        _head = 0;
    }

    // A peer waits once in a while; between, its queue must cost nothing.
    private void ReleaseIfEmpty()
    {
        if (Count > 0) return;
        _ring = [];
        _head = 0;
    }

    private readonly record struct Packet(byte[] Buffer, int Length)
    {
        internal ReadOnlySpan<byte> Bytes => Buffer.AsSpan(0, Length);
    }
}
