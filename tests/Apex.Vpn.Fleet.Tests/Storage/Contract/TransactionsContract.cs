using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage;
using Apex.Vpn.Fleet.Tests.Storage.Backends;

namespace Apex.Vpn.Fleet.Tests.Storage.Contract;

/// <summary>All or nothing, each for itself, and never more than the queue holds.</summary>
public abstract class TransactionsContract(Backend backend) : StoreContract(backend)
{
    [StoreFact]
    public async Task A_work_that_throws_leaves_nothing()
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => Store.WriteAsync<bool>(async (transaction, token) =>
        {
            await transaction.Nodes.AddAsync(NewNode("x"), token);
            await transaction.Audit.AppendAsync("ann", "node.add", "x", "", token);
            transaction.Publish("node.added", "x");
            throw new InvalidDataException();
        }).AsTask());

        await AssertEmptyAsync();
    }

    [StoreFact]
    public async Task The_failure_of_one_is_not_the_failure_of_those_that_share_its_transaction()
    {
        using var gate = new Gate(Store);
        await gate.CloseAsync();
        Task<bool>[] works = [.. Enumerable.Range(0, 10).Select(i => Store.WriteAsync(async (transaction, token) =>
        {
            transaction.Publish("node.added", $"{i}");
            bool added = await transaction.Nodes.AddAsync(NewNode($"{i}"), token);
            return i % 3 == 1 ? throw new InvalidDataException($"{i}") : added;
        }).AsTask())];
        await gate.OpenAsync();

        for (int i = 0; i < works.Length; i++)
        {
            if (i % 3 == 1) Assert.Equal($"{i}", (await Assert.ThrowsAsync<InvalidDataException>(() => works[i])).Message);
            else Assert.True(await works[i]);
        }
        IReadOnlyList<Node> nodes = await Store.ReadAsync((transaction, token) => transaction.Nodes.ListAsync(null, 100, token));
        Assert.Equal(["0", "2", "3", "5", "6", "8", "9"], nodes.Select(static node => node.Name).Order());
        Assert.Equal(7, (await Store.Feed.GetHeadAsync()).Sequences[0]);
    }

    [StoreFact]
    public async Task Writes_that_wait_share_a_transaction()
    {
        using var gate = new Gate(Store);
        await gate.CloseAsync();
        Task<DateTimeOffset>[] works = [.. Enumerable.Range(0, 20).Select(_ =>
            Store.WriteAsync(static (transaction, _) => new ValueTask<DateTimeOffset>(transaction.Now)).AsTask())];
        await gate.OpenAsync();

        DateTimeOffset[] times = await Task.WhenAll(works);
        // One for each writer that was free, and one more at most.
        Assert.InRange(times.Distinct().Count(), 1, 5);
    }

    [StoreFact]
    public async Task More_writes_than_the_queue_holds_are_refused()
    {
        FleetStore small = await Backend.OpenAsync(new FleetStoreOptions { QueueCapacity = 3, Writers = 1 });
        using var gate = new Gate(small);
        await gate.CloseAsync();
        Task<bool>[] waiting = [.. Enumerable.Range(0, 3).Select(i =>
            small.WriteAsync((transaction, token) => transaction.Nodes.AddAsync(NewNode($"{i}"), token)).AsTask())];

        StoreBusyException busy = await Assert.ThrowsAsync<StoreBusyException>(() =>
            small.WriteAsync((transaction, token) => transaction.Nodes.AddAsync(NewNode("busy"), token)).AsTask());
        Assert.Contains("3 writes wait", busy.Message, StringComparison.Ordinal);
        Task<Lease?> lease = small.Leases.TryAcquireAsync("patient", "a", TimeSpan.FromSeconds(1)).AsTask();
        await gate.OpenAsync();
        Assert.All(await Task.WhenAll(waiting), Assert.True);
        Assert.NotNull(await lease);
        Assert.Equal(3, (await Store.ReadAsync((transaction, token) => transaction.Nodes.ListAsync(null, 100, token))).Count);
    }

    [StoreFact]
    public async Task Whoever_gives_up_while_waiting_is_let_go_at_once_and_writes_nothing()
    {
        using var gate = new Gate(Store);
        using var giveUp = new CancellationTokenSource();
        await gate.CloseAsync();
        Task<bool> waiting = Store.WriteAsync((transaction, token) => transaction.Nodes.AddAsync(NewNode("x"), token), null, giveUp.Token).AsTask();
        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await gate.OpenAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Store.WriteAsync((transaction, token) => transaction.Nodes.AddAsync(NewNode("y"), token), null, giveUp.Token).AsTask());
        await AssertEmptyAsync();
    }

    [StoreFact]
    public async Task Whoever_gives_up_during_the_work_writes_nothing()
    {
        using var giveUp = new CancellationTokenSource();
        Task<bool> working = Store.WriteAsync(
            async (transaction, token) =>
            {
                await transaction.Nodes.AddAsync(NewNode("x"), token);
                await giveUp.CancelAsync();
                return await transaction.Nodes.AddAsync(NewNode("y"), token);
            },
            null,
            giveUp.Token).AsTask();

        await Task.WhenAny(working);
        IReadOnlyList<Node> nodes = await Store.ReadAsync((transaction, token) => transaction.Nodes.ListAsync(null, 100, token));
        // A statement that is quicker than the token is no failure: then both are there.
        Assert.Equal(working.IsCompletedSuccessfully ? 2 : 0, nodes.Count);
        Assert.True(working.IsCompletedSuccessfully || working.IsCanceled || working.Exception?.InnerException is OperationCanceledException);
    }

    [StoreFact]
    public async Task What_comes_to_a_closed_store_is_refused_and_what_waits_is_too()
    {
        FleetStore store = await Backend.OpenAsync();
        var gate = new Gate(store);
        await gate.CloseAsync();
        Task<bool> waiting = store.WriteAsync((transaction, token) => transaction.Nodes.AddAsync(NewNode("x"), token)).AsTask();
        Task<List<FeedEvent>> reading = FollowAsync(store, await store.Feed.GetHeadAsync(), 1);
        Task closing = store.DisposeAsync().AsTask();
        gate.Dispose();

        await closing;
        await store.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => reading);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => store.WriteAsync(static (_, _) => new ValueTask<bool>(true)).AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => store.ReadAsync(static (_, _) => new ValueTask<bool>(true)).AsTask());
        await AssertEmptyAsync();
    }

    [StoreFact]
    public async Task Rows_cannot_be_written_after_their_transaction()
    {
        FleetTransaction? kept = null;
        await Store.WriteAsync((transaction, _) =>
        {
            kept = transaction;
            return new ValueTask<bool>(true);
        });

        await Assert.ThrowsAsync<InvalidOperationException>(() => kept!.Nodes.AddAsync(NewNode("x")).AsTask());
    }

    [StoreFact]
    public async Task A_transaction_that_reads_sees_one_state()
    {
        FleetStore other = await Backend.OpenAsync();
        (int before, int after) = await Store.ReadAsync(async (transaction, token) =>
        {
            int before = (await transaction.Nodes.ListAsync(null, 10, token)).Count;
            await other.WriteAsync((writing, writingToken) => writing.Nodes.AddAsync(NewNode("x"), writingToken), null, token);
            return (before, (await transaction.Nodes.ListAsync(null, 10, token)).Count);
        });

        Assert.Equal((0, 0), (before, after));
        Assert.Single(await Store.ReadAsync((transaction, token) => transaction.Nodes.ListAsync(null, 10, token)));
    }

    private async Task AssertEmptyAsync()
    {
        FleetStore fresh = await Backend.OpenAsync();
        Assert.Empty(await fresh.ReadAsync((transaction, token) => transaction.Nodes.ListAsync(null, 100, token)));
        Assert.Empty(await fresh.ReadAsync((transaction, token) => transaction.Audit.ListAsync(100, token)));
        Assert.Equal(0, (await fresh.Feed.GetHeadAsync()).Sequences[0]);
    }

    /// <summary>Works that keep all writers of a store busy until they are let go.</summary>
    private sealed class Gate(FleetStore store) : IDisposable
    {
        private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly List<Task> _works = [];

        /// <summary>Takes each writer: one at a time, so that no two works share one.</summary>
        internal async Task CloseAsync()
        {
            for (int i = 0; i < store.Writers; i++)
            {
                var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _works.Add(store.WriteAsync(async (_, _) =>
                {
                    started.TrySetResult();
                    await _open.Task;
                    return true;
                }).AsTask());
                await started.Task;
            }
        }

        internal async Task OpenAsync()
        {
            _open.TrySetResult();
            await Task.WhenAll(_works);
        }

        public void Dispose() => _open.TrySetResult();
    }
}

public sealed class MemoryTransactionsTests() : TransactionsContract(new MemoryBackend());

public sealed class SqliteTransactionsTests() : TransactionsContract(new SqliteBackend());

public sealed class PostgresTransactionsTests() : TransactionsContract(new PostgresBackend());
