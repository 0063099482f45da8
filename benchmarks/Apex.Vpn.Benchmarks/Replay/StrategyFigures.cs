namespace Apex.Vpn.Benchmarks.Replay;

/// <summary>
/// How one way to choose a server did, over all users. Regret in ms; choices of a server whose round trip is in no file have none and are
/// counted as unjudged.
/// </summary>
internal sealed record StrategyFigures(
    string Name, double P50, double Mean, double P90, double P95, double P99, double BestChosen, int Unjudged, double Probes, double Answered,
    double MicrosecondsP50, double MicrosecondsP99, long AllocatedBytesP99)
{
    internal static StrategyFigures Of(string name, IReadOnlyCollection<Decision> decisions)
    {
        double[] regrets = [.. decisions.Select(static decision => decision.Regret).Where(static regret => !double.IsNaN(regret)).Order()];
        double[] times = [.. decisions.Select(static decision => decision.Microseconds).Order()];
        // Not the mean: when another thread collects garbage, what a thread's buffer has left counts as allocated by it.
        long[] bytes = [.. decisions.Select(static decision => decision.AllocatedBytes).Order()];
        return new StrategyFigures(
            name, Percentile(regrets, 0.5), regrets.DefaultIfEmpty().Average(), Percentile(regrets, 0.9), Percentile(regrets, 0.95), Percentile(regrets, 0.99),
            regrets.Count(static regret => regret == 0) / Math.Max(1.0, regrets.Length), decisions.Count - regrets.Length,
            decisions.Average(static decision => decision.Probes), decisions.Average(static decision => decision.Answered),
            Percentile(times, 0.5), Percentile(times, 0.99), bytes[(int)(0.99 * (bytes.Length - 1))]);
    }

    /// <summary>The least figure that at least this share does not exceed (nearest rank); 0 of none.</summary>
    private static double Percentile(double[] sorted, double share) =>
        sorted.Length == 0 ? 0 : sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
}
