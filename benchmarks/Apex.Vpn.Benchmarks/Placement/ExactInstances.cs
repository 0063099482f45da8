using System.Globalization;
using Apex.Vpn.Benchmarks.Data;

namespace Apex.Vpn.Benchmarks.Placement;

/// <summary>Instances of 12 of 20 sites: which hosts are sites, all others being demand, and the optima that brute force found.</summary>
internal static class ExactInstances
{
    internal static void Write(TextWriter output, RttMatrix matrix, string path, int instances, PlaceOptions options)
    {
        output.WriteLine("slice,sites,nodes,target_ms,optimal_mean_ms,optimal_share");
        for (int instance = 0; instance < instances; instance++)
        {
            PlaceProblem problem = HostPlacement.Draw(matrix, 20, 12, options.Seed + (ulong)instance);
            (double mean, double share) = BruteForce.Solve(problem, options.Target);
            IEnumerable<string> hosts = problem.Sites.Select(static site => site.City["host ".Length..]);
            string line = $"{Path.GetFileName(path)},{string.Join(' ', hosts)}";
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{line},12,{options.Target},{mean:R},{share:R}"));
        }
    }
}
