using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage;
using Apex.Vpn.Fleet.Storage.Sql;
using Apex.Vpn.Fleet.Tests.Storage.Backends;
using Microsoft.Data.Sqlite;

namespace Apex.Vpn.Fleet.Tests.Storage.Sql;

/// <summary>What is in the file when the process is not any more.</summary>
public sealed class SqliteFileTests
{
    private const int BeforeTheKill = 100;

    [Fact]
    public async Task What_was_answered_is_in_the_file_after_a_kill_and_nothing_half()
    {
        await using var backend = new SqliteBackend();
        string[] command = [typeof(SqliteFileTests).Assembly.Location, "write", backend.Path];
        using Process writer = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, command) { RedirectStandardOutput = true })!;
        int acknowledged = 0;
        while (acknowledged < BeforeTheKill && await writer.StandardOutput.ReadLineAsync() is { } line)
            acknowledged = int.Parse(line, CultureInfo.InvariantCulture);
        writer.Kill();
        while (await writer.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Length > 0) acknowledged = int.Parse(line, CultureInfo.InvariantCulture);
        }
        await writer.WaitForExitAsync();

        await using FleetStore store = await FleetStore.OpenAsync(backend.Source);
        (IReadOnlyList<Node> nodes, FeedCursor head) = await store.ReadAsync(static async (transaction, token) =>
            (await transaction.Nodes.ListAsync(null, 10_000, token), await transaction.GetFeedCursorAsync(token)));
        Assert.InRange(nodes.Count, acknowledged, acknowledged + 1);
        Assert.True(acknowledged >= BeforeTheKill);
        IEnumerable<string> names = nodes.Select(static node => node.Name).Order(StringComparer.Ordinal);
        Assert.Equal(Enumerable.Range(1, nodes.Count).Select(static i => $"node-{i:00000}"), names);
        Assert.Equal(nodes.Count, head.Sequences[0]);
        FeedPage page = await store.Feed.ReadAsync(new FeedCursor(head.Epoch, 0), 10_000);
        Assert.Equal(nodes.Count, page.Events.Count);
        Assert.Equal("ok", await backend.ExecuteAsync("PRAGMA integrity_check"));
    }

    [Fact]
    public async Task A_writers_connection_keeps_every_commit()
    {
        await using var backend = new SqliteBackend();
        SqlSession session = await SqlSession.OpenAsync(backend.Source, SqliteDialect.Instance, readOnly: false, CancellationToken.None);
        await using (session)
        {
            Assert.Equal("wal", await AskAsync("PRAGMA journal_mode", static row => row.Text(0)));
            Assert.Equal("2", await AskAsync("PRAGMA synchronous", static row => row.Text(0)));
            Assert.Equal("1", await AskAsync("PRAGMA foreign_keys", static row => row.Text(0)));
            Assert.Equal("1000", await AskAsync("PRAGMA busy_timeout", static row => row.Text(0)));
        }

        async Task<string?> AskAsync(string question, Func<Row, string> read) =>
            await session.Read(question).FirstAsync(read, CancellationToken.None);
    }

    [Fact]
    public async Task A_database_that_is_in_no_file_is_refused()
    {
        await using DbDataSource source = SqliteFactory.Instance.CreateDataSource("Data Source=:memory:");
        NotSupportedException refused = await Assert.ThrowsAsync<NotSupportedException>(() => FleetStore.OpenAsync(source).AsTask());

        Assert.Contains("in a file", refused.Message, StringComparison.Ordinal);
    }
}
