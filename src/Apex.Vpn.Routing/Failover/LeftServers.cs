namespace Apex.Vpn.Routing.Failover;

/// <summary>Which servers were left for a failure and are barred for a while, and which said that they close. Bounded: the oldest
/// goes.</summary>
internal sealed class LeftServers
{
    private const int Capacity = 32;
    private const int MaxDoublings = 4;

    private readonly Entry[] _entries = new Entry[Capacity];
    private int _count;

    internal void Leave(Guid server, TimeSpan bar, TimeSpan now)
    {
        ref Entry entry = ref Use(server, now);
        entry.BarredUntil = now + (bar * (1 << Math.Min(entry.Left, MaxDoublings)));
        entry.Left++;
    }

    internal bool IsBarred(Guid server, TimeSpan now) => Find(server) is var i && i >= 0 && now < _entries[i].BarredUntil;

    /// <summary>Notes that a server closes; false when it said so not long ago.</summary>
    internal bool Close(Guid server, TimeSpan interval, TimeSpan now)
    {
        ref Entry entry = ref Use(server, now);
        if (entry.Closed is { } before && now - before < interval) return false;
        entry.Closed = now;
        return true;
    }

    private int Find(Guid server)
    {
        for (int i = 0; i < _count; i++)
        {
            if (_entries[i].Server == server) return i;
        }
        return -1;
    }

    private ref Entry Use(Guid server, TimeSpan now)
    {
        int found = Find(server);
        if (found < 0)
        {
            found = _count < Capacity ? _count++ : Oldest();
            _entries[found] = new Entry { Server = server, BarredUntil = TimeSpan.MinValue };
        }
        _entries[found].Used = now;
        return ref _entries[found];
    }

    private int Oldest()
    {
        int oldest = 0;
        for (int i = 1; i < Capacity; i++)
        {
            if (_entries[i].Used < _entries[oldest].Used) oldest = i;
        }
        return oldest;
    }

    private struct Entry
    {
        internal Guid Server;
        internal TimeSpan BarredUntil, Used;
        internal TimeSpan? Closed;
        internal int Left;
    }
}
