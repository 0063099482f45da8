using System.Globalization;
using System.Text.Json;
using Apex.Vpn.Benchmarks.Commands;
using Apex.Vpn.Benchmarks.Data;
using Apex.Vpn.Netns.Results;
using Apex.Vpn.Routing.Placement;

namespace Apex.Vpn.Benchmarks.Placement;

/// <summary>The planner beside the best known placements and, for small problems, beside the optimum.</summary>
/// <param name="BestMeanMs">The best known mean, by a search that shares nothing with the planner or by the planner itself.</param>
/// <param name="BestShare">The best known share within the target.</param>
/// <param name="Rows">The comparisons.</param>
internal sealed record PlaceCheck(double BestMeanMs, double BestShare, IReadOnlyList<PlaceCheck.Row> Rows)
{
    private const int Candidates = 20;
    private const int Chosen = 12;

    internal static PlaceCheck Run(RttMatrix matrix, PlaceOptions options)
    {
        if (matrix.Hosts < 2 * Candidates)
            throw new DataFileException(options.Matrix!, $"has {matrix.Hosts} hosts; a check needs {2 * Candidates}");
        PlacementObjective mean = PlacementObjective.MeanLatency with { TargetMs = options.Target };
        PlacementObjective coverage = PlacementObjective.Coverage(options.Target);
        PlaceProblem scratch = HostPlacement.Create(matrix, options.Sites, 1, "none", options.Seed);
        PlacementFigures knownMean = Figures(scratch, BestKnown.Find(scratch, null, options), mean);
        PlacementFigures knownShare = Figures(scratch, BestKnown.Find(scratch, options.Target, options), coverage);

        var rows = new List<Row>();
        ulong[] seeds = [.. Enumerable.Range(0, options.Seeds).Select(index => options.Seed + (ulong)index)];
        using var progress = new Progress("seeds compared", 7 * seeds.Length);
        PlacementFigures[] scratchMean = Each(seed => scratch.Plan(mean, options.Steps, seed).After);
        PlacementFigures[] scratchShare = Each(seed => scratch.Plan(coverage, options.Steps, seed).After);
        double bestMean = Math.Min(knownMean.MeanMs, scratchMean.Min(static figures => figures.MeanMs));
        double bestShare = Math.Max(knownShare.WithinTarget, scratchShare.Max(static figures => figures.WithinTarget));

        Add($"mean of {options.Sites} sites / best known", scratchMean.Select(figures => figures.MeanMs / bestMean));
        Add(
            $"share within {options.Target:0.#} ms of {options.Sites} sites / best known",
            scratchShare.Select(figures => figures.WithinTarget / bestShare));
        foreach (string start in (string[])["random", "clustered"])
        {
            PlacementPlan[] byMean = Each(seed => Present(start, seed).Plan(mean, options.Steps, seed));
            Add($"{start}: mean before", byMean.Select(static plan => plan.Before.MeanMs));
            Add($"{start}: mean after", byMean.Select(static plan => plan.After.MeanMs));
            Add(
                $"{start}: closed of the gap in the mean, {100 * options.Moves:0} % moved",
                byMean.Select(plan => (plan.Before.MeanMs - plan.After.MeanMs) / (plan.Before.MeanMs - bestMean)));
            PlacementPlan[] byShare = Each(seed => Present(start, seed).Plan(coverage, options.Steps, seed));
            Add($"{start}: share within target before", byShare.Select(static plan => plan.Before.WithinTarget));
            Add($"{start}: share within target after", byShare.Select(static plan => plan.After.WithinTarget));
            Add(
                $"{start}: closed of the gap in the share",
                byShare.Select(plan => (plan.After.WithinTarget - plan.Before.WithinTarget) / (bestShare - plan.Before.WithinTarget)));
        }
        (double Mean, double Share)[] exact =
            Each(seed => BesideOptimum(HostPlacement.Draw(matrix, Candidates, Chosen, seed), options, seed));
        Add($"{Chosen} of {Candidates}: mean / optimum", exact.Select(static pair => pair.Mean));
        Add($"{Chosen} of {Candidates}: share within target / optimum", exact.Select(static pair => pair.Share));
        return new PlaceCheck(bestMean, bestShare, rows);

        PlaceProblem Present(string start, ulong seed) => HostPlacement.Create(matrix, options.Sites, options.Moves, start, seed);

        T[] Each<T>(Func<ulong, T> measure) => [.. seeds.AsParallel().AsOrdered().WithDegreeOfParallelism(2).Select(seed =>
        {
            T result = measure(seed);
            progress.Step();
            return result;
        })];

        void Add(string name, IEnumerable<double> values) => rows.Add(new Row(name, Spread.Of(values)!.Value));
    }

    internal void Write(TextWriter output, bool json)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(this, JsonSerializerOptions.Web));
            return;
        }
        output.WriteLine($"Best known: mean {Number(BestMeanMs)} ms, share within target {Number(BestShare)}");
        output.WriteLine();
        var table = new Table("Figure", "Median", "Least", "Greatest", "Seeds");
        foreach ((string name, Spread values) in Rows)
            table.Add(name, Number(values.Median), Number(values.Min), Number(values.Max), Number(values.Count, "0"));
        output.Write(table);
    }

    private static (double Mean, double Share) BesideOptimum(PlaceProblem problem, PlaceOptions options, ulong seed)
    {
        (double leastMean, double mostWithin) = BruteForce.Solve(problem, options.Target);
        double mean = problem.Plan(PlacementObjective.MeanLatency, options.Steps, seed).After.MeanMs;
        double within = problem.Plan(PlacementObjective.Coverage(options.Target), options.Steps, seed).After.WithinTarget;
        return (mean / leastMean, within / mostWithin);
    }

    private static PlacementFigures Figures(PlaceProblem problem, int[] chosen, PlacementObjective objective)
    {
        CandidateSite[] sites = [.. problem.Sites.Select((site, index) => site with { Nodes = chosen.Contains(index) ? 1 : 0 })];
        return new PlacementPlanner(problem.Demand, sites, problem.Latency, objective, new PlacementLimits(), 0).CreatePlan().Before;
    }

    private static string Number(double value, string format = "0.0000") => value.ToString(format, CultureInfo.InvariantCulture);

    /// <summary>A figure over all seeds.</summary>
    internal sealed record Row(string Name, Spread Values);
}
