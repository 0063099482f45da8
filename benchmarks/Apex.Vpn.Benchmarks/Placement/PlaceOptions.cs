using Apex.Vpn.Routing.Placement;

namespace Apex.Vpn.Benchmarks.Placement;

/// <summary>What the command was asked for.</summary>
internal sealed record PlaceOptions
{
    internal const string DefaultMatrix = "benchmarks/data/latency/planetlab/slice_1.tsv.gz";

    /// <summary>A matrix between hosts; null when the footprint is asked for.</summary>
    internal string? Matrix { get; init; }

    internal string? Cities { get; init; }

    internal string? Countries { get; init; }

    internal int Sites { get; init; } = 60;

    internal double Moves { get; init; } = 0.4;

    internal double Target { get; init; } = 20;

    internal string Objective { get; init; } = "mean";

    internal string Start { get; init; } = "random";

    /// <summary>How much of the capacity of all nodes the demand takes.</summary>
    internal double Utilization { get; init; } = 0.7;

    internal int Steps { get; init; } = 5000;

    internal uint Seed { get; init; } = 1;

    internal bool Json { get; init; }

    /// <summary>How many starts and swaps from each make the best known placement.</summary>
    internal int Starts { get; init; } = 20;

    internal int Swaps { get; init; } = 10_000;

    /// <summary>In how many seeds a check's placements are tried.</summary>
    internal int Seeds { get; init; } = 10;

    internal PlacementObjective ToObjective() => Objective switch
    {
        "coverage" => PlacementObjective.Coverage(Target),
        "blend" => PlacementObjective.Blend(Target, Target),
        _ => PlacementObjective.MeanLatency with { TargetMs = Target },
    };
}
