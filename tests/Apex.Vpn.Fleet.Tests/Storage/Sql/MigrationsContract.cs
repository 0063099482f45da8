using System.Data.Common;
using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage;
using Apex.Vpn.Fleet.Storage.Sql;
using Apex.Vpn.Fleet.Tests.Storage.Backends;
using Apex.Vpn.Fleet.Tests.Storage.Contract;

namespace Apex.Vpn.Fleet.Tests.Storage.Sql;

/// <summary>One database, several builds.</summary>
public abstract class MigrationsContract(SqlBackend backend) : StoreContract(backend)
{
    private static readonly Migration Expand = new(
        2,
        "weights",
        oldestBuild: 1,
        "ALTER TABLE node ADD COLUMN weight BIGINT NOT NULL DEFAULT 100",
        "CREATE TABLE note (id TEXT PRIMARY KEY, text {bytes})");

    private static readonly Migration Contract = new(3, "no notes", oldestBuild: 2, "DROP TABLE note");

    [StoreFact]
    public async Task Build_N_reads_and_writes_what_build_N_plus_1_has_expanded()
    {
        Node before = NewNode("before"), after = NewNode("after");
        await Store.WriteAsync((transaction, token) => transaction.Nodes.AddAsync(before, token));
        await MigrateAsync([.. Migrations.All, Expand]);
        await backend.ExecuteAsync("UPDATE node SET weight = 7 WHERE name = 'before'");

        Assert.True(await Store.WriteAsync((transaction, token) => transaction.Nodes.AddAsync(after, token)));
        FleetStore restarted = await FleetStore.OpenAsync(backend.Source.Inner);
        await using (restarted)
        {
            Assert.Equal(1, await restarted.WriteAsync((transaction, token) => transaction.Nodes.ClaimAsync(before.Id, token)));
            Assert.Equal(2, (await restarted.ReadAsync((transaction, token) => transaction.Nodes.ListAsync(null, 10, token))).Count);
        }
        Assert.Equal(7L, await backend.ExecuteAsync("SELECT weight FROM node WHERE name = 'before'"));
        Assert.Equal(100L, await backend.ExecuteAsync("SELECT weight FROM node WHERE name = 'after'"));
    }

    [StoreFact]
    public async Task A_state_that_a_newer_build_wrote_is_read_as_unknown()
    {
        Node node = NewNode("x");
        await Store.WriteAsync((transaction, token) => transaction.Nodes.AddAsync(node, token));
        await backend.ExecuteAsync("UPDATE node SET state = 'Hibernating'");

        Assert.Equal(NodeState.Unknown, (await Store.ReadAsync((transaction, token) => transaction.Nodes.FindAsync(node.Id, token)))!.State);
    }

    [StoreFact]
    public async Task A_build_that_needs_what_was_taken_away_does_not_start()
    {
        await MigrateAsync([.. Migrations.All, Expand, Contract]);

        SchemaException refused = await Assert.ThrowsAsync<SchemaException>(() => FleetStore.OpenAsync(backend.Source.Inner).AsTask());
        Assert.Contains("Migration 3", refused.Message, StringComparison.Ordinal);
    }

    [StoreFact]
    public async Task A_migration_that_was_edited_or_is_missing_is_told()
    {
        var edited = new Migration(1, "first tables", 1, "CREATE TABLE other (id TEXT PRIMARY KEY)");
        SchemaException refused = await Assert.ThrowsAsync<SchemaException>(() => MigrateAsync([edited]));
        Assert.Contains("not the one", refused.Message, StringComparison.Ordinal);
        await MigrateAsync([.. Migrations.All, Expand]);
        await backend.ExecuteAsync("DELETE FROM schema_migration WHERE version = 1");
        refused = await Assert.ThrowsAsync<SchemaException>(() => MigrateAsync(Migrations.All));
        Assert.Contains("missing", refused.Message, StringComparison.Ordinal);
    }

    [StoreFact]
    public async Task A_migration_that_fails_leaves_nothing_behind()
    {
        var broken = new Migration(2, "broken", 1, "CREATE TABLE half (id TEXT PRIMARY KEY)", "CREATE TABLE half (id TEXT PRIMARY KEY)");
        await Assert.ThrowsAnyAsync<DbException>(() => MigrateAsync([.. Migrations.All, broken]));

        await MigrateAsync([.. Migrations.All, Expand]);
        await Assert.ThrowsAnyAsync<DbException>(() => backend.ExecuteAsync("SELECT COUNT(*) FROM half"));
        Assert.Equal(2L, await backend.ExecuteAsync("SELECT MAX(version) FROM schema_migration"));
    }

    private async Task MigrateAsync(IReadOnlyList<Migration> migrations)
    {
        SqlDialect dialect = await SqlDialect.ProbeAsync(backend.Source.Inner, CancellationToken.None);
        await new Migrator(backend.Source.Inner, dialect, migrations).RunAsync(CancellationToken.None);
    }
}

public sealed class SqliteMigrationsTests() : MigrationsContract(new SqliteBackend());

public sealed class PostgresMigrationsTests() : MigrationsContract(new PostgresBackend());
