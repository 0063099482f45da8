using System.Globalization;
using System.IO.Compression;
using Apex.Vpn.Routing.Placement;

namespace Apex.Vpn.Routing.Tests.Placement;

/// <summary>
/// 12 of 20 sites, drawn from 490 PlanetLab hosts, the other 470 being demand; optima by brute force
/// (<c>place --exact 10 --seed N --matrix SLICE</c> of the benchmarks).
/// </summary>
public sealed class OptimumTests
{
    private const int Steps = 200;

    private static readonly Dictionary<string, double[][]> Matrices = [];

    public static TheoryData<string> Instances => [.. System.IO.File.ReadLines(At("twelve_of_twenty.csv")).Skip(1)];

    [Theory]
    [MemberData(nameof(Instances))]
    public void The_mean_is_within_half_a_percent_of_the_optimum(string instance)
    {
        string[] cells = instance.Split(',');
        PlacementPlan plan = Problem(cells, PlacementObjective.MeanLatency).Plan(Steps);

        Assert.InRange(plan.After.MeanMs / double.Parse(cells[4], CultureInfo.InvariantCulture), 1 - 1e-9, 1.005);
    }

    [Theory]
    [MemberData(nameof(Instances))]
    public void The_share_within_the_target_is_within_half_a_percent_of_the_optimum(string instance)
    {
        string[] cells = instance.Split(',');
        PlacementPlan plan = Problem(cells, PlacementObjective.Coverage(double.Parse(cells[3], CultureInfo.InvariantCulture))).Plan(Steps);

        Assert.InRange(plan.After.WithinTarget / double.Parse(cells[5], CultureInfo.InvariantCulture), 0.995, 1 + 1e-9);
    }

    private static TestProblem Problem(string[] cells, PlacementObjective objective)
    {
        double[][] matrix = Matrix(cells[0]);
        int[] sites = [.. cells[1].Split(' ').Select(static host => int.Parse(host, CultureInfo.InvariantCulture))];
        int[] demand = [.. Enumerable.Range(0, matrix.Length).Except(sites)];
        var latency = new LatencyTable(demand.Length, sites.Length);
        for (int point = 0; point < demand.Length; point++)
        {
            for (int site = 0; site < sites.Length; site++) latency.Set(point, site, matrix[demand[point]][sites[site]]);
        }
        return new TestProblem(
            [.. demand.Select(static host => new DemandPoint($"host {host}", 1))],
            [.. sites.Select(static host => new CandidateSite($"host {host}", default, 1))],
            latency,
            objective,
            new PlacementLimits { Nodes = int.Parse(cells[2], CultureInfo.InvariantCulture) });
    }

    private static double[][] Matrix(string slice)
    {
        lock (Matrices)
        {
            if (Matrices.TryGetValue(slice, out double[][]? known)) return known;
            using var reader = new StreamReader(new GZipStream(System.IO.File.OpenRead(At(slice)), CompressionMode.Decompress));
            string[] rows = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            double[][] matrix =
            [
                .. rows.Select(static row => (double[])[.. row.Trim().Split('\t').Select(Number)]),
            ];
            for (int host = 0; host < matrix.Length; host++) matrix[host][host] = 0;
            return Matrices[slice] = matrix;
        }
    }

    private static double Number(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);

    private static string At(string file) => Path.Combine(AppContext.BaseDirectory, "placement", file);
}
