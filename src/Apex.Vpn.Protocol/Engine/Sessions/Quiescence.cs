using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Apex.Vpn.Protocol.Engine.Sessions;

/// <summary>What must not go away while a worker may be looking at it: the keys of a session.</summary>
internal interface IRetired
{
    /// <summary>Called once, when no worker can reach the object any more.</summary>
    void Release();
}

/// <summary>
/// Tells when every worker has let go of what was unpublished, so that keys can be overwritten under running workers without a lock on
/// their side (quiescent-state-based reclamation).
/// </summary>
/// <remarks>
/// <para>A worker is online while it handles a batch, and holds nothing across two batches. It notes the era in which it came online. An
/// object is unpublished first and then retired, which begins a new era; it is free when every online worker came online in that era
/// or later. Offline workers, blocked for hours perhaps, hold nothing back.</para>
/// <para><see cref="Retire"/> may be called on any thread, <see cref="Collect"/> on one at a time.</para>
/// </remarks>
internal sealed class Quiescence
{
    private readonly Lock _lock = new();
    private readonly Queue<(IRetired Item, long Era)> _retired = new();
    private readonly List<WorkerTicket> _workers = [];
    private long _era = 1;

    /// <summary>How many objects wait to be released.</summary>
    internal int Pending
    {
        get
        {
            lock (_lock) return _retired.Count;
        }
    }

    internal long Era => Volatile.Read(ref _era);

    /// <summary>How many workers take part.</summary>
    internal int Workers
    {
        get
        {
            lock (_lock) return _workers.Count;
        }
    }

    /// <summary>Adds a worker, offline. To be disposed when the worker ends.</summary>
    internal WorkerTicket Register()
    {
        var ticket = new WorkerTicket(this);
        lock (_lock) _workers.Add(ticket);
        return ticket;
    }

    /// <summary>Hands over an object that no worker can find any more, to be released when none holds it.</summary>
    /// <param name="item">Unpublished before this call.</param>
    internal void Retire(IRetired item)
    {
        InjectedYields.Here();
        lock (_lock)
        {
            // Full fence: who reads the new era cannot miss that the item was unpublished.
            _retired.Enqueue((item, Interlocked.Increment(ref _era)));
        }
    }

    /// <summary>Releases what no worker holds any more.</summary>
    /// <returns>How many objects were released.</returns>
    internal int Collect()
    {
        int released = 0;
        long oldest;
        lock (_lock) oldest = OldestEra();
        InjectedYields.Here();
        while (TryTake(oldest, out IRetired? item))
        {
            item.Release();
            released++;
        }
        return released;
    }

    internal void Remove(WorkerTicket ticket)
    {
        lock (_lock) _workers.Remove(ticket);
    }

    private bool TryTake(long oldest, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IRetired? item)
    {
        lock (_lock)
        {
            item = null;
            if (!_retired.TryPeek(out (IRetired Item, long Era) first) || first.Era > oldest) return false;
            item = _retired.Dequeue().Item;
            return true;
        }
    }

    // What is retired after this look has a later era than the result, if a worker is online, and else than the era now.
    private long OldestEra()
    {
        // Against a worker that comes online at this moment: either it is seen here, or it sees all that was unpublished before.
        Interlocked.MemoryBarrier();
        long oldest = _era;
        InjectedYields.Here();
        foreach (WorkerTicket worker in _workers)
        {
            long since = worker.OnlineSince;
            if (since != WorkerTicket.IsOffline) oldest = Math.Min(oldest, since);
        }
        return oldest;
    }
}

/// <summary>One worker's mark of whether it may be looking at something, on cache lines of its own.</summary>
internal sealed class WorkerTicket : IDisposable
{
    internal const long IsOffline = 0;

    private readonly Quiescence _owner;
    private Padded _state;

    internal WorkerTicket(Quiescence owner) => _owner = owner;

    /// <summary>The era in which the worker came online; <see cref="IsOffline"/> when it is not.</summary>
    internal long OnlineSince => Volatile.Read(ref _state.OnlineSince);

    /// <summary>Before a batch: now the worker may look things up. Called again, it lets go of what the last call protected.</summary>
    internal void Online()
    {
        long era = _owner.Era;
        InjectedYields.Here();
        Interlocked.Exchange(ref _state.OnlineSince, era); // full fence: no look-up moves before it
    }

    /// <summary>After a batch, before a call that may block: the worker holds nothing.</summary>
    internal void Offline() => Interlocked.Exchange(ref _state.OnlineSince, IsOffline);

    /// <summary>Ends the worker's part; it must be offline.</summary>
    public void Dispose()
    {
        Debug.Assert(OnlineSince == IsOffline);
        _owner.Remove(this);
    }

    [StructLayout(LayoutKind.Explicit, Size = 2 * CacheLine)]
    private struct Padded
    {
        private const int CacheLine = 128; // two of 64, which processors fetch in pairs

        [FieldOffset(CacheLine)]
        internal long OnlineSince;
    }
}
