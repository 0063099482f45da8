using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Peers;
using FsCheck.Xunit;

namespace Apex.Vpn.Protocol.Tests.Engine.Peers;

public sealed class StagedQueueTests
{
    private readonly StagedQueue _queue = new();
    private readonly StagingBudget _budget = new(1 << 20);

    [Fact]
    public void Packets_come_out_as_they_went_in()
    {
        foreach (int number in (int[])[1, 2, 3]) Assert.Equal(0, _queue.Enqueue(Packet(number, 100 * number), _budget, out _));
        PacketBatch batch = Batch();
        Assert.Equal(3, _queue.DequeueInto(batch));
        Assert.Equal(0, _queue.Count);
        for (int i = 0; i < 3; i++) Assert.Equal(Packet(i + 1, 100 * (i + 1)), batch.Bytes(i).ToArray());
    }

    [Fact]
    [Trait("Item", "29")]
    public void Item29_the_129th_packet_pushes_out_the_oldest()
    {
        for (int i = 0; i < 128; i++)
        {
            Assert.Equal(0, _queue.Enqueue(Packet(i, 40), _budget, out DropReason none));
            Assert.Equal(DropReason.None, none);
        }
        for (int i = 128; i < 131; i++)
        {
            Assert.Equal(1, _queue.Enqueue(Packet(i, 40), _budget, out DropReason reason));
            Assert.Equal(DropReason.StagedOverflow, reason);
        }
        Assert.Equal(Limits.MaxStagedPackets, _queue.Count);
        PacketBatch batch = Batch();
        Assert.Equal(128, _queue.DequeueInto(batch));
        for (int i = 0; i < 128; i++) Assert.Equal(Packet(i + 3, 40), batch.Bytes(i).ToArray());
        AssertAllReturned();
    }

    [Fact]
    [Trait("Item", "51")]
    public void Item51_without_memory_the_new_packet_is_lost_at_once_and_the_waiting_ones_stay()
    {
        var small = new StagingBudget(4096);
        StagedQueue greedy = new(), modest = new();
        int taken = 0;
        DropReason reason;
        while (greedy.Enqueue(Packet(taken, 1000), small, out reason) == 0) taken++;
        Assert.Equal(DropReason.StagedMemory, reason);
        Assert.Equal(4, taken);
        Assert.Equal(4, greedy.Count);

        Assert.Equal(1, modest.Enqueue(Packet(0, 1000), small, out reason));
        Assert.Equal(DropReason.StagedMemory, reason);
        Assert.Equal(0, modest.Count);

        greedy.Clear();
        Assert.Equal(0, modest.Enqueue(Packet(0, 1000), small, out _));
        modest.Clear();
        Assert.Equal(0, small.UsedBytes);
    }

    [Fact]
    [Trait("Item", "51")]
    public void Item51_the_budget_counts_whole_buffers_and_holds_from_many_threads()
    {
        var budget = new StagingBudget(64 * 1024);
        int exceeded = 0;
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(number => new Thread(() => Work(number)))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        Assert.Equal(0, exceeded);
        Assert.Equal(0, budget.UsedBytes);
        Assert.Equal(0, budget.LentBuffers);

        void Work(int number)
        {
            var queue = new StagedQueue();
            byte[] packet = Packet(number, 2048);
            for (int i = 0; i < 5000; i++)
            {
                queue.Enqueue(packet, budget, out _);
                if (budget.LentBuffers * packet.Length > 64 * 1024) Interlocked.Increment(ref exceeded);
                if (i % 50 == 49) queue.Clear();
            }
            queue.Clear();
        }
    }

    [Fact]
    public void Slots_are_packed_densely_with_room_before_and_behind()
    {
        foreach (int length in (int[])[1, 64, 65, 1420]) _queue.Enqueue(Packet(length, length), _budget, out _);
        PacketBatch batch = Batch();
        _queue.DequeueInto(batch);
        int end = 0;
        foreach (PacketSlot slot in batch.Slots)
        {
            Assert.Equal(0, slot.Offset % 64);
            Assert.InRange(slot.Offset, end + PacketBatch.Headroom, end + PacketBatch.Headroom + 63);
            end = slot.Offset + slot.Length + PacketBatch.Tailroom;
        }
        Assert.InRange(end, 0, batch.Slab.Length);
    }

    [Fact]
    public void A_batch_takes_what_its_slots_and_slab_hold_and_the_rest_waits_on()
    {
        for (int i = 0; i < 5; i++) _queue.Enqueue(Packet(i, 200), _budget, out _);
        var fewSlots = new PacketBatch(slots: 2, slabBytes: 4096);
        Assert.Equal(2, _queue.DequeueInto(fewSlots));
        Assert.Equal(0, _queue.DequeueInto(fewSlots));
        var shortSlab = new PacketBatch(slots: 8, slabBytes: 700); // two times 16 + 200 + 32 and what aligns them, not three
        Assert.Equal(2, _queue.DequeueInto(shortSlab));
        Assert.Equal(Packet(2, 200), shortSlab.Bytes(0).ToArray());
        Assert.Equal(1, _queue.Count);
    }

    [Fact]
    public void Packets_go_behind_what_the_batch_already_holds()
    {
        var batch = new PacketBatch(slots: 4, slabBytes: 4096);
        batch.Add(Packet(9, 300));
        _queue.Enqueue(Packet(1, 300), _budget, out _);
        Assert.Equal(1, _queue.DequeueInto(batch));
        Assert.Equal(Packet(9, 300), batch.Bytes(0).ToArray());
        Assert.Equal(Packet(1, 300), batch.Bytes(1).ToArray());
        Assert.True(batch[1].Offset >= batch[0].Offset + 300 + PacketBatch.Tailroom + PacketBatch.Headroom);
    }

    [Fact]
    public void The_longest_packet_can_wait()
    {
        var budget = new StagingBudget(1 << 18);
        byte[] packet = Packet(5, PacketBatch.MaxPacket);
        Assert.Equal(0, _queue.Enqueue(packet, budget, out _));
        var batch = new PacketBatch(slots: 1, slabBytes: PacketBatch.FullStride);
        Assert.Equal(1, _queue.DequeueInto(batch));
        Assert.Equal(packet, batch.Bytes(0).ToArray());
    }

    [Property(MaxTest = 200)]
    public bool It_agrees_with_a_list_and_leaks_nothing(byte[] steps)
    {
        var budget = new StagingBudget(96 * 256);
        var queue = new StagedQueue();
        var model = new Queue<byte[]>();
        var batch = new PacketBatch(slots: 8, slabBytes: 4096);
        int number = 0;
        foreach (byte step in steps.Concat(steps))
        {
            for (int repeat = step >= 250 ? 150 : 1; repeat > 0; repeat--)
            {
                switch (step)
                {
                    case < 8:
                        if (queue.Clear() != model.Count) return false;
                        model.Clear();
                        break;
                    case < 48:
                        batch.Clear();
                        queue.DequeueInto(batch);
                        foreach (PacketSlot slot in batch.Slots)
                        {
                            if (!batch.Bytes(in slot).SequenceEqual(model.Dequeue())) return false;
                        }
                        break;
                    default:
                        byte[] packet = Packet(number++, step);
                        queue.Enqueue(packet, budget, out DropReason reason);
                        if (reason == DropReason.StagedOverflow) model.Dequeue();
                        if (reason != DropReason.StagedMemory) model.Enqueue(packet);
                        break;
                }
                if (queue.Count != model.Count || budget.LentBuffers != model.Count || budget.UsedBytes > 96 * 256) return false;
            }
        }
        return queue.Clear() == model.Count && budget.UsedBytes == 0 && budget.LentBuffers == 0;
    }

    private void AssertAllReturned()
    {
        Assert.Equal(0, _budget.UsedBytes);
        Assert.Equal(0, _budget.LentBuffers);
    }

    private static PacketBatch Batch() => new(slots: 128, slabBytes: 128 * 1024);

    private static byte[] Packet(int number, int length)
    {
        var packet = new byte[length];
        for (int i = 0; i < length; i++) packet[i] = (byte)((number * 31) + i);
        return packet;
    }
}
