namespace Apex.Vpn.Fleet.Storage.Engine;

/// <summary>
/// Knows where the feed's heads are, and wakes whoever waits for them to move: at once after this store's commits, and by looking from time
/// to time for those of others, while anybody waits. Safe from any thread.
/// </summary>
internal sealed class FeedHub : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Func<CancellationToken, ValueTask<IReadOnlyList<FeedHead>>> _readHeads;
    private readonly TimeSpan _interval;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _wanted = new(0, 1);
    private readonly long[] _sequences = new long[FeedCursor.MaxShards];
    private readonly Task _poller;
    private TaskCompletionSource _moved = NewSource();
    private long _epoch;
    private int _waiting;

    internal FeedHub(Func<CancellationToken, ValueTask<IReadOnlyList<FeedHead>>> readHeads, TimeSpan interval, TimeProvider clock)
    {
        _readHeads = readHeads;
        _interval = interval;
        _clock = clock;
        _poller = Task.Run(PollAsync);
    }

    /// <summary>This store has committed up to a sequence.</summary>
    internal void Advance(int shard, long sequence)
    {
        lock (_lock)
        {
            if (sequence <= _sequences[shard]) return;
            _sequences[shard] = sequence;
            Wake();
        }
    }

    /// <summary>Waits until a head is beyond the cursor, or the feed's epoch is another.</summary>
    internal async ValueTask WaitAsync(FeedCursor cursor, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task moved;
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, typeof(FleetStore));
                if (IsBeyond(cursor)) return;
                moved = _moved.Task;
                if (_waiting++ == 0 && _wanted.CurrentCount == 0) _wanted.Release();
            }
            try
            {
                await moved.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                lock (_lock) _waiting--;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        lock (_lock) Wake();
        await _poller.ConfigureAwait(false);
        _stop.Dispose();
        _wanted.Dispose();
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private bool IsBeyond(FeedCursor cursor)
    {
        if (_epoch != 0 && _epoch != cursor.Epoch) return true;
        for (int shard = 0; shard < _sequences.Length; shard++)
        {
            if (_sequences[shard] > cursor.After(shard)) return true;
        }
        return false;
    }

    private void Wake()
    {
        TaskCompletionSource moved = _moved;
        _moved = NewSource();
        moved.TrySetResult();
    }

    private async Task PollAsync()
    {
        try
        {
            while (true)
            {
                bool isIdle;
                lock (_lock) isIdle = _waiting == 0;
                if (isIdle) await _wanted.WaitAsync(_stop.Token).ConfigureAwait(false);
                await Task.Delay(_interval, _clock, _stop.Token).ConfigureAwait(false);
                await PollOnceAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The store is closed.
        }
    }

    private async Task PollOnceAsync()
    {
        try
        {
            IReadOnlyList<FeedHead> heads = await _readHeads(_stop.Token).ConfigureAwait(false);
            lock (_lock) Merge(heads);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // The database is away. Whoever waits goes on waiting; whoever reads gets to know.
        }
    }

    private void Merge(IReadOnlyList<FeedHead> heads)
    {
        bool isOther = _epoch != 0 && _epoch != heads[0].Epoch;
        bool hasMoved = _epoch != heads[0].Epoch;
        _epoch = heads[0].Epoch;
        foreach (FeedHead head in heads)
        {
            // A poll may be older than a commit of our own; only another epoch takes a sequence back.
            if (!isOther && head.Sequence <= _sequences[head.Shard]) continue;
            _sequences[head.Shard] = head.Sequence;
            hasMoved = true;
        }
        if (hasMoved) Wake();
    }
}
