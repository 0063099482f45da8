using System.Buffers.Binary;
using System.Data.Common;
using System.Diagnostics;
using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage;
using Apex.Vpn.Fleet.Tests.Storage.Backends;
using Apex.Vpn.Routing.Directory;
using Npgsql;

namespace Apex.Vpn.Fleet.Tests.Storage;

/// <summary>How many writes a second a database takes, and how long an event needs from its commit to its readers. Everything durable.</summary>
internal static class Measurement
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(5);

    internal static async Task<int> RunAsync()
    {
        string folder = System.IO.Directory.CreateTempSubdirectory("apex-store-").FullName;
        await using (DbDataSource source = SqliteBackend.SourceOf(Path.Combine(folder, "fleet.db"))) await RunAsync("SQLite", source);
        System.IO.Directory.Delete(folder, recursive: true);
        PostgresServer server = PostgresServer.Start(fsync: true);
        await using (NpgsqlDataSource source = NpgsqlDataSource.Create(server.CreateDatabase())) await RunAsync("PostgreSQL", source);
        return 0;
    }

    private static async Task RunAsync(string name, DbDataSource source)
    {
        await using FleetStore store = await FleetStore.OpenAsync(source), other = await FleetStore.OpenAsync(source);
        await WriteAsync(store, callers: 4, TimeSpan.FromSeconds(1));
        foreach (int callers in new[] { 1, 16, 256 })
        {
            List<double> times = await WriteAsync(store, callers, Duration);
            Console.WriteLine($"{name}: {callers,3} callers: {times.Count / Duration.TotalSeconds,6:0} writes/s, {Percentiles(times)}");
        }
        using var stop = new CancellationTokenSource();
        FeedCursor head = await store.Feed.GetHeadAsync();
        Task<List<double>> own = FollowAsync(store, head, stop.Token), others = FollowAsync(other, head, stop.Token);
        await WriteAsync(store, callers: 1, Duration);
        await stop.CancelAsync();
        Console.WriteLine($"{name}: from the work's end to a reader of the same replica: {Percentiles(await own)}");
        Console.WriteLine($"{name}: from the work's end to a reader of another replica: {Percentiles(await others)}");
    }

    /// <summary>Adds nodes, each with an event, for a time.</summary>
    /// <returns>How long each write took, in milliseconds.</returns>
    private static async Task<List<double>> WriteAsync(FleetStore store, int callers, TimeSpan duration)
    {
        long end = Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        List<double>[] times = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            var own = new List<double>();
            while (Stopwatch.GetTimestamp() < end)
            {
                var id = Guid.NewGuid();
                var node = new Node { Id = id, Name = $"{id}", City = "x", Country = CountryCode.Parse("NL"), State = NodeState.Booted };
                long begin = Stopwatch.GetTimestamp();
                await store.WriteAsync(async (transaction, token) =>
                {
                    bool added = await transaction.Nodes.AddAsync(node, token);
                    var stamp = new byte[8];
                    BinaryPrimitives.WriteInt64LittleEndian(stamp, Stopwatch.GetTimestamp());
                    transaction.Publish("node.added", node.Name, stamp);
                    return added;
                });
                own.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            }
            return own;
        })));
        return [.. times.SelectMany(static own => own)];
    }

    private static async Task<List<double>> FollowAsync(FleetStore store, FeedCursor head, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        try
        {
            await foreach (FeedPage page in store.Feed.FollowAsync(head, cancellationToken))
            {
                foreach (FeedEvent seen in page.Events)
                    times.Add(Stopwatch.GetElapsedTime(BinaryPrimitives.ReadInt64LittleEndian(seen.Payload.Span)).TotalMilliseconds);
            }
        }
        catch (OperationCanceledException)
        {
            // Enough.
        }
        return times;
    }

    private static string Percentiles(List<double> times)
    {
        times.Sort();
        return $"p50 {times[times.Count / 2]:0.00} ms, p99 {times[times.Count * 99 / 100]:0.00} ms";
    }
}
