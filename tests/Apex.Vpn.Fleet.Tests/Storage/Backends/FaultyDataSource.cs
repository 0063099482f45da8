using System.Data.Common;

namespace Apex.Vpn.Fleet.Tests.Storage.Backends;

/// <summary>Connections that do what they are told, unless a test has it otherwise.</summary>
public sealed class FaultyDataSource(DbDataSource inner) : DbDataSource
{
    private int _statements;

    public DbDataSource Inner => inner;

    public override string ConnectionString => inner.ConnectionString;

    /// <summary>Called before a statement, with its text; what it throws, the statement throws instead of running.</summary>
    public Func<FaultyConnection, string, Task>? Before { get; set; }

    /// <summary>Called after a statement that went well; what it throws, the statement throws although it ran.</summary>
    public Func<FaultyConnection, string, Task>? After { get; set; }

    /// <summary>How many statements were executed.</summary>
    public int Statements => Volatile.Read(ref _statements);

    internal async Task<T> RunAsync<T>(FaultyConnection connection, string sql, Func<Task<T>> run)
    {
        Interlocked.Increment(ref _statements);
        if (Before is { } before) await before(connection, sql);
        T result = await run();
        if (After is not { } after) return result;
        try
        {
            await after(connection, sql);
        }
        catch
        {
            if (result is IAsyncDisposable reader) await reader.DisposeAsync();
            throw;
        }
        return result;
    }

    protected override DbConnection CreateDbConnection() => new FaultyConnection(inner.CreateConnection(), this);
}
