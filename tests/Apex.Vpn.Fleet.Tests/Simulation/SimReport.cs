namespace Apex.Vpn.Fleet.Tests.Simulation;

/// <summary>What a simulation saw.</summary>
internal sealed class SimReport
{
    internal long Events { get; set; }
    internal long Beats { get; set; }
    internal long Transitions { get; set; }
    internal long Refusals { get; set; }
    internal long Probes { get; set; }
    internal long StaleWrites { get; set; }
    internal int FalseSuspects { get; set; }
    internal int SuspectsInOwnOutage { get; set; }
    internal int FalseDowns { get; set; }
    internal int Undetected { get; set; }
    internal int Freezes { get; set; }
    internal int Unfreezes { get; set; }
    internal int Stalls { get; set; }
    internal int Renewals { get; set; }
    internal int Drains { get; set; }
    internal int Cancelled { get; set; }
    internal int MostAway { get; set; }
    internal int Duplicates { get; set; }
    internal int ClocksOff { get; set; }
    internal int AgentsHung { get; set; }
    internal TimeSpan LeastValidity { get; set; } = TimeSpan.MaxValue;
    internal List<double> SingleDetections { get; } = [];
    internal List<double> RegionDetections { get; } = [];
    internal List<double> DetectionsInTrouble { get; } = [];

    internal static string Spread(List<double> seconds)
    {
        if (seconds.Count == 0) return "none";
        double[] sorted = [.. seconds.Order()];
        return FormattableString.Invariant($"n {sorted.Length}, p50 {At(0.5):F2} s, p99 {At(0.99):F2} s, max {sorted[^1]:F2} s");

        double At(double share) => sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];
    }

    internal string Text(ulong seed, TimeSpan wall) => FormattableString.Invariant($"""
        seed {seed}: {Events} events ({Beats} beats) in {wall.TotalSeconds:F1} s = {Events / wall.TotalSeconds / 1e6:F2} M/s
          failure -> down, single: {Spread(SingleDetections)}
          failure -> down, region: {Spread(RegionDetections)}
          failure -> down, in trouble of our own: {Spread(DetectionsInTrouble)}
          false down {FalseDowns}, undetected {Undetected}, false suspect {FalseSuspects} (in own outage {SuspectsInOwnOutage}), agents hung {AgentsHung}
          transitions {Transitions}, refused {Refusals}, stale writes refused {StaleWrites}, probes {Probes}
          freezes {Freezes}/{Unfreezes}, stalls {Stalls}, duplicates {Duplicates}, clocks off {ClocksOff}
          drains {Drains}, cancelled {Cancelled}, most away at once {MostAway}
          renewals {Renewals}, least validity {LeastValidity.TotalDays:F2} d
        """);
}
