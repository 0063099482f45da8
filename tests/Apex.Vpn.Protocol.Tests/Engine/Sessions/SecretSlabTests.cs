using Apex.Vpn.Protocol.Engine.Sessions;
using FsCheck.Xunit;

namespace Apex.Vpn.Protocol.Tests.Engine.Sessions;

public sealed class SecretSlabTests
{
    [Fact]
    public void A_rented_slot_is_zero_and_keeps_what_is_written()
    {
        using var slab = new SecretSlab();
        SecretSlot slot = slab.Rent();
        Assert.Equal(32, slot.Span.Length);
        Assert.Equal(new byte[32], slot.Span.ToArray());
        slot.Span.Fill(7);
        Assert.Equal(Enumerable.Repeat((byte)7, 32), slab[slot].ToArray());
    }

    [Fact]
    public void A_returned_secret_is_gone_at_once()
    {
        using var slab = new SecretSlab();
        SecretSlot slot = slab.Rent();
        slot.Span.Fill(7);
        slab.Return(slot);
#if DEBUG
        Assert.Equal(Enumerable.Repeat(SecretSlot.Poison, 32), slot.Span.ToArray());
#else
        Assert.Equal(new byte[32], slot.Span.ToArray());
#endif
    }

    [Fact]
    public void A_slot_cannot_be_returned_twice_nor_the_default_at_all()
    {
        using var slab = new SecretSlab();
        SecretSlot slot = slab.Rent();
        slab.Return(slot);
        Assert.Throws<InvalidOperationException>(() => slab.Return(slot));
        Assert.Throws<InvalidOperationException>(() => slab.Return(default));
        Assert.True(default(SecretSlot).IsEmpty);
        Assert.Equal(0, slab.Live);
    }

    [Fact]
    public void Slots_do_not_overlap_and_outlive_growth()
    {
        using var slab = new SecretSlab(secretSize: 5, slotsPerChunk: 4);
        SecretSlot[] slots = [.. Enumerable.Range(0, 23).Select(_ => slab.Rent())];
        for (int i = 0; i < slots.Length; i++) slots[i].Span.Fill((byte)i);
        for (int i = 0; i < slots.Length; i++) Assert.Equal(Enumerable.Repeat((byte)i, 5), slots[i].Span.ToArray());
        Assert.Equal(23, slab.Live);
    }

    [Fact]
    public void Memory_is_used_again()
    {
        using var slab = new SecretSlab(secretSize: 32, slotsPerChunk: 8);
        var chunks = new HashSet<object>();
        for (int i = 0; i < 100; i++)
        {
            SecretSlot slot = slab.Rent();
            chunks.Add(slot.Chunk);
            slot.Span.Fill(1);
            slab.Return(slot);
        }
        Assert.Single(chunks);
    }

    [Fact]
    public void Dispose_overwrites_what_is_still_rented()
    {
        var slab = new SecretSlab();
        SecretSlot slot = slab.Rent();
        slot.Span.Fill(7);
        slab.Dispose();
        Assert.Equal(new byte[32], slot.Span.ToArray());
        Assert.Throws<ObjectDisposedException>(() => slab.Rent());
        slab.Return(slot); // a session that retires late
        Assert.Equal(0, slab.Live);
        slab.Dispose();
    }

#if DEBUG
    [Fact]
    public void Debug_builds_notice_a_write_after_the_return()
    {
        using var slab = new SecretSlab();
        SecretSlot slot = slab.Rent();
        slab.Return(slot);
        slot.Span[3] = 1;
        Assert.Throws<InvalidOperationException>(() => slab.Rent());
    }
#endif

    [Property]
    public bool Live_counts_what_is_rented(bool[] rents)
    {
        using var slab = new SecretSlab(secretSize: 1, slotsPerChunk: 3);
        var slots = new Stack<SecretSlot>();
        foreach (bool rent in rents)
        {
            if (rent) slots.Push(slab.Rent());
            else if (slots.TryPop(out SecretSlot slot)) slab.Return(slot);
            if (slab.Live != slots.Count) return false;
        }
        return slots.All(slot => slot.Span[0] == 0);
    }

    [Fact]
    public void Reading_allocates_nothing()
    {
        using var slab = new SecretSlab();
        SecretSlot slot = slab.Rent();
        byte sum = slot.Span[0];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) sum += slab[slot][i % 32];
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(0, sum);
    }

    [Fact]
    public void Threads_never_share_a_slot()
    {
        using var slab = new SecretSlab(secretSize: 8, slotsPerChunk: 16);
        int shared = 0;
        Thread[] threads = [.. Enumerable.Range(1, 4).Select(number => new Thread(() => Work((byte)number)))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        Assert.Equal(0, shared);
        Assert.Equal(0, slab.Live);

        void Work(byte number)
        {
            for (int i = 0; i < 5_000; i++)
            {
                SecretSlot slot = slab.Rent();
                slot.Span.Fill(number);
                if (slot.Span.ContainsAnyExcept(number)) Interlocked.Increment(ref shared);
                slab.Return(slot);
            }
        }
    }
}
