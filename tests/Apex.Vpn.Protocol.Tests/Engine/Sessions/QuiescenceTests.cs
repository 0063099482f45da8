using System.Diagnostics;
using Apex.Vpn.Protocol.Engine.Sessions;
using FsCheck.Xunit;

namespace Apex.Vpn.Protocol.Tests.Engine.Sessions;

public sealed class QuiescenceTests
{
    private readonly Quiescence _quiescence = new();

    private sealed class Item : IRetired
    {
        internal int Releases { get; private set; }

        public void Release() => Releases++;
    }

    [Fact]
    public void Without_workers_an_object_is_released_at_once()
    {
        Item item = Retire();
        Assert.Equal(1, _quiescence.Pending);
        Assert.Equal(1, _quiescence.Collect());
        Assert.Equal(1, item.Releases);
        Assert.Equal(0, _quiescence.Collect());
        Assert.Equal(1, item.Releases);
    }

    [Fact]
    public void An_online_worker_holds_back_what_is_retired_until_it_goes_offline()
    {
        using WorkerTicket worker = _quiescence.Register();
        worker.Online();
        Item item = Retire();
        Assert.Equal(0, _quiescence.Collect());
        worker.Offline();
        Assert.Equal(1, _quiescence.Collect());
        Assert.Equal(1, item.Releases);
    }

    [Fact]
    public void The_next_batch_lets_go_too()
    {
        using WorkerTicket worker = _quiescence.Register();
        worker.Online();
        Item before = Retire();
        worker.Online();
        Item after = Retire();
        Assert.Equal(1, _quiescence.Collect());
        Assert.Equal((1, 0), (before.Releases, after.Releases));
        worker.Offline();
        Assert.Equal(1, _quiescence.Collect());
    }

    [Fact]
    public void What_was_retired_before_a_worker_came_online_is_not_held_back()
    {
        using WorkerTicket worker = _quiescence.Register();
        Item item = Retire();
        worker.Online();
        Assert.Equal(1, _quiescence.Collect());
        Assert.Equal(1, item.Releases);
        worker.Offline();
    }

    [Fact]
    public void An_idle_worker_holds_nothing_back()
    {
        using WorkerTicket idle = _quiescence.Register();
        using WorkerTicket busy = _quiescence.Register();
        idle.Online();
        idle.Offline();
        busy.Online();
        Retire();
        busy.Online();
        Assert.Equal(1, _quiescence.Collect());
        busy.Offline();
    }

    [Fact]
    public void The_slowest_worker_decides()
    {
        using WorkerTicket slow = _quiescence.Register();
        using WorkerTicket fast = _quiescence.Register();
        slow.Online();
        fast.Online();
        Retire();
        for (int i = 0; i < 3; i++) fast.Online();
        Assert.Equal(0, _quiescence.Collect());
        slow.Offline();
        Assert.Equal(1, _quiescence.Collect());
        fast.Offline();
    }

    [Fact]
    public void A_worker_that_ended_holds_nothing_back()
    {
        WorkerTicket worker = _quiescence.Register();
        worker.Online();
        Retire();
        worker.Offline();
        worker.Dispose();
        Assert.Equal(1, _quiescence.Collect());
    }

    [Fact]
    public void A_release_may_retire_something_else()
    {
        var second = new Item();
        _quiescence.Retire(new Chain(_quiescence, second));
        Assert.Equal(1, _quiescence.Collect()); // the second one came after this look
        Assert.Equal(1, _quiescence.Collect());
        Assert.Equal(1, second.Releases);
    }

    [Property(MaxTest = 200)]
    public bool It_agrees_with_a_model_that_remembers_who_was_online(byte[] steps)
    {
        var quiescence = new Quiescence();
        WorkerTicket[] workers = [.. Enumerable.Range(0, 3).Select(_ => quiescence.Register())];
        var online = new bool[3];
        var held = new List<(Item Item, HashSet<int> By)>();
        foreach (byte step in steps)
        {
            int worker = step % 3;
            switch (step / 64)
            {
                case 0:
                    workers[worker].Online();
                    online[worker] = true;
                    held.ForEach(entry => entry.By.Remove(worker));
                    break;
                case 1:
                    workers[worker].Offline();
                    online[worker] = false;
                    held.ForEach(entry => entry.By.Remove(worker));
                    break;
                case 2:
                    var item = new Item();
                    held.Add((item, [.. Enumerable.Range(0, 3).Where(i => online[i])]));
                    quiescence.Retire(item);
                    break;
                default:
                    quiescence.Collect();
                    if (held.Any(static entry => entry.Item.Releases != (entry.By.Count == 0 ? 1 : 0))) return false;
                    held.RemoveAll(static entry => entry.By.Count == 0);
                    break;
            }
        }
        return quiescence.Pending == held.Count;
    }

    [Fact]
    public void Going_online_and_offline_allocates_nothing()
    {
        using WorkerTicket worker = _quiescence.Register();
        worker.Online();
        worker.Offline();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            worker.Online();
            worker.Offline();
        }
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    // The keys of a session as the engine handles them: published by reference, read by workers, replaced, retired, erased.
    [Fact]
    [Trait("Item", "52")]
    public void Item52_a_worker_never_reads_an_erased_key_while_it_is_online()
    {
        const byte Key = 0x5A;
        using var slab = new SecretSlab();
        PublishedKey published = NewKey();
        int erasedReads = 0, rounds = 0, ready = 0;
        bool stop = false;
        Thread[] readers = [.. Enumerable.Range(0, 3).Select(number => new Thread(() => Read(number)))];
        foreach (Thread reader in readers) reader.Start();
        SpinWait.SpinUntil(() => Volatile.Read(ref ready) == readers.Length);

        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < TimeSpan.FromSeconds(1) || rounds < 100)
        {
            PublishedKey old = published;
            Volatile.Write(ref published, NewKey());
            _quiescence.Retire(old);
            _quiescence.Collect();
            rounds++;
        }
        Volatile.Write(ref stop, true);
        foreach (Thread reader in readers) reader.Join();
        _quiescence.Collect();
        Assert.Equal(0, erasedReads);
        Assert.Equal(0, _quiescence.Pending);
        Assert.Equal(1, slab.Live);

        PublishedKey NewKey()
        {
            SecretSlot slot = slab.Rent();
            slot.Span.Fill(Key);
            return new PublishedKey(slab, slot);
        }

        void Read(int number)
        {
            using WorkerTicket worker = _quiescence.Register();
            Interlocked.Increment(ref ready);
            for (int round = 0; !Volatile.Read(ref stop); round++)
            {
                worker.Online();
                SecretSlot slot = Volatile.Read(ref published).Slot;
                for (int i = 0; i < 20 * (number + 1); i++)
                {
                    if (slot.Span.ContainsAnyExcept(Key)) Interlocked.Increment(ref erasedReads);
                }
                if (round % 3 != 0) worker.Offline(); // else straight on to the next batch
                if (number == 2) Thread.Yield();
            }
            worker.Offline();
        }
    }

    private Item Retire()
    {
        var item = new Item();
        _quiescence.Retire(item);
        return item;
    }

    private sealed class Chain(Quiescence quiescence, Item next) : IRetired
    {
        public void Release() => quiescence.Retire(next);
    }

    private sealed class PublishedKey(SecretSlab slab, SecretSlot slot) : IRetired
    {
        internal SecretSlot Slot => slot;

        public void Release() => slab.Return(slot);
    }
}
