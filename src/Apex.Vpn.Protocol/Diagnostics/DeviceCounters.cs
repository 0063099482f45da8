namespace Apex.Vpn.Protocol.Diagnostics;

/// <summary>All counters of a device: one <see cref="WorkerCounters"/> per worker, summed when somebody asks.</summary>
internal sealed class DeviceCounters : IDeviceCounters
{
    private readonly Lock _lock = new();
    private readonly List<WorkerCounters> _workers = [];

    // What workers counted that have ended: sums never go back when a device goes down and up again.
    private readonly WorkerCounters _ended = new();

    /// <summary>Counters for a new worker.</summary>
    internal WorkerCounters AddWorker()
    {
        var counters = new WorkerCounters();
        lock (_lock) _workers.Add(counters);
        return counters;
    }

    /// <summary>Keeps what a worker counted and forgets the worker. Call it once the worker has ended; a second call does nothing.</summary>
    internal void RemoveWorker(WorkerCounters counters)
    {
        lock (_lock)
        {
            if (_workers.Remove(counters)) _ended.Absorb(counters);
        }
    }

    /// <inheritdoc/>
    public long Read(CounterKind kind)
    {
        lock (_lock)
        {
            long sum = _ended.Read(kind);
            foreach (WorkerCounters worker in _workers) sum += worker.Read(kind);
            return sum;
        }
    }

    /// <inheritdoc/>
    public long Dropped(DropReason reason)
    {
        lock (_lock)
        {
            long sum = _ended.Dropped(reason);
            foreach (WorkerCounters worker in _workers) sum += worker.Dropped(reason);
            return sum;
        }
    }
}
