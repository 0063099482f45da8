namespace Apex.Vpn.Fleet.Storage.Engine;

/// <summary>One write that waits for its turn, and then for its commit.</summary>
internal abstract class WriteRequest(WriteOptions? options, IdempotencyKey? key, CancellationToken cancellationToken)
{
    private CancellationTokenRegistration _registration;
    private int _started;

    internal IdempotencyKey? Key { get; } = key;

    internal CancellationToken CancellationToken { get; } = cancellationToken;

    /// <summary>Whoever gives up while the request still waits is let go at once.</summary>
    internal void WatchCancellation() =>
        _registration = CancellationToken.UnsafeRegister(
            static (request, _) =>
            {
                var self = (WriteRequest)request!;
                if (self.TryStart()) self.Fail(new OperationCanceledException(self.CancellationToken));
            },
            this);

    /// <summary>Takes the request; false when it was taken or cancelled before.</summary>
    internal bool TryStart()
    {
        bool taken = Interlocked.Exchange(ref _started, 1) == 0;
        // Not inside the registration's own callback, for which disposing would wait.
        if (taken && !CancellationToken.IsCancellationRequested) _registration.Dispose();
        return taken;
    }

    /// <summary>Does the work in a transaction that is not committed yet. May be called again when the transaction fails.</summary>
    internal async ValueTask RunAsync(FleetTables tables, FleetTransaction transaction)
    {
        if (options?.Fence is { } lease && !await tables.Leases.HoldAsync(lease, CancellationToken).ConfigureAwait(false))
            throw new LeaseLostException($"The lease '{lease.Name}' of epoch {lease.Epoch} is another's by now, or was given back.");
        await WorkAsync(tables, transaction).ConfigureAwait(false);
    }

    /// <summary>The transaction is committed.</summary>
    internal abstract void Complete();

    /// <summary>The transaction failed for good.</summary>
    internal abstract void Fail(Exception exception);

    private protected abstract ValueTask WorkAsync(FleetTables tables, FleetTransaction transaction);
}

/// <summary>A write with a result.</summary>
internal sealed class WriteRequest<T>(
    Func<FleetTables, FleetTransaction, CancellationToken, ValueTask<T>> work, WriteOptions? options, CancellationToken cancellationToken)
    : WriteRequest(options, key: null, cancellationToken)
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;

    internal Task<T> Done => _done.Task;

    internal override void Complete() => _done.TrySetResult(_result);

    internal override void Fail(Exception exception) => _done.TrySetException(exception);

    private protected override async ValueTask WorkAsync(FleetTables tables, FleetTransaction transaction) =>
        _result = await work(tables, transaction, CancellationToken).ConfigureAwait(false);
}
