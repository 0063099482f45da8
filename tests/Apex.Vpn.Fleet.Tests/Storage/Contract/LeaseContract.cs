using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage;
using Apex.Vpn.Fleet.Tests.Storage.Backends;

namespace Apex.Vpn.Fleet.Tests.Storage.Contract;

/// <summary>One holder at a time, and nothing written by one that was.</summary>
public abstract class LeaseContract(Backend backend) : StoreContract(backend)
{
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(30);

    private FleetStore Other { get; set; } = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Other = await Backend.OpenAsync();
    }

    [StoreFact]
    public async Task One_replica_has_a_lease_until_it_expires()
    {
        Lease first = (await Store.Leases.TryAcquireAsync("rollouts", "a", Ttl))!;
        Assert.Null(await Other.Leases.TryAcquireAsync("rollouts", "b", Ttl));
        Assert.Null(await Store.Leases.TryAcquireAsync("rollouts", "a", Ttl));
        Assert.NotNull(await Other.Leases.TryAcquireAsync("rotation", "b", Ttl));
        await Backend.PassAsync(Ttl + TimeSpan.FromSeconds(1));
        Lease second = (await Other.Leases.TryAcquireAsync("rollouts", "b", Ttl))!;

        Assert.Equal(("a", 1L), (first.Owner, first.Epoch));
        Assert.Equal(("b", 2L), (second.Owner, second.Epoch));
        Assert.True(second.ExpiresAt > first.ExpiresAt);
        Assert.Null(await Store.Leases.RenewAsync(first, Ttl));
        Assert.False(await Store.Leases.ReleaseAsync(first));
    }

    [StoreFact]
    public async Task A_lease_that_is_renewed_stays_and_one_that_is_released_is_free_at_once()
    {
        Lease lease = (await Store.Leases.TryAcquireAsync("rollouts", "a", Ttl))!;
        await Backend.PassAsync(Ttl - TimeSpan.FromSeconds(5));
        lease = (await Store.Leases.RenewAsync(lease, Ttl))!;
        await Backend.PassAsync(Ttl - TimeSpan.FromSeconds(5));
        Assert.Null(await Other.Leases.TryAcquireAsync("rollouts", "b", Ttl));

        Assert.True(await Store.Leases.ReleaseAsync(lease));
        Assert.False(await Store.Leases.ReleaseAsync(lease));
        Assert.Null(await Store.Leases.RenewAsync(lease, Ttl));
        Lease next = (await Other.Leases.TryAcquireAsync("rollouts", "b", Ttl))!;
        Assert.True(next.Epoch > lease.Epoch);
    }

    [StoreFact]
    public async Task A_write_under_a_lease_that_another_took_is_refused()
    {
        Lease old = (await Store.Leases.TryAcquireAsync("rollouts", "a", Ttl))!;
        Assert.True(await AddAsync(Store, old, "first"));
        await Backend.PassAsync(Ttl + TimeSpan.FromSeconds(1));
        // Expired, and nobody's but its own.
        Assert.True(await AddAsync(Store, old, "late"));
        Lease current = (await Other.Leases.TryAcquireAsync("rollouts", "b", Ttl))!;

        await Assert.ThrowsAsync<LeaseLostException>(() => AddAsync(Store, old, "lost"));
        Assert.True(await AddAsync(Other, current, "second"));
        await Other.Leases.ReleaseAsync(current);
        await Assert.ThrowsAsync<LeaseLostException>(() => AddAsync(Other, current, "released"));
        IReadOnlyList<Node> nodes = await Store.ReadAsync((transaction, token) => transaction.Nodes.ListAsync(null, 10, token));
        Assert.Equal(["first", "late", "second"], nodes.Select(static node => node.Name).Order());
        Assert.Equal(3, (await Store.Feed.GetHeadAsync()).Sequences[0]);
    }

    [StoreFact]
    public async Task Of_many_that_want_a_lease_one_gets_it()
    {
        Lease?[] leases = await Task.WhenAll(Enumerable.Range(0, 16).Select(i =>
            Task.Run(() => (i % 2 == 0 ? Store : Other).Leases.TryAcquireAsync("rollouts", $"{i}", Ttl).AsTask())));

        Assert.Single(leases.OfType<Lease>());
    }

    [StoreFact]
    public async Task Names_and_times_have_limits()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Store.Leases.TryAcquireAsync("", "a", Ttl).AsTask());
        await Assert.ThrowsAsync<ArgumentException>(() => Store.Leases.TryAcquireAsync(new string('x', 129), "a", Ttl).AsTask());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Store.Leases.TryAcquireAsync("x", "a", TimeSpan.Zero).AsTask());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Store.Leases.TryAcquireAsync("x", "a", TimeSpan.FromDays(1)).AsTask());
    }

    private static Task<bool> AddAsync(FleetStore store, Lease lease, string name) =>
        store.WriteAsync(
            (transaction, token) =>
            {
                transaction.Publish("node.added", name);
                return transaction.Nodes.AddAsync(NewNode(name), token);
            },
            new WriteOptions { Fence = lease }).AsTask();
}

public sealed class MemoryLeaseTests() : LeaseContract(new MemoryBackend());

public sealed class SqliteLeaseTests() : LeaseContract(new SqliteBackend());

public sealed class PostgresLeaseTests() : LeaseContract(new PostgresBackend());
