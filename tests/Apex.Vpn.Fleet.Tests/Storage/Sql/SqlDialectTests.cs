using System.Data.Common;
using Apex.Vpn.Fleet.Storage.Engine;
using Apex.Vpn.Fleet.Storage.Sql;
using Apex.Vpn.Fleet.Tests.Storage.Backends;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Apex.Vpn.Fleet.Tests.Storage.Sql;

public sealed class SqlDialectTests
{
    [Fact]
    public async Task A_sqlite_database_is_known_by_its_answers()
    {
        await using var backend = new SqliteBackend();
        Assert.Equal("SQLite", (await SqlDialect.ProbeAsync(backend.Source.Inner, CancellationToken.None)).Name);
    }

    [Theory]
    [InlineData(5, "Transient")]
    [InlineData(6, "Transient")]
    [InlineData(517, "Transient")]
    [InlineData(19, "Own")]
    [InlineData(1, "Own")]
    public void Sqlite_asks_for_another_attempt_while_it_is_locked(int code, string failure)
    {
        var made = new SqliteException($"SQLite Error {code}: 'x'.", code);
        Assert.Equal(failure, SqliteDialect.Instance.Classify(made).ToString());
        Assert.Equal(failure, SqliteDialect.Instance.Classify(new OtherDriverException(code)).ToString());
    }

    [Fact]
    public async Task Microsofts_driver_has_the_code_in_front_of_its_messages()
    {
        await using var backend = new SqliteBackend();
        DbException thrown = await Assert.ThrowsAnyAsync<DbException>(() => backend.ExecuteAsync("SELECT * FROM nothing"));
        Assert.StartsWith("SQLite Error 1:", thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("40001", "Transient")]
    [InlineData("40P01", "Transient")]
    [InlineData("55P03", "Transient")]
    [InlineData("53300", "Transient")]
    [InlineData("57P01", "Lost")]
    [InlineData("08006", "Lost")]
    [InlineData("40003", "Lost")]
    [InlineData("23505", "Own")]
    [InlineData("42601", "Own")]
    public void Postgres_asks_for_another_attempt_by_its_state(string state, string failure) =>
        Assert.Equal(failure, PostgresDialect.Instance.Classify(new PostgresException("x", "ERROR", "ERROR", state)).ToString());

    [Fact]
    public void A_postgres_driver_without_a_state_lost_its_connection() =>
        Assert.Equal(Failure.Lost, PostgresDialect.Instance.Classify(new NpgsqlException("Exception while reading from stream")));

    [Fact]
    public async Task A_database_of_another_kind_is_refused()
    {
        await using var backend = new SqliteBackend();
        backend.Source.Before = (_, sql) =>
            sql.Contains("version", StringComparison.Ordinal) ? throw new OtherDriverException(1) : Task.CompletedTask;

        await Assert.ThrowsAsync<NotSupportedException>(() => SqlDialect.ProbeAsync(backend.Source, CancellationToken.None).AsTask());
    }

    /// <summary>A driver that has the result code where the base class has one.</summary>
    private sealed class OtherDriverException(int code) : DbException("database is locked", code);
}
