using System.Text;
using Apex.Vpn.Netns.Measuring;

namespace Apex.Vpn.Netns.Results;

/// <summary>The findings as text.</summary>
internal static class Report
{
    internal static string Write(Setting setting, Findings findings)
    {
        var text = new StringBuilder();
        text.AppendLine($"{setting.Time:yyyy-MM-dd HH:mm} UTC; commit {setting.Commit}; {setting.Machine}");
        text.AppendLine($"TCP congestion control: {setting.CongestionControl}");
        text.AppendLine($"peer: wireguard-go {setting.Peer}");
        foreach ((string name, string program) in setting.Programs) text.AppendLine($"{name}: {program}");
        text.AppendLine(setting.Command).AppendLine();

        string[] contenders = [.. findings.Plan.SelectMany(static experiment => experiment.Contenders).Distinct()];
        text.Append(Values(findings, contenders)).AppendLine();
        text.Append(Ratios(findings)).AppendLine();
        if (Costs(findings, contenders) is { } costs) text.Append(costs).AppendLine();
        text.Append(Verdicts(findings)).AppendLine();
        text.Append("Median [min-max] of paired rounds; ");
        text.AppendLine($"{findings.Dropped.Count} rounds dropped because the raw link moved by more than {Trial.Tolerance:P0}.");
        return text.ToString();
    }

    private static Table Values(Findings findings, string[] contenders)
    {
        var table = new Table(["reached", "unit", "raw link (TCP)", .. contenders]);
        foreach (Experiment experiment in findings.Plan)
        {
            table.Add([
                experiment.Name, experiment.Traffic.Unit(), Table.Cell(findings.RawValues(experiment.Name)),
                .. contenders.Select(contender => Table.Cell(findings.Values(experiment.Name, contender)))]);
        }
        table.Add(["peak RSS", "MB", "", .. contenders.Select(Memory)]);
        return table;

        string Memory(string contender) =>
            findings.PeakMemory.TryGetValue(contender, out long bytes) ? Table.Number(bytes / 1e6) : "";
    }

    private static Table Ratios(Findings findings)
    {
        var table = new Table("ratio", "contender", "to", "median [min-max]", "rounds");
        foreach (Experiment experiment in findings.Plan)
        {
            foreach (string contender in experiment.Contenders.Where(contender => contender != experiment.Reference))
            {
                Spread? ratio = findings.ValueRatio(experiment.Name, contender, experiment.Reference);
                table.Add(experiment.Name, contender, experiment.Reference, Table.Cell(ratio), $"{ratio?.Count ?? 0}");
            }
        }
        return table;
    }

    private static Table? Costs(Findings findings, string[] contenders)
    {
        Experiment[] streams =
        [
            .. findings.Plan.Where(static experiment => experiment.Traffic.IsTcp() || experiment.Traffic == Traffic.Udp1372),
        ];
        if (streams.Length == 0) return null;
        var table = new Table(["CPU-seconds per GB: left + right daemon", .. contenders]);
        foreach (Experiment experiment in streams)
        {
            table.Add([experiment.Name, .. contenders.Select(contender => Cost(experiment.Name, contender))]);
        }
        return table;

        string Cost(string experiment, string contender) =>
            findings.Figures(experiment, contender, static reading => reading.DaemonSeconds[0] / reading.Gigabytes) is { } left
            && findings.Figures(experiment, contender, static reading => reading.DaemonSeconds[1] / reading.Gigabytes) is { } right
                ? $"{Table.Number(left.Median)} + {Table.Number(right.Median)}"
                : "";
    }

    private static Table Verdicts(Findings findings)
    {
        var table = new Table($"{findings.Subject} / {Contender.Theirs}", "must", "aim", "median [min-max]", "rounds", "verdict");
        foreach (Target target in Targets.All)
        {
            Spread? measured = target.Measured(findings);
            string relation = target.MoreIsBetter ? ">=" : "<=";
            table.Add(
                target.Figure,
                $"{relation} {target.Must}",
                $"{target.Aim}",
                Table.Cell(measured),
                $"{measured?.Count ?? 0}",
                Words(target.Judge(measured), measured));
        }
        return table;
    }

    // Peak memory is one figure however many rounds there are.
    private static string Words(Verdict verdict, Spread? measured) => verdict switch
    {
        Verdict.NotMeasured => "not measured",
        Verdict.Missed => "MISSED",
        Verdict.Reached => "reached",
        _ => "aim reached",
    } + (measured is { Count: > 1 and < Targets.LeastRounds } ? " (too few rounds)" : "");
}
