namespace Apex.Vpn.Fleet.Storage.Engine;

/// <summary>Does writes in transactions, on a session that it keeps. Used by one task.</summary>
internal sealed class Writer(IStorageEngine engine, FleetStoreOptions options, Action<int, long> committed) : IAsyncDisposable
{
    private readonly List<PendingEvent> _events = [];
    private readonly List<(int Shard, long Sequence)> _heads = [];
    private IStorageSession? _session;

    public async ValueTask DisposeAsync()
    {
        if (_session is not null) await _session.DisposeAsync().ConfigureAwait(false);
        _session = null;
    }

    /// <summary>Does all requests in one transaction, or none.</summary>
    internal async Task<Outcome> TryAsync(IReadOnlyList<WriteRequest> requests)
    {
        _events.Clear();
        _heads.Clear();
        try
        {
            _session ??= await engine.OpenAsync(readOnly: false, CancellationToken.None).ConfigureAwait(false);
            DateTimeOffset now = await _session.BeginAsync(CancellationToken.None).ConfigureAwait(false);
            foreach (WriteRequest request in requests) await RunAsync(_session, request, now).ConfigureAwait(false);
            await AppendEventsAsync(_session.Tables.Feed).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Failure failure = engine.Classify(exception);
            // A driver that stops a statement may have to break the connection: the caller wanted it so.
            if (failure == Failure.Own && exception is not OperationCanceledException && _session is { IsUsable: false })
                failure = Failure.Lost;
            await AbandonAsync().ConfigureAwait(false);
            return new Outcome(exception, failure, IsUnknown: false);
        }

        try
        {
            await _session.CommitAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Failure failure = engine.Classify(exception);
            bool isUnknown = failure == Failure.Lost || !_session.IsUsable;
            await AbandonAsync().ConfigureAwait(false);
            return new Outcome(exception, failure, isUnknown);
        }
        foreach ((int shard, long sequence) in _heads) committed(shard, sequence);
        return Outcome.Committed;
    }

    private async ValueTask RunAsync(IStorageSession session, WriteRequest request, DateTimeOffset now)
    {
        request.CancellationToken.ThrowIfCancellationRequested();
        await request.RunAsync(session.Tables, new FleetTransaction(session.Tables, now, options, _events)).ConfigureAwait(false);
        if (session.FailedStatement is { } failed)
            throw new InvalidOperationException("A statement failed, and the work went on as if it had not.", failed);
    }

    // Last in the transaction and the shards in ascending order: who has a shard's head holds up everybody else who writes to it.
    private async ValueTask AppendEventsAsync(IFeedTable feed)
    {
        foreach (IGrouping<int, PendingEvent> shard in _events.GroupBy(static pending => pending.Shard).OrderBy(static shard => shard.Key))
        {
            long last = await feed.AppendAsync(shard.Key, [.. shard], CancellationToken.None).ConfigureAwait(false);
            _heads.Add((shard.Key, last));
        }
    }

    private async ValueTask AbandonAsync()
    {
        if (_session is null) return;
        await _session.RollbackAsync().ConfigureAwait(false);
        if (_session.IsUsable) return;
        await _session.DisposeAsync().ConfigureAwait(false);
        _session = null;
    }
}
