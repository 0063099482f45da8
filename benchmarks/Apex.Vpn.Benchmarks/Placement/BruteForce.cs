using System.Numerics;

namespace Apex.Vpn.Benchmarks.Placement;

/// <summary>The optimum of a small problem by looking at every choice of sites.</summary>
internal static class BruteForce
{
    /// <summary>The least mean in milliseconds and the greatest share within a target, each over all choices.</summary>
    internal static (double MeanMs, double WithinTarget) Solve(PlaceProblem problem, double target)
    {
        int sites = problem.Sites.Length, places = problem.Demand.Length, nodes = problem.Limits.Nodes!.Value;
        int[][] nearest =
        [
            .. Enumerable.Range(0, places)
                .Select(place => (int[])[.. Enumerable.Range(0, sites).OrderBy(site => problem.Latency[place, site])]),
        ];
        double[][] rtts = [.. nearest.Select((order, place) => (double[])[.. order.Select(site => problem.Latency[place, site])])];
        double least = double.PositiveInfinity;
        int most = 0;
        for (uint chosen = 0; chosen < 1u << sites; chosen++)
        {
            if (BitOperations.PopCount(chosen) != nodes) continue;
            double sum = 0;
            int within = 0;
            for (int place = 0; place < places; place++)
            {
                int i = 0;
                while ((chosen >> nearest[place][i] & 1) == 0) i++;
                sum += rtts[place][i];
                if (rtts[place][i] <= target) within++;
            }
            least = Math.Min(least, sum);
            most = Math.Max(most, within);
        }
        return (least / places, (double)most / places);
    }
}
