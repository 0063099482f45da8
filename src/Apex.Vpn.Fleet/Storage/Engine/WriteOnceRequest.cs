namespace Apex.Vpn.Fleet.Storage.Engine;

/// <summary>A write that takes effect once: its key and its answer are stored in its own transaction.</summary>
internal sealed class WriteOnceRequest(
    IdempotencyKey key,
    Func<FleetTransaction, CancellationToken, ValueTask<ReadOnlyMemory<byte>>> work,
    WriteOptions? options,
    CancellationToken cancellationToken)
    : WriteRequest(options, key, cancellationToken)
{
    private readonly TaskCompletionSource<WriteAnswer> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WriteAnswer _answer;

    internal Task<WriteAnswer> Done => _done.Task;

    internal override void Complete() => _done.TrySetResult(_answer);

    internal override void Fail(Exception exception) => _done.TrySetException(exception);

    private protected override async ValueTask WorkAsync(FleetTables tables, FleetTransaction transaction)
    {
        if (await tables.Idempotency.TakeAsync(Key!, CancellationToken).ConfigureAwait(false) is { } stored)
        {
            if (!stored.Digest.Span.SequenceEqual(Key!.Digest.Span))
                throw new IdempotencyConflictException("The idempotency key was used for another request.");
            _answer = new WriteAnswer(stored.Content, IsReplay: true);
            return;
        }
        ReadOnlyMemory<byte> answer = await work(transaction, CancellationToken).ConfigureAwait(false);
        await tables.Idempotency.SetAnswerAsync(Key!, answer, CancellationToken).ConfigureAwait(false);
        _answer = new WriteAnswer(answer, IsReplay: false);
    }
}
