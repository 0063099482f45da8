using System.Data.Common;
using Apex.Vpn.Fleet.Storage.Engine;

namespace Apex.Vpn.Fleet.Storage.Sql;

/// <summary>Brings a database's tables up to this build's, once, however many replicas start at the same time.</summary>
internal sealed class Migrator(DbDataSource source, SqlDialect dialect, IReadOnlyList<Migration> migrations)
{
    // Others that migrate hold the guard, and each waits for it a second at a time.
    private const int MaxAttempts = 60;

    private const string CreateTable = """
        CREATE TABLE IF NOT EXISTS schema_migration (
            version BIGINT PRIMARY KEY,
            name TEXT NOT NULL,
            checksum TEXT NOT NULL,
            oldest_build BIGINT NOT NULL,
            applied_at BIGINT NOT NULL
        )
        """;

    // Row 0 is no migration but the guard: who holds it migrates.
    private const string CreateGuard = """
        INSERT INTO schema_migration (version, name, checksum, oldest_build, applied_at) VALUES (0, 'guard', '', 0, 0)
        ON CONFLICT DO NOTHING
        """;

    private const string HoldGuard = "UPDATE schema_migration SET applied_at = @now WHERE version = 0";

    private const string Applied = "SELECT version, checksum, oldest_build FROM schema_migration WHERE version > 0 ORDER BY version";

    private const string Insert = """
        INSERT INTO schema_migration (version, name, checksum, oldest_build, applied_at) VALUES (@version, @name, @checksum, @oldest, @now)
        """;

    /// <summary>Applies what is missing.</summary>
    /// <exception cref="SchemaException">The tables are newer than this build can work with, or were made by other migrations.</exception>
    internal async ValueTask RunAsync(CancellationToken cancellationToken)
    {
        await RetryAsync(CreateAsync, exception => MayPass(exception) || dialect.IsRaceOfCreation(exception), cancellationToken)
            .ConfigureAwait(false);
        await RetryAsync(ApplyAsync, MayPass, cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask CreateAsync(SqlSession session, CancellationToken cancellationToken)
    {
        await session.Write(CreateTable).ExecuteAsync(cancellationToken).ConfigureAwait(false);
        await session.Write(CreateGuard).ExecuteAsync(cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask ApplyAsync(SqlSession session, CancellationToken cancellationToken)
    {
        await session.Write(HoldGuard).Bind("@now", session.Now).ExecuteAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<(long Version, string Checksum, long OldestBuild)> applied = await session.Read(Applied)
            .ListAsync(static row => (row.Number(0), row.Text(1), row.Number(2)), cancellationToken).ConfigureAwait(false);
        Verify(applied);
        foreach (Migration migration in migrations.Skip(applied.Count))
        {
            foreach (string statement in migration.Statements)
            {
                await session.Write(statement.Replace("{bytes}", dialect.BytesType, StringComparison.Ordinal))
                    .ExecuteAsync(cancellationToken).ConfigureAwait(false);
            }
            await session.Write(Insert)
                .Bind("@version", migration.Version).Bind("@name", migration.Name).Bind("@checksum", migration.Checksum)
                .Bind("@oldest", migration.OldestBuild).Bind("@now", session.Now)
                .ExecuteAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private void Verify(IReadOnlyList<(long Version, string Checksum, long OldestBuild)> applied)
    {
        int newest = migrations[^1].Version;
        for (int i = 0; i < applied.Count; i++)
        {
            (long version, string checksum, long oldestBuild) = applied[i];
            if (version != i + 1) throw new SchemaException($"Migration {i + 1} is missing among those that the database has.");
            if (i < migrations.Count && migrations[i].Checksum != checksum)
                throw new SchemaException($"Migration {version} is not the one that this build knows.");
            if (oldestBuild > newest)
                throw new SchemaException($"Migration {version} took away what this build needs: it knows migrations up to {newest}.");
        }
    }

    private async ValueTask RetryAsync(
        Func<SqlSession, CancellationToken, ValueTask> work, Predicate<DbException> mayPass, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            SqlSession session = await SqlSession.OpenAsync(source, dialect, readOnly: false, cancellationToken).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                try
                {
                    await session.BeginAsync(cancellationToken).ConfigureAwait(false);
                    await work(session, cancellationToken).ConfigureAwait(false);
                    await session.CommitAsync().ConfigureAwait(false);
                    return;
                }
                catch (DbException exception) when (attempt < MaxAttempts && mayPass(exception))
                {
                    await session.RollbackAsync().ConfigureAwait(false);
                }
                catch
                {
                    await session.RollbackAsync().ConfigureAwait(false);
                    throw;
                }
            }
            await Task.Delay(Backoff.After(attempt, Random.Shared.NextDouble()), cancellationToken).ConfigureAwait(false);
        }
    }

    private bool MayPass(DbException exception) => dialect.Classify(exception) != Failure.Own;
}
