using System.Globalization;
using System.Text;
using Apex.Vpn.Netns.Results;

namespace Apex.Vpn.Benchmarks.ReplayTime;

/// <summary>The rules side by side, with all seeds pooled.</summary>
internal sealed record ReplayTimeReport(int Slices, int Servers, int Probes, int[] Seeds, int Charged, int Skipped, RuleSummary[] Rules)
{
    internal static ReplayTimeReport Of(ReplayTimeOptions options, int slices, SeedFigures[] seeds)
    {
        int decisions = slices - 1;
        RuleSummary[] rules =
        [
            .. seeds[0].Rules.Select((rule, i) => RuleSummary.Of(
                rule.Rule,
                [.. seeds.SelectMany(seed => seed.Rules[i].Regrets)],
                100.0 * seeds.Sum(seed => seed.Rules[i].Switches) / (decisions * seeds.Sum(static seed => seed.Users)),
                [.. seeds.Select(seed => 100.0 * seed.Rules[i].Switches / (decisions * seed.Users))],
                [.. seeds.Where(static seed => seed.Charged > 0).Select(seed => seed.Rules[i].Regrets.Average())])),
        ];
        int charged = seeds.Sum(static seed => seed.Charged), skipped = seeds.Sum(static seed => seed.Skipped);
        return new ReplayTimeReport(slices, options.Servers, options.Probes, options.Seeds, charged, skipped, rules);
    }

    internal string ToText()
    {
        var table = new Table(
            "rule", "switches per user and 100 slices", "per seed", "regret mean, ms", "per seed", "p50", "p95", "mean to that of always");
        double always = Rules.Single(static rule => rule.Rule == "always").MeanRegret;
        foreach (RuleSummary rule in Rules)
        {
            table.Add(
                rule.Rule, Table.Number(rule.SwitchesPer100), Table.Cell(Spread.Of(rule.SwitchesPer100BySeed)),
                Table.Number(rule.MeanRegret), Table.Cell(Spread.Of(rule.MeanRegretBySeed)),
                Table.Number(rule.MedianRegret), Table.Number(rule.P95Regret), Table.Number(rule.MeanRegret / always));
        }
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture,
            $"{Slices} slices, {Servers} servers, {Probes} probes a slice, {Seeds.Length} seeds from {Seeds[0]}");
        text.AppendLine(CultureInfo.InvariantCulture,
            $"{Charged:N0} slices of users are charged; {Skipped:N0} are not, for all rules alike: a server was not measured, or");
        text.AppendLine("none had answered yet");
        return text.AppendLine().Append(table).ToString().TrimEnd();
    }
}

/// <summary>One rule with all seeds pooled. Regrets in milliseconds; percentiles are the nearest rank.</summary>
internal sealed record RuleSummary(
    string Rule, double SwitchesPer100, double[] SwitchesPer100BySeed, double MeanRegret, double MedianRegret, double P95Regret,
    double[] MeanRegretBySeed)
{
    internal static RuleSummary Of(string rule, double[] regrets, double switchesPer100, double[] switchesBySeed, double[] meansBySeed)
    {
        Array.Sort(regrets);
        return new RuleSummary(rule, switchesPer100, switchesBySeed, regrets.Average(), Rank(0.5), Rank(0.95), meansBySeed);

        double Rank(double share) => regrets[(int)Math.Ceiling(share * regrets.Length) - 1];
    }
}
