using System.Diagnostics;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Diagnostics;

namespace Apex.Vpn.Protocol.Engine.Peers;

/// <summary>A peer's packets that wait for a session. Where there is no room for a new one, the oldest go (item 29).</summary>
/// <remarks>
/// <para>Safe from any thread. Empty, it holds neither buffers nor an array. A mutable value, to be used where it lies.</para>
/// <para>Later packets wait behind those that wait, also while the control worker has taken these out and not yet sent them: else a data
/// worker that finds the new session would overtake them.</para>
/// </remarks>
internal struct StagedQueue()
{
    private const int FirstCapacity = 8;

    /// <summary>
    /// How often in a row packets are kept behind those that are leaving. A data worker that is as fast as the control worker would
    /// otherwise send through this queue for ever, and lose what overflows.
    /// </summary>
    private const int MaxTurns = 2;

    private readonly Lock _lock = new();
    private Packet[] _ring = [];
    private StagingBudget? _budget;
    private long _heldBytes;
    private int _head;
    private int _count;
    private int _leaving;
    private int _turns;
    private int _pending;

    /// <summary>How many packets wait; at most <see cref="Limits.MaxStagedPackets"/>.</summary>
    internal int Count => Volatile.Read(ref _count);

    /// <summary>Whether packets wait or are leaving just now: later ones wait behind them, so that they leave in the order they came.</summary>
    internal bool IsPending => Volatile.Read(ref _pending) != 0;

    /// <summary>Copies a packet to the end of the queue.</summary>
    /// <param name="packet">A whole inner packet; not empty.</param>
    /// <param name="budget">The device's; the same one in every call.</param>
    /// <param name="reason">Why packets were lost, if any were: <see cref="DropReason.StagedOverflow"/> when the oldest had to make room in
    /// the queue, <see cref="DropReason.StagedMemory"/> when memory was short: the oldest are lost, and this one if that does not help.</param>
    /// <returns>How many packets were lost.</returns>
    internal int Enqueue(ReadOnlySpan<byte> packet, StagingBudget budget, out DropReason reason)
    {
        Debug.Assert(packet.Length > 0);
        reason = DropReason.None;
        int lost = 0;
        lock (_lock)
        {
            Debug.Assert(_budget is null || ReferenceEquals(_budget, budget));
            _budget = budget;
            byte[]? buffer;
            while ((buffer = budget.TryRent(packet.Length, _heldBytes)) is null)
            {
                reason = DropReason.StagedMemory;
                lost++;
                if (_count == 0) break;
                DropOldest();
            }
            if (buffer is not null)
            {
                if (_count == Limits.MaxStagedPackets)
                {
                    reason = DropReason.StagedOverflow;
                    lost++;
                    DropOldest();
                }
                packet.CopyTo(buffer);
                Append(new Packet(buffer, packet.Length));
            }
            Settle();
        }
        return lost;
    }

    /// <summary>
    /// Moves packets, oldest first, behind what a batch already holds, each with headroom and tailroom and beginning at a multiple of 64;
    /// stops when the next one does not fit. To be followed by <see cref="Sent"/>.
    /// </summary>
    /// <param name="batch">Its slab must have room for the longest packet; slots in use lie in the order of their offsets.</param>
    /// <param name="spareSlots">So many slots of the batch stay free.</param>
    /// <param name="spareBytes">So many bytes at the end of its slab stay free.</param>
    /// <returns>How many packets were moved.</returns>
    internal int DequeueInto(PacketBatch batch, int spareSlots = 0, int spareBytes = 0)
    {
        int moved = 0;
        int end = batch.Count == 0 ? 0 : EndOf(in batch[batch.Count - 1]);
        lock (_lock)
        {
            for (; _count > 0 && batch.Count < batch.Capacity - spareSlots; moved++)
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
            Debug.Assert(batch.Count > 0 || _count == 0, "The batch is too small for the longest packet.");
            if (moved != 0 && ++_turns <= MaxTurns) _leaving += moved;
            Settle();
        }
        return moved;
    }

    /// <summary>What was taken out is on its way: later packets need not wait for it any more.</summary>
    internal void Sent()
    {
        lock (_lock)
        {
            _leaving = 0;
            if (_count == 0) _turns = 0;
            Settle();
        }
    }

    /// <summary>Drops all packets.</summary>
    /// <returns>How many there were.</returns>
    internal int Clear()
    {
        lock (_lock)
        {
            int dropped = _count;
            while (_count > 0) DropOldest();
            Settle();
            return dropped;
        }
    }

    private static int EndOf(in PacketSlot slot) => slot.Offset + slot.Length + PacketBatch.Tailroom;

    private void Append(Packet packet)
    {
        if (_count == _ring.Length) Grow();
        _ring[(_head + _count) & (_ring.Length - 1)] = packet;
        _heldBytes += packet.Buffer.Length;
        _count++;
    }

    private void DropOldest()
    {
        byte[] buffer = _ring[_head].Buffer;
        _heldBytes -= buffer.Length;
        _budget!.Return(buffer);
        _ring[_head] = default;
        _head = (_head + 1) & (_ring.Length - 1);
        _count--;
    }

    private void Grow()
    {
        var ring = new Packet[_ring.Length == 0 ? FirstCapacity : _ring.Length * 2];
        for (int i = 0; i < _count; i++) ring[i] = _ring[(_head + i) & (_ring.Length - 1)];
        _ring = ring;
        _head = 0;
    }

    /// <summary>Ends a change: tells readers, and lets an empty queue cost nothing, since a peer waits only once in a while.</summary>
    private void Settle()
    {
        if (_count == 0)
        {
            _ring = [];
            _head = 0;
        }
        Volatile.Write(ref _pending, _count + _leaving);
    }

    private readonly record struct Packet(byte[] Buffer, int Length)
    {
        internal ReadOnlySpan<byte> Bytes => Buffer.AsSpan(0, Length);
    }
}
