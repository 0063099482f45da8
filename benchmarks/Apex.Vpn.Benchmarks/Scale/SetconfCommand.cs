using System.Globalization;
using System.Text.Json;

namespace Apex.Vpn.Benchmarks.Scale;

/// <summary>
/// <c>setconf --ours PROGRAM --theirs PROGRAM [--rounds 3] [--peers 65000] [--more 100000] [--json]</c>: how long stock <c>wg</c> takes to
/// configure many peers, and to show them, with our daemon and with another one, by turns. Root only.
/// </summary>
internal static class SetconfCommand
{
    internal static int Run(string[] args)
    {
        var arguments = new Arguments(args);
        string ours = arguments.Text("--ours", "artifacts/bin/WireGuard/release/apex-wg");
        string theirs = arguments.Text("--theirs", "artifacts/peers/backports/usr/bin/wireguard-go");
        if (Environment.UserName != "root" || !File.Exists(ours) || !File.Exists(theirs))
        {
            Console.Error.WriteLine($"Needs root, and the programs {ours} and {theirs}: build samples/WireGuard, run .ci/peers.");
            return 2;
        }
        int rounds = arguments.Number("--rounds", 3);
        int peers = arguments.Number("--peers", 65_000), more = arguments.Number("--more", 100_000);
        List<Round> results = [];
        string folder = Directory.CreateTempSubdirectory("setconf").FullName;
        try
        {
            string few = Path.Combine(folder, "few.conf"), many = Path.Combine(folder, "many.conf");
            ManyPeers.WriteConfiguration(few, peers);
            ManyPeers.WriteConfiguration(many, more);
            for (int i = 0; i < rounds; i++)
            {
                DaemonRun our = DaemonRun.Measure(ours, few, peers), their = DaemonRun.Measure(theirs, few, peers);
                results.Add(new Round(our, their, DaemonRun.Measure(ours, many, more)));
                if (!arguments.Flag("--json")) Print(results[^1]);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        var summary = new
        {
            Peers = peers,
            More = more,
            Rounds = results,
            MedianRatio = Median(results.Select(static round => round.Ours.Setconf / round.Theirs.Setconf)),
            MedianGrowth = Median(results.Select(static round => round.OursMore.Setconf / round.Ours.Setconf)),
            MedianShowRatio = Median(results.Select(static round => round.Ours.Show / round.Theirs.Show)),
        };
        string growth = $"{more} / {peers} peers";
        Console.WriteLine(arguments.Flag("--json")
            ? JsonSerializer.Serialize(summary, JsonSerializerOptions.Web)
            : string.Create(
                CultureInfo.InvariantCulture,
                $"median: ours / theirs {summary.MedianRatio:F3}, {growth} {summary.MedianGrowth:F2}, show {summary.MedianShowRatio:F2}"));
        return 0;
    }

    private static void Print(Round round)
    {
        (DaemonRun ours, DaemonRun theirs, DaemonRun more) = round;
        CultureInfo culture = CultureInfo.InvariantCulture;
        Console.Write(string.Create(culture, $"setconf {ours.Setconf:F3} / {theirs.Setconf:F3} s, more peers {more.Setconf:F3} s; "));
        Console.Write(string.Create(culture, $"show {ours.Show:F3} / {theirs.Show:F3} s; "));
        Console.WriteLine(string.Create(culture, $"resident {ours.ResidentMegabytes:F0} / {theirs.ResidentMegabytes:F0} MB"));
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private sealed record Round(DaemonRun Ours, DaemonRun Theirs, DaemonRun OursMore);
}
