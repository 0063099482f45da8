using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage;
using Apex.Vpn.Fleet.Tests.Storage.Backends;
using Apex.Vpn.Fleet.Tests.Storage.Contract;

namespace Apex.Vpn.Fleet.Tests.Storage.Sql;

/// <summary>What databases and networks do to a transaction, and what is left of it.</summary>
public abstract class FaultsContract(SqlBackend backend) : StoreContract(backend)
{
    private FaultyDataSource Source => backend.Source;

    [StoreFact]
    public async Task A_transaction_that_could_not_be_serialised_is_tried_again()
    {
        int failures = 0;
        Source.Before = (_, sql) =>
            sql.StartsWith("INSERT INTO node", StringComparison.Ordinal) && failures++ < 3 ? throw backend.Transient : Task.CompletedTask;

        Assert.True(await AddAsync("x"));
        Assert.Equal(4, failures);
        await AssertNodesAsync("x");
    }

    [StoreFact]
    public async Task A_commit_that_could_not_be_serialised_is_tried_again()
    {
        int failures = 0;
        Source.Before = (_, sql) => sql == "COMMIT" && failures++ < 1 ? throw backend.Transient : Task.CompletedTask;

        Assert.True(await AddAsync("x"));
        await AssertNodesAsync("x");
    }

    [StoreFact]
    public async Task A_database_that_stays_locked_is_given_up_after_all_attempts()
    {
        FleetStore store = await backend.OpenAsync(new FleetStoreOptions { MaxAttempts = 3 });
        int failures = 0;
        Source.Before = (_, sql) =>
        {
            if (!sql.StartsWith("INSERT INTO node", StringComparison.Ordinal)) return Task.CompletedTask;
            failures++;
            throw backend.Transient;
        };

        StoreUnavailableException given = await Assert.ThrowsAsync<StoreUnavailableException>(() => AddAsync(store, "x"));
        Assert.Equal(3, failures);
        Assert.Equal(backend.Transient.Message, given.InnerException!.Message);
        Source.Before = null;
        Assert.True(await AddAsync(store, "y"));
        await AssertNodesAsync("y");
    }

    [StoreFact]
    public async Task A_connection_that_breaks_in_the_middle_leaves_nothing_and_the_work_is_done_on_another()
    {
        int failures = 0;
        Source.After = (connection, sql) =>
            sql.StartsWith("INSERT INTO feed_event", StringComparison.Ordinal) && failures++ == 0 ? connection.BreakAsync() : Task.CompletedTask;

        Assert.True(await AddAsync("x"));
        Assert.Equal(2, failures);
        await AssertNodesAsync("x");
        Assert.Equal(1, (await Store.Feed.GetHeadAsync()).Sequences[0]);
    }

    [StoreFact]
    public async Task A_lost_answer_to_a_commit_is_settled_by_the_requests_key()
    {
        LoseAnswers(1);
        WriteAnswer answer = await AddOnceAsync("x");

        Assert.True(answer.IsReplay);
        Assert.Equal([1], answer.Content.ToArray());
        await AssertNodesAsync("x");
    }

    [StoreFact]
    public async Task A_commit_that_never_came_is_done_again_under_the_requests_key()
    {
        int commits = 0;
        Source.Before = (connection, sql) => sql == "COMMIT" && commits++ == 0 ? connection.BreakAsync() : Task.CompletedTask;
        WriteAnswer answer = await AddOnceAsync("x");

        Assert.False(answer.IsReplay);
        await AssertNodesAsync("x");
    }

    [StoreFact]
    public async Task A_lost_answer_without_a_key_is_told_and_not_repeated()
    {
        LoseAnswers(1);

        await Assert.ThrowsAsync<OutcomeUnknownException>(() => AddAsync("x"));
        await AssertNodesAsync("x");
    }

    [StoreFact]
    public async Task A_lost_answer_to_several_settles_those_with_a_key_and_tells_the_others()
    {
        FleetStore store = await backend.OpenAsync(new FleetStoreOptions { Writers = 1 });
        var open = new TaskCompletionSource();
        var started = new TaskCompletionSource();
        Task gate = store.WriteAsync(async (_, _) =>
        {
            started.TrySetResult();
            await open.Task;
            return true;
        }).AsTask();
        await started.Task;
        Task<WriteAnswer> keyed = AddOnceAsync(store, "keyed");
        Task<bool> plain = AddAsync(store, "plain");
        int commits = 0;
        Source.After = (connection, sql) => sql == "COMMIT" && ++commits == 2 ? connection.BreakAsync() : Task.CompletedTask;
        open.SetResult();
        await gate;

        Assert.True((await keyed).IsReplay);
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => plain);
        await AssertNodesAsync("keyed", "plain");
    }

    [StoreFact]
    public async Task A_work_that_hides_a_failed_statement_is_not_committed()
    {
        await AddAsync("x");
        Source.Before = (_, sql) =>
            sql.StartsWith("INSERT INTO audit", StringComparison.Ordinal) ? throw new ConstraintException() : Task.CompletedTask;
        Task<bool> hiding = Store.WriteAsync(async (transaction, token) =>
        {
            await transaction.Nodes.AddAsync(NewNode("y"), token);
            try
            {
                await transaction.Audit.AppendAsync("ann", "a", "b", "", token);
            }
            catch (ConstraintException)
            {
                // Hidden.
            }
            return true;
        }).AsTask();

        InvalidOperationException hidden = await Assert.ThrowsAsync<InvalidOperationException>(() => hiding);
        Assert.IsType<ConstraintException>(hidden.InnerException);
        await AssertNodesAsync("x");
    }

    [StoreFact]
    public async Task A_read_is_tried_again_when_its_connection_is_gone()
    {
        await AddAsync("x");
        int failures = 0;
        Source.Before = (connection, sql) =>
            sql.Contains("FROM node", StringComparison.Ordinal) && failures++ < 2 ? connection.BreakAsync() : Task.CompletedTask;

        await AssertNodesAsync("x");
        Assert.Equal(3, failures);
    }

    [StoreFact]
    public async Task Giving_up_between_two_attempts_writes_nothing()
    {
        using var giveUp = new CancellationTokenSource();
        Source.Before = async (_, sql) =>
        {
            if (!sql.StartsWith("INSERT INTO node", StringComparison.Ordinal)) return;
            await giveUp.CancelAsync();
            throw backend.Transient;
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Store.WriteAsync((transaction, token) => transaction.Nodes.AddAsync(NewNode("x"), token), null, giveUp.Token).AsTask());
        await AssertNodesAsync();
    }

    [StoreFact]
    public async Task A_group_of_writes_costs_few_statements()
    {
        FleetStore store = await backend.OpenAsync(new FleetStoreOptions { Writers = 1 });
        var open = new TaskCompletionSource();
        var started = new TaskCompletionSource();
        Task gate = store.WriteAsync(async (_, _) =>
        {
            started.TrySetResult();
            await open.Task;
            return true;
        }).AsTask();
        await started.Task;
        Task<bool>[] adding = [.. Enumerable.Range(0, 32).Select(i => AddAsync(store, $"{i}"))];
        var statements = new List<string>();
        Source.Before = (_, sql) =>
        {
            lock (statements) statements.Add(sql.Split('\n')[0]);
            return Task.CompletedTask;
        };
        open.SetResult();
        await gate;
        Assert.All(await Task.WhenAll(adding), Assert.True);
        Source.Before = null;

        // The gate's commit; then begin with the time, 32 rows, the head, all events at once, commit.
        Assert.Equal(1 + 1 + 32 + 1 + 1 + 1, statements.Count);
        Assert.Equal(2, statements.Count(static sql => sql == "COMMIT"));
    }

    private void LoseAnswers(int count)
    {
        int commits = 0;
        Source.After = (connection, sql) => sql == "COMMIT" && commits++ < count ? connection.BreakAsync() : Task.CompletedTask;
    }

    private Task<bool> AddAsync(string name) => AddAsync(Store, name);

    private static Task<bool> AddAsync(FleetStore store, string name) => store.WriteAsync((transaction, token) =>
    {
        transaction.Publish("node.added", name);
        return transaction.Nodes.AddAsync(NewNode(name), token);
    }).AsTask();

    private Task<WriteAnswer> AddOnceAsync(string name) => AddOnceAsync(Store, name);

    private static Task<WriteAnswer> AddOnceAsync(FleetStore store, string name) =>
        store.WriteOnceAsync(new IdempotencyKey("ann", name), async (transaction, token) =>
        {
            Assert.True(await transaction.Nodes.AddAsync(NewNode(name), token));
            return new byte[] { 1 };
        }).AsTask();

    private async Task AssertNodesAsync(params string[] names)
    {
        IReadOnlyList<Node> nodes = await Store.ReadAsync((transaction, token) => transaction.Nodes.ListAsync(null, 100, token));
        Assert.Equal(names, nodes.Select(static node => node.Name).Order());
    }

    private sealed class ConstraintException() : System.Data.Common.DbException("SQLite Error 19: 'constraint failed'.")
    {
        public override string? SqlState => "23505";
    }
}

public sealed class SqliteFaultsTests() : FaultsContract(new SqliteBackend());

public sealed class PostgresFaultsTests() : FaultsContract(new PostgresBackend());
