using Apex.Vpn.Benchmarks.Commands;
using Apex.Vpn.Routing.Placement;

namespace Apex.Vpn.Benchmarks.Placement;

/// <summary>Something to place nodes for, as the planner takes it.</summary>
internal sealed record PlaceProblem(string Name, DemandPoint[] Demand, CandidateSite[] Sites, LatencyTable Latency, PlacementLimits Limits)
{
    private const int Slices = 50;

    internal PlacementPlan Plan(PlacementObjective objective, int steps, ulong seed, bool showProgress = false)
    {
        var planner = new PlacementPlanner(Demand, Sites, Latency, objective, Limits, seed);
        using var progress = new Progress("steps of the search, in fiftieths", Slices);
        for (int slice = 1; slice <= Slices; slice++)
        {
            planner.Improve((int)(((long)steps * slice / Slices) - ((long)steps * (slice - 1) / Slices)));
            if (showProgress) progress.Step();
        }
        return planner.CreatePlan();
    }
}
