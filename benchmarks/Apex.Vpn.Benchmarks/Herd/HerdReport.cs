using System.Diagnostics;
using System.Globalization;
using Apex.Vpn.Benchmarks.Commands;
using Apex.Vpn.Netns.Results;
using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Benchmarks.Herd;

/// <summary>What the strategies made of the same hour.</summary>
/// <param name="Users">How many users there were.</param>
/// <param name="Servers">How many servers.</param>
/// <param name="Seed">Where the world came from.</param>
/// <param name="FailedCity">The city that failed.</param>
/// <param name="FailedShare">The share of all capacity that stood there.</param>
/// <param name="Rows">The figures.</param>
/// <param name="Seconds">How long it took to simulate.</param>
internal sealed record HerdReport(
    int Users, int Servers, int Seed, string FailedCity, double FailedShare, IReadOnlyList<PhaseFigures.Row> Rows, double Seconds)
{
    internal static HerdReport Create(HerdOptions options)
    {
        long start = Stopwatch.GetTimestamp();
        var world = new World(options);
        Strategy[] strategies = Enum.GetValues<Strategy>();
        var figures = new PhaseFigures[strategies.Length][];
        using (var progress = new Progress("hundredths of an hour", 100 * strategies.Length))
            Parallel.For(0, strategies.Length, i => figures[i] = new Hour(world, strategies[i]).Run(progress));

        IEnumerable<(int Index, Server Item)> servers = world.Catalog.List.Servers.Index();
        double all = servers.Sum(static server => (double)server.Item.Capacity);
        double failed = servers.Where(server => world.CityOf[server.Index] == world.FailingCity).Sum(static server => (double)server.Item.Capacity);
        return new HerdReport(
            world.Users,
            world.Catalog.Count,
            options.Seed,
            world.Cities[world.FailingCity].Place.ToString(),
            failed / all,
            [.. figures.SelectMany(static phases => phases).Select(static phase => phase.ToRow())],
            Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    internal string ToText()
    {
        var table = new Table(
            "strategy", "phase", "set max/mean", "p95", "worst", "set size", "city max/mean", "p95", "fullest server", "users on full ones",
            "RTT beyond nearest", "p95", "moves/h", "flaps/h");
        foreach (PhaseFigures.Row row in Rows)
        {
            table.Add(
                row.Strategy,
                row.Phase,
                Table.Number(row.SetMean),
                Table.Number(row.SetP95),
                Table.Number(row.SetWorst),
                Table.Number(row.SetSize),
                Table.Number(row.CityMean),
                Table.Number(row.CityP95),
                Table.Number(row.Peak),
                (100 * row.OnFull).ToString("0.0", CultureInfo.InvariantCulture) + " %",
                Table.Number(row.ExtraRttMean) + " ms",
                Table.Number(row.ExtraRttP95) + " ms",
                Table.Number(row.MovesPerHour),
                Table.Number(row.FlapsPerHour));
        }
        return string.Create(CultureInfo.InvariantCulture, $"""
            {Users} users, {Servers} servers, seed {Seed}; {FailedCity} fails, {100 * FailedShare:0.0} % of all capacity. Simulated in {Seconds:0.0} s.

            {table}
            """);
    }
}
