using Apex.Vpn.Fleet.Storage;
using Apex.Vpn.Fleet.Tests.Storage.Backends;

namespace Apex.Vpn.Fleet.Tests.Storage.Sql;

/// <summary>An empty database, and replicas that all start at once.</summary>
public abstract class FirstStartContract(SqlBackend backend) : IAsyncLifetime
{
    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await backend.DisposeAsync();

    [StoreFact]
    public async Task Replicas_that_start_at_once_make_the_tables_once()
    {
        FleetStore[] stores = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() =>
            FleetStore.OpenAsync(backend.Source, new FleetStoreOptions { FeedShards = 2 }).AsTask())));
        try
        {
            FeedCursor[] heads = await Task.WhenAll(stores.Select(static store => store.Feed.GetHeadAsync().AsTask()));

            Assert.Equal(1L, await backend.ExecuteAsync("SELECT COUNT(*) FROM schema_migration WHERE version > 0"));
            Assert.Single(heads.Distinct());
            Assert.Equal([0L, 0L], heads[0].Sequences);
            Assert.Equal(1L, await backend.ExecuteAsync("SELECT COUNT(DISTINCT epoch) FROM feed_head"));
        }
        finally
        {
            foreach (FleetStore store in stores) await store.DisposeAsync();
        }
    }

    [StoreFact]
    public async Task The_databases_time_is_in_microseconds_since_1970()
    {
        await using FleetStore store = await FleetStore.OpenAsync(backend.Source);
        DateTimeOffset before = DateTimeOffset.UtcNow;
        DateTimeOffset now = await store.ReadAsync(static (transaction, _) => new ValueTask<DateTimeOffset>(transaction.Now));

        // Both on this machine: the database's clock is this one's, cut to milliseconds by SQLite.
        Assert.InRange(now, before - TimeSpan.FromMilliseconds(50), DateTimeOffset.UtcNow + TimeSpan.FromMilliseconds(50));
    }

    [StoreFact]
    public async Task Options_out_of_their_range_are_told_by_name()
    {
        ArgumentException wrong = await Assert.ThrowsAsync<ArgumentException>(() =>
            FleetStore.OpenAsync(backend.Source, new FleetStoreOptions { HomeShard = 1 }).AsTask());
        Assert.Contains("HomeShard", wrong.Message, StringComparison.Ordinal);
        wrong = await Assert.ThrowsAsync<ArgumentException>(() =>
            FleetStore.OpenAsync(backend.Source, new FleetStoreOptions { QueueCapacity = 0 }).AsTask());
        Assert.Contains("QueueCapacity", wrong.Message, StringComparison.Ordinal);
    }
}

public sealed class SqliteFirstStartTests() : FirstStartContract(new SqliteBackend());

public sealed class PostgresFirstStartTests() : FirstStartContract(new PostgresBackend());
