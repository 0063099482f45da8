using System.Data.Common;
using Apex.Vpn.Fleet.Storage.Engine;

namespace Apex.Vpn.Fleet.Storage.Sql;

/// <summary>What differs between databases; statements do not.</summary>
internal sealed record SqlDialect
{
    /// <summary>How long a statement waits for a lock.</summary>
    internal const int LockTimeoutSeconds = 1;

    /// <summary>What the database is called.</summary>
    internal required string Name { get; init; }

    /// <summary>The type of bytes.</summary>
    internal required string BytesType { get; init; }

    /// <summary>The database's time in microseconds since 1970.</summary>
    internal required string Now { get; init; }

    /// <summary>What a connection is told when it is opened, and what it must answer.</summary>
    internal required IReadOnlyList<(string Statement, string? Answer)> SetUp { get; init; }

    /// <summary>The same for one that only reads.</summary>
    internal required IReadOnlyList<(string Statement, string? Answer)> SetUpReader { get; init; }

    /// <summary>How long the driver lets a statement run.</summary>
    internal required int CommandTimeoutSeconds { get; init; }

    /// <summary>Begins a transaction that writes.</summary>
    internal required string BeginWriting { get; init; }

    /// <summary>Begins a transaction that sees one state of everything.</summary>
    internal required string BeginReading { get; init; }

    /// <summary>How many transactions may write at a time; 0 for any number.</summary>
    internal required int MaxWriters { get; init; }

    /// <summary>How many do by default.</summary>
    internal required int DefaultWriters { get; init; }

    /// <summary>What a driver's exception says about the next attempt.</summary>
    internal required Func<DbException, Failure> Classify { get; init; }

    /// <summary>
    /// Whether a driver's exception comes of two that made the first table at once, which "if not exists" does not catch everywhere.
    /// </summary>
    internal required Func<DbException, bool> IsRaceOfCreation { get; init; }

    /// <summary>Asks the database what it is.</summary>
    /// <exception cref="NotSupportedException">It is none that has a dialect.</exception>
    internal static async ValueTask<SqlDialect> ProbeAsync(DbDataSource source, CancellationToken cancellationToken)
    {
        DbConnection connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            string? version = await TryAskAsync(connection, "SELECT version()", cancellationToken).ConfigureAwait(false);
            // YugabyteDB calls itself PostgreSQL, CockroachDB does not; both speak its dialect.
            if (version is not null && (Names(version, "PostgreSQL") || Names(version, "CockroachDB"))) return PostgresDialect.Instance;
            if (await TryAskAsync(connection, "SELECT sqlite_version()", cancellationToken).ConfigureAwait(false) is not null)
                return SqliteDialect.Instance;
            throw new NotSupportedException("The database is neither SQLite nor PostgreSQL, nor one that speaks as they do.");
        }
    }

    private static bool Names(string version, string product) => version.Contains(product, StringComparison.Ordinal);

    private static async ValueTask<string?> TryAskAsync(DbConnection connection, string question, CancellationToken cancellationToken)
    {
        DbCommand command = connection.CreateCommand();
        await using (command.ConfigureAwait(false))
        {
            command.CommandText = question;
            try
            {
                return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) as string;
            }
            catch (DbException) when (connection.State == System.Data.ConnectionState.Open)
            {
                return null; // No such function: another kind of database.
            }
        }
    }
}
