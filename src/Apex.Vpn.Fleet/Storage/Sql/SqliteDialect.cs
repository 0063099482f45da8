using System.Data.Common;
using Apex.Vpn.Fleet.Storage.Engine;

namespace Apex.Vpn.Fleet.Storage.Sql;

/// <summary>SQLite: one writer at a time, readers beside it through the write-ahead log.</summary>
internal static class SqliteDialect
{
    private const int Busy = 5, Locked = 6;

    internal static SqlDialect Instance { get; } = new()
    {
        Name = "SQLite",
        BytesType = "BLOB",
        // SQLite's clock has milliseconds.
        Now = "CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER) * 1000",
        SetUp =
        [
            ($"PRAGMA busy_timeout = {SqlDialect.LockTimeoutSeconds * 1000}", null),
            ("PRAGMA journal_mode = WAL", "wal"),
            // A commit is on the disk when it is answered.
            ("PRAGMA synchronous = FULL", null),
            ("PRAGMA foreign_keys = ON", null),
        ],
        SetUpReader =
        [
            ($"PRAGMA busy_timeout = {SqlDialect.LockTimeoutSeconds * 1000}", null),
            ("PRAGMA query_only = ON", null),
        ],
        // Microsoft's driver asks a locked database again and again until this has passed.
        CommandTimeoutSeconds = SqlDialect.LockTimeoutSeconds,
        // Takes the lock to write at once: one that reads first and writes later may find that it cannot.
        BeginWriting = "BEGIN IMMEDIATE",
        BeginReading = "BEGIN",
        MaxWriters = 1,
        DefaultWriters = 1,
        Classify = static exception => Code(exception) is Busy or Locked ? Failure.Transient : Failure.Own,
        IsRaceOfCreation = static _ => false,
    };

    /// <summary>
    /// SQLite's result code. Microsoft's driver has it in a property of its own, which a store without drivers does not see, and in front
    /// of the message; others have it as the error code.
    /// </summary>
    private static int Code(DbException exception)
    {
        const string Prefix = "SQLite Error ";
        ReadOnlySpan<char> message = exception.Message;
        if (!message.StartsWith(Prefix, StringComparison.Ordinal)) return exception.ErrorCode & 0xFF;
        message = message[Prefix.Length..];
        int end = message.IndexOf(':');
        return end > 0 && int.TryParse(message[..end], out int code) ? code & 0xFF : 0;
    }
}
