using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage;
using Apex.Vpn.Fleet.Tests.Storage.Backends;
using Apex.Vpn.Fleet.Tests.Storage.Contract;

namespace Apex.Vpn.Fleet.Tests.Storage.Sql;

/// <summary>What a server does to its clients.</summary>
public sealed class PostgresServerTests() : StoreContract(new PostgresBackend())
{
    private SqlBackend Database => (SqlBackend)Backend;

    [StoreFact]
    public async Task A_client_that_the_server_ends_in_the_middle_leaves_nothing_and_does_it_again()
    {
        int ended = 0;
        Database.Source.After = async (_, sql) =>
        {
            if (!sql.StartsWith("INSERT INTO node", StringComparison.Ordinal) || ended++ > 0) return;
            await Database.ExecuteAsync(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'");
        };
        Assert.True(await Store.WriteAsync((transaction, token) =>
        {
            transaction.Publish("node.added", "x");
            return transaction.Nodes.AddAsync(NewNode("x"), token);
        }));

        Assert.Equal(2, ended);
        Assert.Single(await Store.ReadAsync((transaction, token) => transaction.Nodes.ListAsync(null, 10, token)));
        Assert.Equal(1, (await Store.Feed.GetHeadAsync()).Sequences[0]);
    }

    [StoreFact]
    public async Task Two_that_lock_each_other_out_both_get_through()
    {
        Node a = NewNode("a"), b = NewNode("b");
        await Store.WriteAsync(async (transaction, token) =>
            await transaction.Nodes.AddAsync(a, token) && await transaction.Nodes.AddAsync(b, token));
        var both = new TaskCompletionSource();
        int first = 0;

        await Task.WhenAll(ClaimAsync(a, b), ClaimAsync(b, a));
        IReadOnlyList<Node> nodes = await Store.ReadAsync((transaction, token) => transaction.Nodes.ListAsync(null, 10, token));
        Assert.All(nodes, static node => Assert.Equal(2, node.Epoch));

        async Task ClaimAsync(Node one, Node other)
        {
            FleetStore replica = await Backend.OpenAsync();
            await replica.WriteAsync(async (transaction, token) =>
            {
                await transaction.Nodes.ClaimAsync(one.Id, token);
                if (Interlocked.Increment(ref first) >= 2) both.TrySetResult();
                await both.Task;
                return await transaction.Nodes.ClaimAsync(other.Id, token);
            });
        }
    }
}
