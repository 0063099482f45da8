using System.Collections.Concurrent;

namespace Apex.Vpn.Fleet.Storage.Engine;

/// <summary>Sessions for reading, a limited number, kept open. Safe from any thread.</summary>
internal sealed class ReaderPool(IStorageEngine engine, FleetStoreOptions options, TimeProvider clock) : IAsyncDisposable
{
    private readonly SemaphoreSlim _room = new(options.Readers);
    private readonly ConcurrentBag<IStorageSession> _idle = [];
    private volatile bool _isDisposed;

    /// <summary>Reads in a transaction that sees one state of everything.</summary>
    internal ValueTask<T> SnapshotAsync<T>(
        Func<FleetTransaction, CancellationToken, ValueTask<T>> query, CancellationToken cancellationToken) =>
        RunAsync(
            async (session, token) =>
            {
                DateTimeOffset now = await session.BeginAsync(token).ConfigureAwait(false);
                T result = await query(new FleetTransaction(session.Tables, now, options, events: null), token).ConfigureAwait(false);
                if (session.FailedStatement is { } failed)
                    throw new InvalidOperationException("A statement failed, and the query went on as if it had not.", failed);
                await session.CommitAsync().ConfigureAwait(false);
                return result;
            },
            cancellationToken);

    /// <summary>Reads single statements, each of which sees what is committed by then. May run again when the database is away.</summary>
    internal async ValueTask<T> RunAsync<T>(
        Func<IStorageSession, CancellationToken, ValueTask<T>> query, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await TryAsync(query, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is not OperationCanceledException && engine.Classify(exception) != Failure.Own)
            {
                if (attempt == options.MaxAttempts)
                    throw new StoreUnavailableException($"The database was locked or away in {attempt} attempts.", exception);
                await Task.Delay(Backoff.After(attempt, Random.Shared.NextDouble()), clock, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        while (_idle.TryTake(out IStorageSession? session)) await session.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask<T> TryAsync<T>(
        Func<IStorageSession, CancellationToken, ValueTask<T>> query, CancellationToken cancellationToken)
    {
        await _room.WaitAsync(cancellationToken).ConfigureAwait(false);
        IStorageSession? session = null;
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(FleetStore));
            if (!_idle.TryTake(out session)) session = await engine.OpenAsync(readOnly: true, cancellationToken).ConfigureAwait(false);
            return await query(session, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (session is not null) await ReturnAsync(session).ConfigureAwait(false);
            _room.Release();
        }
    }

    private async ValueTask ReturnAsync(IStorageSession session)
    {
        await session.RollbackAsync().ConfigureAwait(false);
        if (session.IsUsable && !_isDisposed) _idle.Add(session);
        else await session.DisposeAsync().ConfigureAwait(false);
    }
}
