using Apex.Vpn.Protocol.Diagnostics;

namespace Apex.Vpn.Protocol.Tests.Diagnostics;

public sealed class DeviceCountersTests
{
    [Fact]
    public void A_device_counts_what_its_workers_count()
    {
        var device = new DeviceCounters();
        WorkerCounters first = device.AddWorker(), second = device.AddWorker();

        first.Add(CounterKind.ReceivedBytes, 148);
        second.Add(CounterKind.ReceivedBytes, 92);
        first.Drop(DropReason.Replayed);
        second.Drop(DropReason.Replayed, 3);

        Assert.Equal(240, device.Read(CounterKind.ReceivedBytes));
        Assert.Equal(4, device.Dropped(DropReason.Replayed));
    }

    [Fact]
    public void Every_counter_and_every_reason_has_a_place_of_its_own()
    {
        var device = new DeviceCounters();
        WorkerCounters worker = device.AddWorker();
        CounterKind[] kinds = Enum.GetValues<CounterKind>();
        DropReason[] reasons = Enum.GetValues<DropReason>();

        foreach (CounterKind kind in kinds) worker.Add(kind, 1000 + (int)kind);
        foreach (DropReason reason in reasons) worker.Drop(reason, 1 + (int)reason);

        Assert.All(kinds, kind => Assert.Equal(1000 + (int)kind, device.Read(kind)));
        Assert.All(reasons, reason => Assert.Equal(1 + (int)reason, device.Dropped(reason)));
    }

    [Fact]
    public void What_an_ended_worker_counted_stays_counted_once()
    {
        var device = new DeviceCounters();
        WorkerCounters worker = device.AddWorker();
        worker.Add(CounterKind.SentPackets, 7);
        worker.Drop(DropReason.NoRoute);

        device.RemoveWorker(worker);
        device.RemoveWorker(worker);
        device.AddWorker().Add(CounterKind.SentPackets, 1);

        Assert.Equal(8, device.Read(CounterKind.SentPackets));
        Assert.Equal(1, device.Dropped(DropReason.NoRoute));
    }

    [Fact]
    public void A_level_goes_down_again_also_on_another_worker()
    {
        var device = new DeviceCounters();
        WorkerCounters first = device.AddWorker(), second = device.AddWorker();

        first.Add(CounterKind.ActivePeers, 2);
        second.Add(CounterKind.ActivePeers, -1);

        Assert.Equal(1, device.Read(CounterKind.ActivePeers));
    }

    [Fact]
    public void Counting_allocates_nothing()
    {
        var worker = new WorkerCounters();
        Count(worker); // so that nothing is compiled while it is measured

        long before = GC.GetAllocatedBytesForCurrentThread();
        Count(worker);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        static void Count(WorkerCounters worker)
        {
            for (int i = 0; i < 1000; i++)
            {
                worker.Add(CounterKind.ReceivedBytes, 1420);
                worker.Drop(DropReason.Unauthentic);
            }
        }
    }

    [Fact]
    public void A_reader_beside_the_writers_never_sees_a_count_go_back()
    {
        const int Writers = 2, Packets = 200_000;
        var device = new DeviceCounters();
        WorkerCounters[] workers = [.. Enumerable.Range(0, Writers).Select(_ => device.AddWorker())];
        Thread[] threads = [.. workers.Select(static worker => new Thread(() =>
        {
            for (int i = 0; i < Packets; i++) worker.Add(CounterKind.ReceivedPackets, 1);
        }))];
        foreach (Thread thread in threads) thread.Start();

        long last = 0;
        for (int removed = 0; removed < Writers;)
        {
            long now = device.Read(CounterKind.ReceivedPackets);
            Assert.True(now >= last, $"{now} after {last}");
            last = now;
            if (!threads[removed].IsAlive) device.RemoveWorker(workers[removed++]);
        }

        Assert.Equal(Writers * Packets, device.Read(CounterKind.ReceivedPackets));
    }
}
