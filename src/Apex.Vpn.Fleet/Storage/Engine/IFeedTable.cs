using Apex.Vpn.Fleet.Model;

namespace Apex.Vpn.Fleet.Storage.Engine;

/// <summary>The rows of the change feed.</summary>
internal interface IFeedTable
{
    /// <summary>Adds a shard if it is not there; the first one starts the feed's epoch.</summary>
    ValueTask AddShardAsync(int shard, CancellationToken cancellationToken);

    /// <summary>Starts another epoch: every cursor that is out there asks for a resync.</summary>
    ValueTask RenewEpochAsync(CancellationToken cancellationToken);

    /// <summary>All heads, by shard.</summary>
    ValueTask<IReadOnlyList<FeedHead>> GetHeadsAsync(CancellationToken cancellationToken);

    /// <summary>A shard's head and the events after a sequence, seen at one moment.</summary>
    ValueTask<(FeedHead Head, IReadOnlyList<FeedEvent> Events)> ReadAsync(
        int shard, long after, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Takes numbers from the shard's head and adds events with them; the last thing that a transaction does in this shard, since from here
    /// to the commit nobody else can.
    /// </summary>
    /// <returns>The last number.</returns>
    ValueTask<long> AppendAsync(int shard, IReadOnlyList<PendingEvent> events, CancellationToken cancellationToken);

    /// <summary>Removes events that are older than a time, a limited number.</summary>
    /// <returns>How many.</returns>
    ValueTask<int> TrimAsync(int shard, TimeSpan age, int limit, CancellationToken cancellationToken);
}
