using System.Data.Common;
using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage;
using Apex.Vpn.Fleet.Tests.Storage.Backends;
using Apex.Vpn.Fleet.Tests.Storage.Contract;

namespace Apex.Vpn.Fleet.Tests.Storage.Sql;

/// <summary>Real locks, held by others.</summary>
public abstract class LocksContract(SqlBackend backend, string begin, string lockHead) : StoreContract(backend)
{
    [StoreFact]
    public async Task A_lock_that_another_holds_is_waited_for_and_then_taken()
    {
        await using DbConnection other = await LockAsync();
        var failed = new TaskCompletionSource();
        // The second attempt begins: the first waited its second in vain.
        int begins = 0;
        backend.Source.Before = (_, sql) =>
        {
            if (sql.StartsWith("BEGIN", StringComparison.Ordinal) && ++begins == 2) failed.TrySetResult();
            return Task.CompletedTask;
        };
        Task publishing = PublishAsync(Store, "x");
        await failed.Task;
        Assert.False(publishing.IsCompleted);
        await ExecuteAsync(other, "ROLLBACK");

        await publishing;
        Assert.Equal(1, (await Store.Feed.GetHeadAsync()).Sequences[0]);
    }

    [StoreFact]
    public async Task Who_takes_a_lease_over_waits_for_what_its_holder_is_committing()
    {
        FleetStore holder = Store, other = await backend.OpenAsync();
        Lease lease = (await holder.Leases.TryAcquireAsync("rollouts", "a", TimeSpan.FromSeconds(30)))!;
        await backend.PassAsync(TimeSpan.FromMinutes(1));
        var committing = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        int commits = 0;
        backend.Source.Before = async (_, sql) =>
        {
            if (sql != "COMMIT" || ++commits != 1) return;
            committing.SetResult();
            await goOn.Task;
        };
        Task<bool> effect = holder.WriteAsync(
            (transaction, token) => transaction.Nodes.AddAsync(NewNode("effect"), token), new WriteOptions { Fence = lease }).AsTask();
        await committing.Task;
        Task<Lease?> takeover = other.Leases.TryAcquireAsync("rollouts", "b", TimeSpan.FromSeconds(30)).AsTask();
        // A round trip of somebody else: had the other not to wait, it would be through.
        Task<object?> roundTrip = backend.ExecuteAsync("SELECT COUNT(*) FROM lease WHERE owner = 'b'");
        Assert.Equal(0L, await roundTrip);
        Assert.False(takeover.IsCompleted);
        goOn.SetResult();

        Assert.True(await effect);
        Lease taken = (await takeover)!;
        Assert.Equal(lease.Epoch + 1, taken.Epoch);
        await Assert.ThrowsAsync<LeaseLostException>(() => holder.WriteAsync(
            (transaction, token) => transaction.Nodes.AddAsync(NewNode("late"), token), new WriteOptions { Fence = lease }).AsTask());
    }

    private static async Task ExecuteAsync(DbConnection connection, string sql)
    {
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    private async Task<DbConnection> LockAsync()
    {
        DbConnection connection = await backend.Source.Inner.OpenConnectionAsync();
        await ExecuteAsync(connection, begin);
        await ExecuteAsync(connection, lockHead);
        return connection;
    }
}

public sealed class SqliteLocksTests() : LocksContract(new SqliteBackend(), "BEGIN IMMEDIATE", "SELECT seq FROM feed_head");

public sealed class PostgresLocksTests() : LocksContract(new PostgresBackend(), "BEGIN", "UPDATE feed_head SET trimmed = trimmed");
