using System.Runtime.CompilerServices;
using Apex.Vpn.Fleet.Model;

namespace Apex.Vpn.Fleet.Storage.Engine;

/// <summary>The feed of a store: rows read through its pool, waits through its hub.</summary>
internal sealed class StoreFeed(ReaderPool readers, FeedHub hub, int shards) : IFeed
{
    private const int PageSize = 256;

    public ValueTask<FeedCursor> GetHeadAsync(CancellationToken cancellationToken = default) =>
        readers.RunAsync(
            static async (session, token) => FeedHead.ToCursor(await session.Tables.Feed.GetHeadsAsync(token).ConfigureAwait(false)),
            cancellationToken);

    public ValueTask<FeedPage> ReadAsync(FeedCursor after, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(after);
        Limits.CheckPage(limit);
        return readers.RunAsync((session, token) => ReadAsync(session.Tables.Feed, after, limit, token), cancellationToken);
    }

    public async IAsyncEnumerable<FeedPage> FollowAsync(
        FeedCursor after, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(after);
        while (true)
        {
            FeedPage page = await ReadAsync(after, PageSize, cancellationToken).ConfigureAwait(false);
            if (page.MustResync || page.Events.Count > 0) yield return page;
            if (page.MustResync) yield break;
            after = page.Next;
            // What is left after a full page is there already; asking the hub would wait for the next poll.
            if (page.Events.Count < PageSize) await hub.WaitAsync(after, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<FeedPage> ReadAsync(IFeedTable feed, FeedCursor after, int limit, CancellationToken cancellationToken)
    {
        var events = new List<FeedEvent>();
        var next = new long[shards];
        for (int shard = 0; shard < shards; shard++)
        {
            long from = after.After(shard);
            (FeedHead head, IReadOnlyList<FeedEvent> page) =
                await feed.ReadAsync(shard, from, limit, cancellationToken).ConfigureAwait(false);
            if (!head.CanContinue(after))
            {
                IReadOnlyList<FeedHead> heads = await feed.GetHeadsAsync(cancellationToken).ConfigureAwait(false);
                return new FeedPage([], FeedHead.ToCursor(heads), mustResync: true);
            }
            events.AddRange(page);
            next[shard] = page.Count > 0 ? page[^1].Sequence : from;
        }
        return new FeedPage(events, new FeedCursor(after.Epoch, next), mustResync: false);
    }
}
