using Apex.Vpn.Fleet.Model;

namespace Apex.Vpn.Fleet.Storage;

/// <summary>What the change feed has after a cursor. Immutable; safe from any thread.</summary>
public sealed class FeedPage
{
    internal FeedPage(IReadOnlyList<FeedEvent> events, FeedCursor next, bool mustResync)
    {
        Events = events;
        Next = next;
        MustResync = mustResync;
    }

    /// <summary>The events: all of one shard in the order of their commits, without gaps; shards one after the other.</summary>
    public IReadOnlyList<FeedEvent> Events { get; }

    /// <summary>The cursor after these events. Where a resync is due, the feed's end at the time of the call.</summary>
    public FeedCursor Next { get; }

    /// <summary>
    /// Whether the events after the cursor cannot be told any more, because they were trimmed or the feed's epoch is another: read
    /// everything anew in one snapshot (<see cref="FleetStore.ReadAsync"/>) and go on from that snapshot's cursor
    /// (<see cref="FleetTransaction.GetFeedCursorAsync"/>).
    /// </summary>
    public bool MustResync { get; }
}
