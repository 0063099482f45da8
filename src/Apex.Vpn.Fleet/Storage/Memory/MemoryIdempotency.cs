using Apex.Vpn.Fleet.Storage.Engine;

namespace Apex.Vpn.Fleet.Storage.Memory;

internal sealed class MemoryIdempotency(MemorySession session) : IIdempotencyTable
{
    public ValueTask<StoredAnswer?> TakeAsync(IdempotencyKey key, CancellationToken cancellationToken)
    {
        MemoryState state = session.Write;
        if (state.Idempotency.TryGetValue((key.Scope, key.Value), out (StoredAnswer Answer, DateTimeOffset At) present))
            return new(present.Answer);
        state.Idempotency = state.Idempotency.Add((key.Scope, key.Value), (new StoredAnswer(key.Digest.ToArray(), default), session.Now));
        return new((StoredAnswer?)null);
    }

    public ValueTask SetAnswerAsync(IdempotencyKey key, ReadOnlyMemory<byte> answer, CancellationToken cancellationToken)
    {
        MemoryState state = session.Write;
        (StoredAnswer taken, DateTimeOffset at) = state.Idempotency[(key.Scope, key.Value)];
        state.Idempotency = state.Idempotency.SetItem((key.Scope, key.Value), (taken with { Content = answer.ToArray() }, at));
        return ValueTask.CompletedTask;
    }

    public ValueTask<int> TrimAsync(TimeSpan age, int limit, CancellationToken cancellationToken)
    {
        MemoryState state = session.Write;
        (string, string)[] old =
            [.. state.Idempotency.Where(row => row.Value.At < session.Now - age).Take(limit).Select(static row => row.Key)];
        state.Idempotency = state.Idempotency.RemoveRange(old);
        return new(old.Length);
    }
}
