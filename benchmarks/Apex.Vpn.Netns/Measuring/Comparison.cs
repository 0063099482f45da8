using Apex.Vpn.Netns.Network;
using Apex.Vpn.Netns.Results;

namespace Apex.Vpn.Netns.Measuring;

/// <summary>Runs a plan: link by link, round by round, every experiment in each round.</summary>
internal sealed class Comparison(CompareOptions options, IReadOnlyList<Contender> contenders, TextWriter progress)
{
    private readonly List<Trial> _kept = [];
    private readonly List<Trial> _dropped = [];

    /// <summary>Whether a measurement failed and was passed over.</summary>
    internal bool HasFailures { get; private set; }

    internal async Task<Findings> RunAsync(string subject, IReadOnlyList<Experiment> plan, CancellationToken cancellationToken)
    {
        var memory = new Dictionary<string, long>();
        foreach (IGrouping<LinkKind, Experiment> link in plan.GroupBy(static experiment => experiment.Link))
        {
            HashSet<string> names = [.. link.SelectMany(static experiment => experiment.Contenders)];
            Contender[] here = [.. contenders.Where(contender => names.Contains(contender.Name))];
            await using Stage stage = await Stage.SetAsync(link.Key, here, cancellationToken);
            await RunAsync(stage, [.. link], cancellationToken);
            // The first link is the one with all the traffic.
            foreach ((string name, long bytes) in stage.PeakMemory()) memory.TryAdd(name, bytes);
        }
        return new Findings(subject, plan, _kept, _dropped, memory);
    }

    private async Task RunAsync(Stage stage, Experiment[] experiments, CancellationToken cancellationToken)
    {
        // A machine that never comes to rest must not hold us for ever.
        Dictionary<string, int> repeats = experiments.ToDictionary(static experiment => experiment.Name, _ => options.Rounds);
        for (int round = 0; round < options.Rounds; round++)
        {
            foreach (Experiment experiment in experiments)
            {
                while (await TryAsync(stage, experiment, round, cancellationToken) is { Drifted: true } && --repeats[experiment.Name] >= 0)
                {
                }
            }
        }
    }

    private async Task<Trial?> TryAsync(Stage stage, Experiment experiment, int round, CancellationToken cancellationToken)
    {
        try
        {
            Trial trial = await stage.RunAsync(experiment, round, options, cancellationToken);
            (trial.Drifted ? _dropped : _kept).Add(trial);
            Tell(experiment, round, trial);
            return trial;
        }
        catch (MeasurementException exception) when (options.KeepGoing)
        {
            HasFailures = true;
            progress.WriteLine($"{experiment.Name}: {exception.Message}");
            return null;
        }
    }

    private void Tell(Experiment experiment, int round, Trial trial)
    {
        IEnumerable<string> values = experiment.Contenders.Select(name => $"{name} {Table.Number(trial.Readings[name].Value)}");
        string raw = trial.RawBefore is { } before && trial.RawAfter is { } after
            ? $"; raw {Table.Number(before.Value)} > {Table.Number(after.Value)} Gbit/s{(trial.Drifted ? ": dropped" : "")}"
            : "";
        progress.WriteLine($"{round + 1}/{options.Rounds} {experiment.Name}: {string.Join(", ", values)} {experiment.Traffic.Unit()}{raw}");
    }
}
