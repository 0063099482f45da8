using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using Apex.Vpn.Benchmarks.Commands;

namespace Apex.Vpn.Benchmarks.Replay;

/// <summary>
/// <c>replay --matrix FILE … [--train FILE …] [--servers 60] [--probes 8] [--k 5] [--mask 0] [--noise 0] [--apart MS] [--seed 1 | --seeds 1-10]
/// [--json]</c>: users of a measured Internet choose their server with the profiles, and how much better the best one would have been.
/// </summary>
internal static class ReplayCommand
{
    private const int MostSeeds = 1000;

    internal static int Run(string[] arguments)
    {
        var matrix = new Option<string[]>("--matrix")
        {
            Description = "Round trips in ms between N hosts: N lines of N numbers, tab-separated, plain or gzip. Several are pooled.",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        var train = new Option<string[]>("--train")
        {
            Description = "Earlier matrices of the same hosts: mesh and training come from these, their median where there are several.",
            AllowMultipleArgumentsPerToken = true,
        };
        matrix.Validators.Add(CheckFiles);
        train.Validators.Add(CheckFiles);
        Option<int> servers = Whole("--servers", "How many hosts are servers, drawn by the seed; half of the others train, half are users.", 60, 2, 10_000);
        Option<int> probes = Whole("--probes", "How many probes a user may send.", 8, 1, 64);
        Option<int> k = Whole("--k", "The least number of users in a cluster, and behind each published median.", 5, 1, 10_000);
        Option<double> mask = Number("--mask", "Hide this share of all entries, by the seed, from training, mesh and probes, 0 to 0.95. A hidden probe "
            + "gets no answer and counts; a hidden server is not the best one of its user.", 0, 0.95);
        Option<double> noise = Number("--noise", "Multiply each probe by a number drawn evenly from 1 - noise to 1 + noise, 0 to 0.9. Regret is told "
            + "in true values.", 0, 0.9);
        var apart = new Option<double?>("--apart")
        {
            Description = "For each user, make the profiles without the training hosts within so many ms of that user.",
        };
        apart.Validators.Add(static result => Check(result, 0, 10_000));
        Option<int> seed = Whole("--seed", "Draws hosts, noise and what is hidden.", 1, 0, int.MaxValue);
        var seeds = new Option<int[]?>("--seeds")
        {
            Description = "Seeds from-to instead of one, pooled; as in 1-10.",
            CustomParser = ParseSeeds,
            Arity = ArgumentArity.ExactlyOne,
        };
        var json = new Option<bool>("--json") { Description = "Print JSON instead of a table." };
        var command = new Command("replay", "Replays measured round trips: which server users choose with latency profiles and a few probes, and how much "
            + "slower it is than their best one.")
        {
            matrix, train, servers, probes, k, mask, noise, apart, seed, seeds, json,
        };
        command.SetAction(parsed =>
        {
            ReplayReport report = ReplayRun.Run(new ReplayOptions
            {
                Matrices = parsed.GetRequiredValue(matrix),
                Train = parsed.GetValue(train) ?? [],
                Servers = parsed.GetValue(servers),
                Probes = parsed.GetValue(probes),
                MinMembers = parsed.GetValue(k),
                Mask = parsed.GetValue(mask),
                Noise = parsed.GetValue(noise),
                Apart = parsed.GetValue(apart),
                Seeds = parsed.GetValue(seeds) is { Length: > 0 } many ? many : [parsed.GetValue(seed)],
            });
            Console.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(report, JsonSerializerOptions.Web) : report.ToText());
        });
        return ConsoleCommand.Invoke(command, arguments);
    }

    private static Option<int> Whole(string name, string description, int otherwise, int least, int most)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => otherwise };
        option.Validators.Add(result => Check(result, least, most));
        return option;
    }

    private static Option<double> Number(string name, string description, double least, double most)
    {
        var option = new Option<double>(name) { Description = description };
        option.Validators.Add(result => Check(result, least, most));
        return option;
    }

    // A list of files takes whatever follows it.
    private static void CheckFiles(OptionResult result)
    {
        foreach (string text in result.Tokens.Select(static token => token.Value).Where(static text => text.StartsWith("--", StringComparison.Ordinal)))
            result.AddError($"There is no option {text}.");
    }

    // What is no number at all is refused by the parser itself, with a message of its own.
    private static void Check(OptionResult result, double least, double most)
    {
        if (result.Tokens is not [{ Value: var text }]) return;
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)) return;
        if (!(value >= least && value <= most))
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{result.Option.Name} {text}: must be from {least} to {most}."));
    }

    private static int[]? ParseSeeds(ArgumentResult result)
    {
        string[] ends = result.Tokens[0].Value.Split('-');
        if (ends.Length <= 2 && int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out int from)
            && int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int to) && from <= to && to - from < MostSeeds)
            return [.. Enumerable.Range(from, to - from + 1)];
        result.AddError($"--seeds {result.Tokens[0].Value}: expected a range of at most {MostSeeds} as in 1-10.");
        return null;
    }
}
