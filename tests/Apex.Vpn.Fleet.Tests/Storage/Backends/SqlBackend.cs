using System.Data.Common;
using Apex.Vpn.Fleet.Storage.Engine;
using Apex.Vpn.Fleet.Storage.Sql;

namespace Apex.Vpn.Fleet.Tests.Storage.Backends;

/// <summary>A database that speaks SQL, whose clock can be set forward and whose connections can be made to fail.</summary>
public abstract class SqlBackend : Backend
{
    private FaultyDataSource? _source;

    /// <summary>Where the stores' connections come from.</summary>
    public FaultyDataSource Source => _source ??= new FaultyDataSource(CreateSource());

    /// <summary>An exception that asks for another attempt, as this kind of database throws it.</summary>
    public abstract DbException Transient { get; }

    public override async Task PassAsync(TimeSpan time) =>
        await ExecuteAsync($"UPDATE test_clock SET ahead = ahead + {(long)time.TotalMicroseconds}");

    public override void DelayCommits(int seed)
    {
        var delays = new Random(seed);
        Source.Before = async (_, sql) =>
        {
            int delay;
            lock (delays) delay = delays.Next(6);
            if (sql == "COMMIT") await LingerAsync(delay);
        };
    }

    /// <summary>Executes a statement past the stores.</summary>
    public async Task<object?> ExecuteAsync(string sql)
    {
        await using DbConnection connection = await Source.Inner.OpenConnectionAsync();
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync();
    }

    private protected override async Task<IStorageEngine> OpenEngineAsync()
    {
        SqlDialect dialect = await SqlDialect.ProbeAsync(Source.Inner, CancellationToken.None);
        await new Migrator(Source.Inner, dialect, Migrations.All).RunAsync(CancellationToken.None);
        await ExecuteAsync("CREATE TABLE IF NOT EXISTS test_clock (id BIGINT PRIMARY KEY, ahead BIGINT NOT NULL)");
        await ExecuteAsync("INSERT INTO test_clock (id, ahead) VALUES (1, 0) ON CONFLICT DO NOTHING");
        return new SqlEngine(Source, dialect with { Now = $"{dialect.Now} + (SELECT ahead FROM test_clock)" });
    }

    private protected abstract DbDataSource CreateSource();

    /// <summary>A driver's exception that no driver threw.</summary>
    private protected sealed class MadeException(string message, string? state = null) : DbException(message)
    {
        public override string? SqlState => state;
    }
}
