using Apex.Vpn.Routing.Directory;
using Apex.Vpn.Routing.Placement;

namespace Apex.Vpn.Routing.Tests.Placement;

/// <summary>A small problem; the same for the same seed.</summary>
internal sealed record TestProblem(
    DemandPoint[] Demand, CandidateSite[] Sites, LatencyTable Latency, PlacementObjective Objective, PlacementLimits Limits)
{
    private static readonly string[] Countries = ["NL", "SE", "US"];

    internal PlacementPlanner Planner(ulong seed = 1) => new(Demand, Sites, Latency, Objective, Limits, seed);

    internal PlacementPlan Plan(int steps = 300, ulong seed = 1)
    {
        PlacementPlanner planner = Planner(seed);
        planner.Improve(steps);
        return planner.CreatePlan();
    }

    internal PlacementInstance Instance() => new(Demand, Sites, Latency, Objective, Limits);

    /// <summary>Everything at once: limits, unknown latencies, several nodes a site, often capacity, second sites and cost.</summary>
    internal static TestProblem Random(int seed, bool? withCapacity = null)
    {
        var random = new SearchRandom((ulong)seed);
        int points = 3 + random.Next(10), count = 3 + random.Next(7);
        var sites = new CandidateSite[count];
        for (int site = 0; site < count; site++)
        {
            int country = random.Next(Countries.Length), nodes = random.Next(2) * random.Next(4);
            sites[site] = new CandidateSite($"city {random.Next(2)}", CountryCode.Parse(Countries[country]), random.Next(4))
            {
                Nodes = nodes,
                KeptNodes = random.Next(4) == 0 ? random.Next(nodes + 1) : 0,
                NodeCost = random.Next(5),
            };
        }
        var latency = new LatencyTable(points, count);
        for (int point = 0; point < points; point++)
        {
            for (int site = 0; site < count; site++)
            {
                if (random.Next(6) > 0) latency.Set(point, site, random.Next(1000) / 10.0);
            }
        }
        int present = sites.Sum(static site => site.Nodes), kept = sites.Sum(static site => site.KeptNodes);
        bool capacity = withCapacity ?? random.Next(2) == 0;
        var limits = new PlacementLimits
        {
            Nodes = present == 0 || random.Next(2) == 0 ? Math.Max(Math.Max(1, kept), present - 2 + random.Next(6)) : null,
            MoveShare = random.Next(5) / 4.0,
            MaxPerCity = random.Next(3) == 0 ? 1 + random.Next(4) : null,
            MaxPerCountry = random.Next(3) == 0 ? 1 + random.Next(6) : null,
            NodeCapacity = capacity ? 0.05 + (random.Next(60) / 100.0) : null,
        };
        PlacementObjective objective = random.Next(3) switch
        {
            0 => PlacementObjective.MeanLatency,
            1 => PlacementObjective.Coverage(30),
            _ => PlacementObjective.Blend(30, 25),
        };
        return new TestProblem(
            [.. Enumerable.Range(0, points).Select(point => new DemandPoint($"place {point}", random.Next(9) + (point == 0 ? 1 : 0)))],
            sites,
            latency,
            objective with { NoSecondSiteMs = 10 * random.Next(3), SecondSiteWithinMs = 50, MsPerCost = random.Next(3) * 0.2 },
            limits);
    }

    /// <summary>One place of demand and one site at each point of a line; a millisecond for each unit between them.</summary>
    internal static TestProblem Line(int[] places, int[] sites, int[] present, PlacementLimits limits) => new(
        [.. places.Select(static place => new DemandPoint($"at {place}", 1))],
        [.. sites.Zip(present, static (site, nodes) => new CandidateSite($"site {site}", CountryCode.Parse("NL"), 9) { Nodes = nodes })],
        Distances(places, sites),
        PlacementObjective.MeanLatency,
        limits);

    private static LatencyTable Distances(int[] places, int[] sites)
    {
        var latency = new LatencyTable(places.Length, sites.Length);
        for (int point = 0; point < places.Length; point++)
        {
            for (int site = 0; site < sites.Length; site++) latency.Set(point, site, Math.Abs(places[point] - sites[site]));
        }
        return latency;
    }
}
