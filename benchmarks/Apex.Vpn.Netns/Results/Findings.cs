using Apex.Vpn.Netns.Measuring;

namespace Apex.Vpn.Netns.Results;

/// <summary>All that was measured, and the figures that follow from it. Ratios are of readings of one round, never of medians.</summary>
/// <param name="Subject">The contender that targets are about.</param>
/// <param name="Plan">What was to be measured.</param>
/// <param name="Kept">Rounds during which the raw link stayed where it was.</param>
/// <param name="Dropped">The others.</param>
/// <param name="PeakMemory">In bytes, by contender.</param>
internal sealed record Findings(
    string Subject,
    IReadOnlyList<Experiment> Plan,
    IReadOnlyList<Trial> Kept,
    IReadOnlyList<Trial> Dropped,
    IReadOnlyDictionary<string, long> PeakMemory)
{
    internal static readonly string[] TcpExperiments = ["tcp1", "tcp8", "reverse"];

    /// <summary>What a contender reached, in the experiment's unit.</summary>
    internal Spread? Values(string experiment, string contender) =>
        Figures(experiment, contender, static reading => reading.Value);

    /// <summary>Some figure of a contender's readings.</summary>
    internal Spread? Figures(string experiment, string contender, Func<Reading, double> figure) =>
        Spread.Of(Of(experiment, contender).Select(trial => figure(trial.Readings[contender])));

    /// <summary>What the raw link reached in the rounds of an experiment.</summary>
    internal Spread? RawValues(string experiment) => Spread.Of(
        Kept.Where(trial => trial.Experiment == experiment).SelectMany(static trial => RawReadings(trial)).Select(static raw => raw.Value));

    /// <summary>Some figure of one contender divided by that of another one in the same round.</summary>
    internal Spread? Ratio(
        IEnumerable<string> experiments, string contender, string reference, Func<Trial, Reading, double> figure) => Spread.Of(
        from experiment in experiments
        from trial in Of(experiment, contender)
        where trial.Readings.ContainsKey(reference)
        select figure(trial, trial.Readings[contender]) / figure(trial, trial.Readings[reference]));

    /// <summary>The ratio of what they reached.</summary>
    internal Spread? ValueRatio(string experiment, string contender, string reference) =>
        Ratio([experiment], contender, reference, static (_, reading) => reading.Value);

    /// <summary>The ratio of the daemons' processor time per gigabyte of TCP.</summary>
    internal Spread? DaemonCostRatio(string contender, string reference) =>
        Ratio(TcpExperiments, contender, reference, static (_, reading) => reading.DaemonCost);

    /// <summary>
    /// The ratio of the machine's processor time per gigabyte of TCP beyond what the raw link takes in the same round, which is the end
    /// points' own work.
    /// </summary>
    internal Spread? MachineCostRatio(string contender, string reference) => Kept.Any(static trial => RawReadings(trial).Any())
        ? Ratio(TcpExperiments, contender, reference, static (trial, reading) => MachineCostBeyondRaw(trial, reading))
        : null;

    internal static double MachineCostBeyondRaw(Trial trial, Reading reading) =>
        reading.MachineCost - RawReadings(trial).Average(static raw => raw.MachineCost);

    private static IEnumerable<Reading> RawReadings(Trial trial) => new[] { trial.RawBefore, trial.RawAfter }.OfType<Reading>();

    private IEnumerable<Trial> Of(string experiment, string contender) =>
        Kept.Where(trial => trial.Experiment == experiment && trial.Readings.ContainsKey(contender));
}
