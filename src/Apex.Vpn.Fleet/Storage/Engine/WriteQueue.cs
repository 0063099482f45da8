using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Apex.Vpn.Fleet.Storage.Engine;

/// <summary>The writes that wait, and the tasks that do them. Safe from any thread.</summary>
/// <remarks>
/// Whatever has gathered while a writer committed shares its next transaction. A transaction in which anything fails is rolled back, and
/// its writes are done again one by one, so that the failure of one is never another's.
/// </remarks>
internal sealed class WriteQueue : IAsyncDisposable
{
    private readonly Channel<WriteRequest> _channel;
    private readonly FleetStoreOptions _options;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _writers;

    internal WriteQueue(IStorageEngine engine, FleetStoreOptions options, TimeProvider clock, Action<int, long> committed)
    {
        _options = options;
        _clock = clock;
        _channel = Channel.CreateBounded<WriteRequest>(options.QueueCapacity);
        Writers = options.Writers == 0 ? engine.DefaultWriters : options.Writers;
        if (engine.MaxWriters > 0) Writers = Math.Min(Writers, engine.MaxWriters);
        _writers = Task.WhenAll(
            Enumerable.Range(0, Writers).Select(_ => Task.Run(() => WriteAsync(new Writer(engine, options, committed)))));
    }

    /// <summary>How many transactions write at a time.</summary>
    internal int Writers { get; }

    /// <summary>Adds a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="mayWait">Whether to wait for room instead of being refused.</param>
    internal async ValueTask AddAsync(WriteRequest request, bool mayWait)
    {
        ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, typeof(FleetStore));
        request.CancellationToken.ThrowIfCancellationRequested();
        request.WatchCancellation();
        if (_channel.Writer.TryWrite(request)) return;
        if (!mayWait && !_stop.IsCancellationRequested)
        {
            request.TryStart();
            throw new StoreBusyException($"{_options.QueueCapacity} writes wait for the database: come again later.");
        }
        try
        {
            await _channel.Writer.WriteAsync(request, request.CancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            request.TryStart();
            throw new ObjectDisposedException(nameof(FleetStore));
        }
    }

    /// <summary>Finishes the transactions that have begun; what still waits is refused.</summary>
    public async ValueTask DisposeAsync()
    {
        _channel.Writer.TryComplete();
        await _stop.CancelAsync().ConfigureAwait(false);
        await _writers.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task WriteAsync(Writer writer)
    {
        await using ConfiguredAsyncDisposable _ = writer.ConfigureAwait(false);
        var batch = new List<WriteRequest>(_options.MaxBatch);
        while (await _channel.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            batch.Clear();
            while (batch.Count < _options.MaxBatch && _channel.Reader.TryRead(out WriteRequest? request))
            {
                if (!request.TryStart()) continue;
                if (_stop.IsCancellationRequested) request.Fail(new ObjectDisposedException(nameof(FleetStore)));
                else batch.Add(request);
            }
            if (batch.Count > 0) await WriteAsync(writer, batch).ConfigureAwait(false);
        }
    }

    private async Task WriteAsync(Writer writer, List<WriteRequest> batch)
    {
        if (batch.Count > 1)
        {
            Outcome together = await writer.TryAsync(batch).ConfigureAwait(false);
            if (together.IsCommitted)
            {
                batch.ForEach(static request => request.Complete());
                return;
            }
            if (together.IsUnknown)
            {
                // Those with a key find out by asking for it; the others cannot.
                foreach (WriteRequest request in batch.Where(static request => request.Key is null)) request.Fail(Unknown(together));
                batch.RemoveAll(static request => request.Key is null);
            }
        }
        foreach (WriteRequest request in batch) await WriteAloneAsync(writer, request).ConfigureAwait(false);
    }

    private async Task WriteAloneAsync(Writer writer, WriteRequest request)
    {
        bool isUnknown = false;
        for (int attempt = 1; ; attempt++)
        {
            Outcome outcome = await writer.TryAsync([request]).ConfigureAwait(false);
            if (outcome.IsCommitted)
            {
                request.Complete();
                return;
            }
            isUnknown |= outcome.IsUnknown;
            bool isFinal = outcome is { IsUnknown: false, Failure: Failure.Own } || (outcome.IsUnknown && request.Key is null);
            if (isFinal || attempt == _options.MaxAttempts || !await WaitAsync(attempt, request).ConfigureAwait(false))
            {
                request.Fail(isUnknown ? Unknown(outcome) : Final(outcome, attempt, request.CancellationToken));
                return;
            }
        }
    }

    /// <summary>Waits for the next attempt; false when there is to be none.</summary>
    private async Task<bool> WaitAsync(int attempt, WriteRequest request)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, request.CancellationToken);
        Task delay = Task.Delay(Backoff.After(attempt, Random.Shared.NextDouble()), _clock, either.Token);
        await delay.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !either.IsCancellationRequested;
    }

    private static Exception Final(Outcome outcome, int attempts, CancellationToken cancellationToken)
    {
        if (outcome.Failure == Failure.Own) return outcome.Exception!;
        return cancellationToken.IsCancellationRequested
            ? new OperationCanceledException(cancellationToken)
            : new StoreUnavailableException($"The database was locked or away in {attempts} attempts.", outcome.Exception);
    }

    private static OutcomeUnknownException Unknown(Outcome outcome) =>
        new("The connection broke during the commit: whether the transaction was committed is unknown.", outcome.Exception);
}
