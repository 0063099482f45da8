using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage;
using Apex.Vpn.Fleet.Storage.Sql;
using Apex.Vpn.Fleet.Tests.Storage.Backends;
using Apex.Vpn.Fleet.Tests.Storage.Contract;

namespace Apex.Vpn.Fleet.Tests.Storage.Sql;

/// <summary>Only the database's clock counts.</summary>
public abstract class ClockContract(SqlBackend backend) : StoreContract(backend)
{
    [StoreFact]
    public async Task A_replica_whose_clock_is_a_year_ahead_changes_nothing()
    {
        SqlDialect dialect = await SqlDialect.ProbeAsync(backend.Source.Inner, CancellationToken.None);
        await using FleetStore wrong = await FleetStore.OpenAsync(
            new SqlEngine(backend.Source, dialect), new FleetStoreOptions(), new AheadClock(), CancellationToken.None);
        Lease lease = (await Store.Leases.TryAcquireAsync("rollouts", "right", TimeSpan.FromMinutes(1)))!;
        Node node = NewNode("x");
        await wrong.WriteAsync((transaction, token) =>
        {
            transaction.Publish("node.added", "x");
            return transaction.Nodes.AddAsync(node, token);
        });

        Assert.Null(await wrong.Leases.TryAcquireAsync("rollouts", "wrong", TimeSpan.FromMinutes(1)));
        Assert.Equal(0, await wrong.TrimAsync(new Retention()));
        Node found = (await Store.ReadAsync((transaction, token) => transaction.Nodes.FindAsync(node.Id, token)))!;
        Assert.True(found.UpdatedAt < lease.ExpiresAt);
        Assert.NotNull(await Store.Leases.RenewAsync(lease, TimeSpan.FromMinutes(1)));
    }

    private sealed class AheadClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddYears(1);
    }
}

public sealed class SqliteClockTests() : ClockContract(new SqliteBackend());

public sealed class PostgresClockTests() : ClockContract(new PostgresBackend());
