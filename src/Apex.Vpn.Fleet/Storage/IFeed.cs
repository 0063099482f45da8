namespace Apex.Vpn.Fleet.Storage;

/// <summary>
/// The change feed: what was committed, in order, for whoever keeps a copy in memory or passes it on. Safe from any thread.
/// </summary>
/// <remarks>
/// Within a shard the order of the sequences is the order of the commits, because a transaction draws its numbers last and holds the
/// shard's head until it has committed. So a reader never sees a number before all that are below it.
/// </remarks>
public interface IFeed
{
    /// <summary>The feed's end: a cursor after all that is committed.</summary>
    /// <param name="cancellationToken">Stops the call.</param>
    ValueTask<FeedCursor> GetHeadAsync(CancellationToken cancellationToken = default);

    /// <summary>What comes after a cursor; no events when nothing does.</summary>
    /// <param name="after">The cursor.</param>
    /// <param name="limit">How many events per shard at most, 1 to 10 000.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    ValueTask<FeedPage> ReadAsync(FeedCursor after, int limit, CancellationToken cancellationToken = default);

    /// <summary>
    /// Everything after a cursor, as it is committed: at once what this store commits, within <see cref="FleetStoreOptions.PollInterval"/>
    /// what others do.
    /// </summary>
    /// <param name="after">The cursor.</param>
    /// <param name="cancellationToken">Ends the enumeration with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>Pages with at least one event; the last one, if the enumeration ends by itself, is a page that asks for a resync.</returns>
    IAsyncEnumerable<FeedPage> FollowAsync(FeedCursor after, CancellationToken cancellationToken = default);
}
