using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage.Engine;
using Apex.Vpn.Fleet.Storage.Sql;

namespace Apex.Vpn.Fleet.Storage.Memory;

internal sealed class MemoryFeed(MemorySession session) : IFeedTable
{
    public ValueTask AddShardAsync(int shard, CancellationToken cancellationToken)
    {
        MemoryState state = session.Write;
        if (shard < state.FeedHeads.Count) return ValueTask.CompletedTask;
        long epoch = shard > 0 ? state.FeedHeads[0].Epoch : DatabaseTime.ToMicroseconds(session.Now);
        state.FeedHeads = state.FeedHeads.Add(new FeedHead(shard, epoch, 0, 0));
        return ValueTask.CompletedTask;
    }

    public ValueTask RenewEpochAsync(CancellationToken cancellationToken)
    {
        MemoryState state = session.Write;
        long epoch = Math.Max(state.FeedHeads[0].Epoch + 1, DatabaseTime.ToMicroseconds(session.Now));
        state.FeedHeads = [.. state.FeedHeads.Select(head => head with { Epoch = epoch })];
        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<FeedHead>> GetHeadsAsync(CancellationToken cancellationToken) => new(session.Read.FeedHeads);

    public ValueTask<(FeedHead Head, IReadOnlyList<FeedEvent> Events)> ReadAsync(
        int shard, long after, int limit, CancellationToken cancellationToken)
    {
        MemoryState state = session.Read;
        FeedHead head = state.FeedHeads[shard];
        var events = new List<FeedEvent>();
        if (after >= head.Trimmed && after < head.Sequence)
        {
            for (long sequence = after + 1; sequence <= head.Sequence && events.Count < limit; sequence++)
                events.Add(state.FeedEvents[(shard, sequence)]);
        }
        return new((head, events));
    }

    public ValueTask<long> AppendAsync(int shard, IReadOnlyList<PendingEvent> events, CancellationToken cancellationToken)
    {
        MemoryState state = session.Write;
        FeedHead head = state.FeedHeads[shard];
        long sequence = head.Sequence;
        state.FeedEvents = state.FeedEvents.AddRange(events.Select(pending => KeyValuePair.Create(
            (shard, ++sequence),
            new FeedEvent(shard, sequence, pending.Kind, pending.Subject, pending.Payload.ToArray(), session.Now))));
        state.FeedHeads = state.FeedHeads.SetItem(shard, head with { Sequence = sequence });
        return new(sequence);
    }

    public ValueTask<int> TrimAsync(int shard, TimeSpan age, int limit, CancellationToken cancellationToken)
    {
        MemoryState state = session.Write;
        FeedHead head = state.FeedHeads[shard];
        long trimmed = head.Trimmed;
        while (trimmed < head.Sequence && trimmed - head.Trimmed < limit && state.FeedEvents[(shard, trimmed + 1)].At < session.Now - age)
            state.FeedEvents = state.FeedEvents.Remove((shard, ++trimmed));
        state.FeedHeads = state.FeedHeads.SetItem(shard, head with { Trimmed = trimmed });
        return new((int)(trimmed - head.Trimmed));
    }
}
