using System.Globalization;
using Apex.Vpn.Benchmarks.Data;
using Apex.Vpn.Routing.Placement;

namespace Apex.Vpn.Benchmarks.Placement;

/// <summary>Problems from a matrix between hosts: every host is a place of demand with the same weight, and a site for one node.</summary>
internal static class HostPlacement
{
    internal static PlaceProblem Create(RttMatrix matrix, int nodes, double moves, string start, ulong seed)
    {
        HashSet<int> present = Present(matrix, nodes, start, seed);
        int[] hosts = [.. Enumerable.Range(0, matrix.Hosts)];
        CandidateSite[] sites = [.. hosts.Select(host => Site(host) with { Nodes = present.Contains(host) ? 1 : 0 })];
        return new PlaceProblem(
            $"{matrix.Hosts} hosts, {nodes} nodes, at present {start}",
            [.. hosts.Select(Demand)],
            sites,
            Latency(matrix, hosts, hosts),
            new PlacementLimits { Nodes = nodes, MoveShare = moves });
    }

    /// <summary>So many hosts drawn as sites; all others are demand.</summary>
    internal static PlaceProblem Draw(RttMatrix matrix, int candidates, int nodes, ulong seed)
    {
        int[] drawn = [.. Shuffled(matrix.Hosts, seed).Take(candidates).Order()];
        int[] others = [.. Enumerable.Range(0, matrix.Hosts).Except(drawn)];
        return Between(matrix, others, drawn, nodes);
    }

    internal static PlaceProblem Between(RttMatrix matrix, int[] demand, int[] sites, int nodes) => new(
        $"{nodes} of {sites.Length} hosts for {demand.Length}",
        [.. demand.Select(Demand)],
        [.. sites.Select(Site)],
        Latency(matrix, demand, sites),
        new PlacementLimits { Nodes = nodes });

    private static HashSet<int> Present(RttMatrix matrix, int nodes, string start, ulong seed)
    {
        if (start == "none") return [];
        int[] shuffled = Shuffled(matrix.Hosts, seed);
        if (start == "random") return [.. shuffled.Take(nodes)];
        // A poor placement: one host by chance, and those that are nearest to it.
        int center = shuffled[0];
        return [.. Enumerable.Range(0, matrix.Hosts).OrderBy(Distance).Take(nodes)];

        double Distance(int host) => double.IsNaN(matrix[center, host]) ? double.MaxValue : matrix[center, host];
    }

    private static int[] Shuffled(int count, ulong seed)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        new Random((int)(seed & int.MaxValue)).Shuffle(order);
        return order;
    }

    private static DemandPoint Demand(int host) => new(Name(host), 1);

    private static CandidateSite Site(int host) => new(Name(host), default, 1);

    private static string Name(int host) => string.Create(CultureInfo.InvariantCulture, $"host {host}");

    private static LatencyTable Latency(RttMatrix matrix, int[] demand, int[] sites)
    {
        var latency = new LatencyTable(demand.Length, sites.Length);
        for (int point = 0; point < demand.Length; point++)
        {
            for (int site = 0; site < sites.Length; site++) latency.Set(point, site, matrix[demand[point], sites[site]]);
        }
        return latency;
    }
}
