using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Peers;
using FsCheck.Xunit;

namespace Apex.Vpn.Protocol.Tests.Engine.Peers;

public sealed class StagedQueueTests
{
    private StagedQueue _queue = new();
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
    public void Item51_a_greedy_queue_gets_half_of_the_memory_and_then_loses_its_own_oldest()
    {
        var small = new StagingBudget(8 * 1024);
        StagedQueue greedy = new(), modest = new();
        for (int i = 0; i < 4; i++) Assert.Equal(0, greedy.Enqueue(Packet(i, 1000), small, out _));
        for (int i = 4; i < 7; i++)
        {
            Assert.Equal(1, greedy.Enqueue(Packet(i, 1000), small, out DropReason reason));
            Assert.Equal(DropReason.StagedMemory, reason);
        }
        Assert.Equal(4096, small.UsedBytes);

        Assert.Equal(0, modest.Enqueue(Packet(9, 1000), small, out _));
        Assert.Equal(0, modest.Enqueue(Packet(9, 1000), small, out _));
        Assert.Equal(2, greedy.Enqueue(Packet(7, 1000), small, out _)); // now that there are two, each gets less
        PacketBatch batch = Batch();
        Assert.Equal(3, greedy.DequeueInto(batch));
        for (int i = 0; i < 3; i++) Assert.Equal(Packet(i + 5, 1000), batch.Bytes(i).ToArray());
        modest.Clear();
        Assert.Equal(0, small.UsedBytes);
    }

    [Fact]
    [Trait("Item", "51")]
    public void Item51_when_others_hold_all_memory_the_new_packet_is_lost()
    {
        var small = new StagingBudget(4096);
        var greedy = new StagedQueue[8];
        for (int i = 0; i < greedy.Length; i++) greedy[i] = new StagedQueue();
        for (int i = 0; i < 64; i++) greedy[i % greedy.Length].Enqueue(Packet(i, 1000), small, out _);
        Assert.Equal(4096, small.UsedBytes);
        var late = new StagedQueue();
        Assert.Equal(1, late.Enqueue(Packet(0, 1000), small, out DropReason reason));
        Assert.Equal(DropReason.StagedMemory, reason);
        Assert.Equal(0, late.Count);
        Assert.False(late.IsPending);
        for (int i = 0; i < greedy.Length; i++) greedy[i].Clear();
        Assert.Equal(0, late.Enqueue(Packet(0, 1000), small, out _));
        late.Clear();
    }

    [Fact]
    [Trait("Item", "51")]
    public void Item51_greedy_queues_share_the_memory_equally_and_leave_as_much_again()
    {
        const int Queues = 31, Share = (1 << 20) / (Queues + 1);
        var greedy = new StagedQueue[Queues];
        for (int i = 0; i < Queues; i++) greedy[i] = new StagedQueue();
        for (int i = 0; i < Queues * 200; i++) greedy[i % Queues].Enqueue(Packet(i, 1000), _budget, out _);
        Assert.InRange(_budget.UsedBytes, Queues * (Share - 1024), (1 << 20) - Share);
        Assert.All(greedy, static queue => Assert.InRange(queue.Count * 1024, Share - 1024, Share + 1024));
        for (int i = 0; i < Queues; i++) greedy[i].Clear();
    }

    [Fact]
    [Trait("Item", "30")]
    public void Item30_what_was_taken_out_is_pending_until_it_was_sent()
    {
        _queue.Enqueue(Packet(1, 100), _budget, out _);
        Assert.Equal(1, _queue.DequeueInto(Batch()));
        Assert.True(_queue.IsPending);
        _queue.Enqueue(Packet(2, 100), _budget, out _); // comes meanwhile
        _queue.Sent();
        Assert.True(_queue.IsPending);
        Assert.Equal(1, _queue.DequeueInto(Batch()));
        _queue.Sent();
        Assert.False(_queue.IsPending);
    }

    [Fact]
    [Trait("Item", "30")]
    public void Item30_a_queue_that_is_refilled_again_and_again_does_not_hold_packets_for_ever()
    {
        _queue.Enqueue(Packet(0, 100), _budget, out _);
        int turns = 0;
        while (true)
        {
            Assert.Equal(1, _queue.DequeueInto(Batch()));
            Assert.InRange(++turns, 1, 3);
            if (!_queue.IsPending) break;
            _queue.Enqueue(Packet(turns, 100), _budget, out _); // comes while the ones before are leaving
            _queue.Sent();
        }
        _queue.Sent();
        _queue.Enqueue(Packet(1, 100), _budget, out _);
        _queue.DequeueInto(Batch());
        Assert.True(_queue.IsPending, "Once empty, it keeps the order again.");
        _queue.Sent();
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
                        model.Enqueue(packet);
                        for (int lost = queue.Enqueue(packet, budget, out _); lost > 0; lost--) model.Dequeue();
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
