using System.Globalization;
using Apex.Vpn.Netns.Results;

namespace Apex.Vpn.Benchmarks.Replay;

/// <summary>What a replay found. Regret in ms: the true round trip of the choice less that of the user's best server.</summary>
internal sealed record ReplayReport(
    ReplayOptions Options, int Hosts, int Users, int UsersWithoutServers, double Clusters, double SmallestCluster, double ProfileBytes,
    StrategyFigures[] Strategies)
{
    internal string ToText()
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        var table = new Table(
            "strategy", "p50", "mean", "p90", "p95", "p99", "best chosen", "probes", "answered", "p50 us", "p99 us", "p99 B");
        foreach (StrategyFigures figures in Strategies)
        {
            table.Add(
                figures.Name, Ms(figures.P50), Ms(figures.Mean), Ms(figures.P90), Ms(figures.P95), Ms(figures.P99), Percent(figures.BestChosen),
                figures.Probes.ToString("0.00", culture), figures.Answered.ToString("0.00", culture),
                figures.MicrosecondsP50.ToString("0.0", culture), figures.MicrosecondsP99.ToString("0.0", culture),
                figures.AllocatedBytesP99.ToString(culture));
        }
        string[] lines =
        [
            string.Create(culture, $"{Users} users of {Hosts} hosts, {Options.Matrices.Length} matrices, {Options.Seeds.Length} seeds; {Options.Servers} servers, at most {Options.Probes} probes, k = {Options.MinMembers}, mask {Options.Mask}, noise 1 ± {Options.Noise} (even)")
                + (Options.Apart is { } apart ? string.Create(culture, $", training hosts more than {apart} ms apart") : "")
                + (Options.Train.Length > 0 ? ", trained on " + string.Join(", ", Options.Train.Select(Path.GetFileName)) : ""),
            string.Create(culture, $"Profiles: {Clusters:0.0} clusters on average, the smallest of {SmallestCluster} users, {ProfileBytes:N0} bytes with the mesh."),
            .. UsersWithoutServers > 0 ? (string[])[$"{UsersWithoutServers} users have no server that answers; they are left out."] : [],
            .. Strategies.Where(static figures => figures.Unjudged > 0)
                .Select(static figures => $"{figures.Name}: {figures.Unjudged} choices are of servers whose round trip is missing; they have no regret."),
            "Regret and time to decide, without the probes themselves; regret in ms:",
            "",
            table.ToString(),
        ];
        return string.Join(Environment.NewLine, lines).TrimEnd();

        string Ms(double value) => value.ToString("0.00", culture);

        string Percent(double share) => share.ToString("0.0 %", culture);
    }
}
