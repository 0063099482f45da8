using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;
using Apex.Vpn.Benchmarks.Commands;
using Apex.Vpn.Benchmarks.Data;

namespace Apex.Vpn.Benchmarks.Placement;

/// <summary><c>place</c>: where nodes should stand, for hosts that were measured or for a fleet's footprint.</summary>
internal static class PlaceCommand
{
    private const string About =
        """
        Plans where nodes should stand, and prints what that gains.

        With a matrix (the default): every host is a place of demand, all with the same weight, and a site for one node; the present
        placement is random, the nearest hosts of one by chance, or none.

        With --cities and --countries: sites and present nodes are the footprint's. Every node can serve the same share of demand.
        Latencies are priors: km / 100 + 5 ms, averaged with the mean between the two countries where that is known from 100 samples.
        Demand is a proxy: a country weighs as often as it takes part in RIPE Atlas measurements (which favours Europe), and its cities
        weigh the same. By present nodes it would be circular. Every city keeps a node, and may have twice its nodes and four more.
        """;

    private static readonly Option<string?> Matrix =
        File("--matrix", $"Round trips between hosts in ms, tab-separated, plain or gzip. [default: {PlaceOptions.DefaultMatrix}]");

    private static readonly Option<string?> Cities =
        File("--cities", "A fleet's footprint, as benchmarks/data/fleet/cities.csv; with --countries.");

    private static readonly Option<string?> Countries =
        File("--countries", "Round trips between countries, as benchmarks/data/latency/country_rtt.csv.gz; with --cities.");

    private static readonly Option<int> Sites = Number("--sites", "How many nodes, with a matrix.", 60);
    private static readonly Option<double> Moves = Number("--moves", "The share of nodes that may be moved, 0 to 1.", 0.4);
    private static readonly Option<double> Target = Number("--target", "Demand is near within so many ms.", 20.0);
    private static readonly Option<string> Objective =
        Choice("--objective", "What to make small: the mean, the share beyond the target, or their blend.", "mean", "coverage", "blend");

    private static readonly Option<string> Start =
        Choice("--start", "The present placement, with a matrix.", "random", "clustered", "none");
    private static readonly Option<double> Utilization =
        Number("--utilization", "How much of the capacity of all nodes the demand takes, with a footprint; 0.01 to 1.", 0.7);

    private static readonly Option<int> Steps = Number("--steps", "How long to search; 5000 steps take seconds.", 5000);
    private static readonly Option<uint> Seed = Number("--seed", "For the present placement and for the search.", 1u);
    private static readonly Option<bool> Check = new("--check")
    {
        Description = "Compare with the best known placement (greedy, --swaps swaps from --starts starts) in --seeds seeds; with a matrix. "
            + "Takes minutes.",
    };

    private static readonly Option<int> Starts = Number("--starts", "Starts of the best known placement.", 20);
    private static readonly Option<int> Swaps = Number("--swaps", "Swaps from each start.", 10_000);
    private static readonly Option<int> Seeds = Number("--seeds", "Seeds that a check tries.", 10);
    private static readonly Option<int> Exact =
        Number("--exact", "Print so many instances of 12 of 20 sites with their optima by brute force, as CSV; with a matrix.", 0);

    private static readonly Option<bool> Json = new("--json") { Description = "Print the result as JSON." };

    internal static int Run(string[] arguments)
    {
        Demand(Sites, static value => value is >= 1 and <= 10_000, "1 to 10 000 nodes.");
        Demand(Moves, static value => value is >= 0 and <= 1, "A share of moves is 0 to 1.");
        Demand(Target, static value => value is > 0 and < 1e6, "A target is above 0 ms.");
        Demand(Utilization, static value => value is >= 0.01 and <= 1, "A utilization is 0.01 to 1.");
        Demand(Steps, static value => value is >= 0 and <= 100_000_000, "0 to 100 000 000 steps.");
        Demand(Starts, static value => value is >= 1 and <= 1000, "1 to 1000 starts.");
        Demand(Swaps, static value => value is >= 1 and <= 1_000_000, "1 to 1 000 000 swaps.");
        Demand(Seeds, static value => value is >= 1 and <= 1000, "1 to 1000 seeds.");
        Demand(Exact, static value => value is >= 0 and <= 1000, "0 to 1000 instances.");
        var command = new Command("place", About)
        {
            Matrix, Cities, Countries, Sites, Moves, Target, Objective, Start, Utilization, Steps, Seed, Check, Starts, Swaps, Seeds, Exact,
            Json, new HelpOption(),
        };
        command.Validators.Add(static result =>
        {
            bool cities = result.GetValue(Cities) is not null, countries = result.GetValue(Countries) is not null;
            if (cities != countries) result.AddError("--cities and --countries go together.");
            if (cities && (result.GetValue(Matrix) is not null || result.GetValue(Check) || result.GetValue(Exact) > 0))
                result.AddError("--matrix, --check and --exact are about hosts; they do not go with --cities.");
        });
        command.SetAction(parsed => Run(parsed, new PlaceOptions
        {
            Matrix = parsed.GetValue(Matrix) ?? (parsed.GetValue(Cities) is null ? PlaceOptions.DefaultMatrix : null),
            Cities = parsed.GetValue(Cities),
            Countries = parsed.GetValue(Countries),
            Sites = parsed.GetValue(Sites),
            Moves = parsed.GetValue(Moves),
            Target = parsed.GetValue(Target),
            Objective = parsed.GetValue(Objective)!,
            Start = parsed.GetValue(Start)!,
            Utilization = parsed.GetValue(Utilization),
            Steps = parsed.GetValue(Steps),
            Seed = parsed.GetValue(Seed),
            Starts = parsed.GetValue(Starts),
            Swaps = parsed.GetValue(Swaps),
            Seeds = parsed.GetValue(Seeds),
            Json = parsed.GetValue(Json),
        }));
        return ConsoleCommand.Invoke(command, arguments);
    }

    private static int Run(ParseResult parsed, PlaceOptions options)
    {
        if (options.Matrix is not { } path)
        {
            PlaceReport.Create(FootprintPlacement.Read(options), options).Write(Console.Out, options.Json);
            return 0;
        }
        var matrix = RttMatrix.Read(path);
        if (parsed.GetValue(Exact) is > 0 and int instances)
        {
            ExactInstances.Write(Console.Out, matrix, path, instances, options);
            return 0;
        }
        if (options.Sites > matrix.Hosts)
            throw new DataFileException(path, $"has {matrix.Hosts} hosts; --sites asks for {options.Sites} nodes");
        if (parsed.GetValue(Check))
        {
            PlaceCheck.Run(matrix, options).Write(Console.Out, options.Json);
            return 0;
        }
        PlaceProblem problem = HostPlacement.Create(matrix, options.Sites, options.Moves, options.Start, options.Seed);
        PlaceReport.Create(problem, options).Write(Console.Out, options.Json);
        return 0;
    }

    private static Option<string?> File(string name, string description) => new(name) { Description = description, HelpName = "FILE" };

    private static Option<T> Number<T>(string name, string description, T standard) =>
        new(name) { Description = description, DefaultValueFactory = _ => standard, HelpName = "N" };

    private static Option<string> Choice(string name, string description, params string[] choices)
    {
        var option = new Option<string>(name) { Description = description, DefaultValueFactory = _ => choices[0] };
        return option.AcceptOnlyFromAmong(choices);
    }

    // What is no number at all the parser refuses by itself.
    private static void Demand<T>(Option<T> option, Func<T, bool> holds, string message)
        where T : IParsable<T> => option.Validators.Add(result =>
    {
        bool given = T.TryParse(result.Tokens is [.., var last] ? last.Value : null, CultureInfo.InvariantCulture, out T? value);
        if (given && !holds(value!)) result.AddError($"{option.Name}: {message}");
    });
}
