using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage;
using Apex.Vpn.Fleet.Tests.Storage.Backends;

namespace Apex.Vpn.Fleet.Tests.Storage.Contract;

/// <summary>The change feed: everything that is committed, in order, once.</summary>
public abstract class FeedContract(Backend backend) : StoreContract(backend)
{
    private const int Writers = 8, EventsPerWriter = 30;

    [StoreFact]
    public async Task A_reader_sees_what_eight_writers_commit_in_order_and_without_gaps()
    {
        FleetStore[] replicas = await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Backend.OpenAsync()));
        FeedCursor start = await Store.Feed.GetHeadAsync();
        Backend.DelayCommits(seed: 1);
        Task<List<FeedEvent>> reading = FollowAsync(Store, start, Writers * EventsPerWriter);

        await Task.WhenAll(replicas.Select((replica, writer) => Task.Run(async () =>
        {
            var delays = new Random(writer);
            for (int i = 0; i < EventsPerWriter; i++)
            {
                int delay = delays.Next(6);
                await replica.WriteAsync(async (transaction, _) =>
                {
                    transaction.Publish("test", $"{writer}:{i}");
                    await Backend.LingerAsync(delay);
                    return true;
                });
            }
        })));
        List<FeedEvent> seen = await reading;

        Assert.Equal(Enumerable.Range(1, Writers * EventsPerWriter).Select(static i => (long)i), seen.Select(static e => e.Sequence));
        foreach (IGrouping<string, FeedEvent> writer in seen.GroupBy(static e => e.Subject.Split(':')[0]))
            Assert.Equal(Enumerable.Range(0, EventsPerWriter).Select(i => $"{writer.Key}:{i}"), writer.Select(static e => e.Subject));
    }

    [StoreFact]
    public async Task An_event_comes_back_as_it_was_published()
    {
        FeedCursor start = await Store.Feed.GetHeadAsync();
        var payload = new byte[FleetTransaction.MaxPayload];
        new Random(1).NextBytes(payload);
        DateTimeOffset now = await Store.WriteAsync((transaction, _) =>
        {
            transaction.Publish("node.added", "nl-ams-01", payload);
            return new ValueTask<DateTimeOffset>(transaction.Now);
        });

        FeedPage page = await Store.Feed.ReadAsync(start, 10);
        FeedEvent only = Assert.Single(page.Events);
        Assert.Equal((0, 1L, "node.added", "nl-ams-01", now), (only.Shard, only.Sequence, only.Kind, only.Subject, only.At));
        Assert.Equal(payload, only.Payload.ToArray());
        Assert.Empty((await Store.Feed.ReadAsync(page.Next, 10)).Events);
        Assert.Equal(page.Next, await Store.Feed.GetHeadAsync());
    }

    [StoreFact]
    public async Task Many_events_of_one_transaction_are_read_page_by_page()
    {
        FeedCursor cursor = await Store.Feed.GetHeadAsync();
        await Store.WriteAsync((transaction, _) =>
        {
            for (int i = 0; i < 100; i++) transaction.Publish("test", $"{i}");
            return new ValueTask<bool>(true);
        });

        var seen = new List<FeedEvent>();
        FeedPage page;
        do
        {
            page = await Store.Feed.ReadAsync(cursor, 7);
            seen.AddRange(page.Events);
            cursor = page.Next;
        }
        while (page.Events.Count > 0);
        Assert.Equal(Enumerable.Range(0, 100).Select(static i => $"{i}"), seen.Select(static e => e.Subject));
    }

    [StoreFact]
    public async Task Shards_are_numbered_each_by_itself_and_a_cursor_stands_in_all()
    {
        var options = new FleetStoreOptions { FeedShards = 3, HomeShard = 1, PollInterval = TimeSpan.FromMilliseconds(5) };
        FleetStore sharded = await Backend.OpenAsync(options);
        FeedCursor old = await Store.Feed.GetHeadAsync(), start = await sharded.Feed.GetHeadAsync();
        await sharded.WriteAsync((transaction, _) =>
        {
            transaction.PublishTo(2, "test", "c", default);
            transaction.Publish("test", "b");
            transaction.PublishTo(0, "test", "a", default);
            transaction.PublishTo(2, "test", "d", default);
            return new ValueTask<bool>(true);
        });

        FeedPage page = await sharded.Feed.ReadAsync(start, 10);
        Assert.Equal(["0.1a", "1.1b", "2.1c", "2.2d"], page.Events.Select(static e => $"{e.Shard}.{e.Sequence}{e.Subject}"));
        Assert.Equal([1L, 1L, 2L], page.Next.Sequences);
        Assert.Equal(4, (await sharded.Feed.ReadAsync(old, 10)).Events.Count);
        Assert.Single((await sharded.Feed.ReadAsync(new FeedCursor(start.Epoch, 1, 1, 1), 10)).Events);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => PublishAsync(sharded, "x", shard: 3));
    }

    [StoreFact]
    public async Task What_this_replica_commits_wakes_its_readers_without_a_poll()
    {
        FleetStore slow = await Backend.OpenAsync(new FleetStoreOptions { PollInterval = TimeSpan.FromMinutes(1) });
        Task<List<FeedEvent>> reading = FollowAsync(slow, await slow.Feed.GetHeadAsync(), 1);
        await PublishAsync(slow, "own");

        Assert.Equal("own", Assert.Single(await reading).Subject);
    }

    [StoreFact]
    public async Task What_another_replica_commits_is_found_by_polling()
    {
        FleetStore other = await Backend.OpenAsync();
        Task<List<FeedEvent>> reading = FollowAsync(Store, await Store.Feed.GetHeadAsync(), 1);
        await PublishAsync(other, "other's");

        Assert.Equal("other's", Assert.Single(await reading).Subject);
    }

    [StoreFact]
    public async Task A_snapshot_and_the_feed_after_it_miss_nothing_and_repeat_nothing()
    {
        FleetStore other = await Backend.OpenAsync();
        Task writing = Task.Run(async () =>
        {
            for (int i = 0; i < 60; i++)
            {
                Node node = NewNode($"node-{i}");
                await other.WriteAsync(async (transaction, token) =>
                {
                    transaction.Publish("node.added", node.Name);
                    return await transaction.Nodes.AddAsync(node, token);
                });
            }
        });
        var names = new HashSet<string>();
        FeedCursor cursor;
        do
        {
            (IReadOnlyList<Node> nodes, cursor) = await Store.ReadAsync(async (transaction, token) =>
                (await transaction.Nodes.ListAsync(null, 1000, token), await transaction.GetFeedCursorAsync(token)));
            names = [.. nodes.Select(static node => node.Name)];
            Assert.Equal(names.Count, cursor.Sequences[0]);
        }
        while (names.Count < 10);

        List<FeedEvent> rest = names.Count == 60 ? [] : await FollowAsync(Store, cursor, 60 - names.Count);
        Assert.All(rest, added => Assert.True(names.Add(added.Subject), added.Subject));
        Assert.Equal(60, names.Count);
        await writing;
    }

    [StoreFact]
    public async Task A_cursor_older_than_what_is_kept_asks_for_a_resync()
    {
        FeedCursor start = await Store.Feed.GetHeadAsync();
        for (int i = 0; i < 5; i++) await PublishAsync(Store, $"old {i}");
        FeedCursor middle = await Store.Feed.GetHeadAsync();
        await Backend.PassAsync(TimeSpan.FromHours(2));
        await PublishAsync(Store, "young");

        Assert.Equal(5, await Store.TrimAsync(new Retention { FeedEvents = TimeSpan.FromHours(1) }));
        Assert.Equal(0, await Store.TrimAsync(new Retention { FeedEvents = TimeSpan.FromHours(1) }));
        FeedPage late = await Store.Feed.ReadAsync(start, 10);
        Assert.True(late.MustResync);
        Assert.Equal(await Store.Feed.GetHeadAsync(), late.Next);
        Assert.Equal("young", Assert.Single((await Store.Feed.ReadAsync(middle, 10)).Events).Subject);
        var pages = new List<FeedPage>();
        await foreach (FeedPage page in Store.Feed.FollowAsync(start)) pages.Add(page);
        Assert.True(Assert.Single(pages).MustResync);
    }

    [StoreFact]
    public async Task Trimming_goes_on_in_small_transactions_until_nothing_old_is_left()
    {
        for (int i = 0; i < 12; i++)
        {
            await Store.WriteAsync((transaction, _) =>
            {
                for (int j = 0; j < 100; j++) transaction.Publish("test", "x");
                return new ValueTask<bool>(true);
            });
        }
        await Backend.PassAsync(TimeSpan.FromHours(2));

        Assert.Equal(1200, await Store.TrimAsync(new Retention()));
        FeedCursor head = await Store.Feed.GetHeadAsync();
        Assert.False((await Store.Feed.ReadAsync(head, 10)).MustResync);
        await PublishAsync(Store, "next");
        Assert.Equal(1201, Assert.Single((await Store.Feed.ReadAsync(head, 10)).Events).Sequence);
    }

    [StoreFact]
    public async Task Another_epoch_and_a_cursor_from_the_future_ask_for_a_resync()
    {
        FeedCursor before = await Store.Feed.GetHeadAsync();
        FleetStore other = await Backend.OpenAsync();
        Task<bool> waiting = WaitForResyncAsync(other, before);
        await Store.RenewFeedEpochAsync();

        Assert.True(await waiting);
        FeedCursor after = await Store.Feed.GetHeadAsync();
        Assert.NotEqual(before.Epoch, after.Epoch);
        Assert.True((await Store.Feed.ReadAsync(before, 10)).MustResync);
        Assert.False((await Store.Feed.ReadAsync(after, 10)).MustResync);
        Assert.True((await Store.Feed.ReadAsync(new FeedCursor(after.Epoch, 99), 10)).MustResync);
        Assert.True((await Store.Feed.ReadAsync(new FeedCursor(after.Epoch, long.MaxValue), 10)).MustResync);
    }

    [StoreFact]
    public async Task Following_ends_when_it_is_cancelled()
    {
        using var stop = new CancellationTokenSource();
        FeedCursor head = await Store.Feed.GetHeadAsync();
        Task following = Task.Run(async () =>
        {
            await foreach (FeedPage _ in Store.Feed.FollowAsync(head, stop.Token)) Assert.Fail("Nothing was published.");
        });
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following);
    }

    private static async Task<bool> WaitForResyncAsync(FleetStore store, FeedCursor cursor)
    {
        await foreach (FeedPage page in store.Feed.FollowAsync(cursor)) return page.MustResync;
        return false;
    }
}

public sealed class MemoryFeedTests() : FeedContract(new MemoryBackend());

public sealed class SqliteFeedTests() : FeedContract(new SqliteBackend());

public sealed class PostgresFeedTests() : FeedContract(new PostgresBackend());
