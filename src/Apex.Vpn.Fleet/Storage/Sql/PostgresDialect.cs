using Apex.Vpn.Fleet.Storage.Engine;

namespace Apex.Vpn.Fleet.Storage.Sql;

/// <summary>PostgreSQL, and what speaks its protocol: CockroachDB and YugabyteDB, which have not been tried.</summary>
internal static class PostgresDialect
{
    internal static SqlDialect Instance { get; } = new()
    {
        Name = "PostgreSQL",
        BytesType = "BYTEA",
        Now = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)",
        // Nothing is set for a whole session: behind a pooler one may get another session with each transaction.
        SetUp = [],
        SetUpReader = [],
        CommandTimeoutSeconds = 10,
        // A replica that hangs in a transaction must not hold the feed's head, or a lease, for ever.
        BeginWriting = $"""
            BEGIN ISOLATION LEVEL READ COMMITTED;
            SET LOCAL lock_timeout = '{SqlDialect.LockTimeoutSeconds}s';
            SET LOCAL idle_in_transaction_session_timeout = '5s'
            """,
        BeginReading = """
            BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
            SET LOCAL idle_in_transaction_session_timeout = '60s'
            """,
        MaxWriters = 0,
        DefaultWriters = 4,
        Classify = static exception => exception.SqlState switch
        {
            // Without a state the exception is the driver's own: the connection broke.
            null => Failure.Lost,
            // Could not serialise, deadlock, lock timeout, too many connections.
            "40001" or "40P01" or "55P03" or "53300" => Failure.Transient,
            // Completion unknown, idle in the transaction for too long, the server stops or starts.
            "40003" or "25P03" or "57P01" or "57P02" or "57P03" => Failure.Lost,
            { } state when state.StartsWith("08", StringComparison.Ordinal) => Failure.Lost,
            _ => Failure.Own,
        },
        // Unique violation in the catalogue, duplicate table, duplicate object.
        IsRaceOfCreation = static exception => exception.SqlState is "23505" or "42P07" or "42710",
    };
}
