namespace Apex.Vpn.Benchmarks.Replay;

/// <summary>How one way to choose a server did, over all users. Regret in ms.</summary>
internal sealed record StrategyFigures(
    string Name, double P50, double Mean, double P90, double P95, double P99, double BestChosen, double Probes, double Answered,
    double Microseconds, double MicrosecondsP99, double AllocatedBytes)
{
    internal static StrategyFigures Of(string name, IReadOnlyCollection<Decision> decisions)
    {
        double[] regrets = [.. decisions.Select(static decision => decision.Regret).Order()];
        double[] times = [.. decisions.Select(static decision => decision.Microseconds).Order()];
        return new StrategyFigures(
            name, Percentile(regrets, 0.5), regrets.Average(), Percentile(regrets, 0.9), Percentile(regrets, 0.95), Percentile(regrets, 0.99),
            regrets.Count(static regret => regret == 0) / (double)regrets.Length,
            decisions.Average(static decision => decision.Probes), decisions.Average(static decision => decision.Answered),
            times.Average(), Percentile(times, 0.99), decisions.Average(static decision => (double)decision.AllocatedBytes));
    }

    /// <summary>The least figure that at least this share does not exceed (nearest rank).</summary>
    private static double Percentile(double[] sorted, double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
}
