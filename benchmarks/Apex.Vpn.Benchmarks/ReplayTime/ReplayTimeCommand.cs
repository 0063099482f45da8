using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using Apex.Vpn.Benchmarks.Commands;

namespace Apex.Vpn.Benchmarks.ReplayTime;

/// <summary>
/// <c>replay-time --files FILE … [--servers 20] [--probes 8] [--seed 1 | --seeds 1-10] [--json]</c>: users of a measured Internet keep or
/// leave their server as time goes on, by our rule, by the latest measurement, and not at all.
/// </summary>
internal static class ReplayTimeCommand
{
    private const int MostSeeds = 1000;

    internal static int Run(string[] arguments)
    {
        var files = new Option<string[]>("--files")
        {
            Description = "Two or more slices in the order of time: round trips in seconds between the same N hosts, N lines of N numbers, "
                + "tab-separated, plain or gzip, 0 where not measured.",
            HelpName = "FILE",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        files.Validators.Add(static result =>
        {
            // They would be taken for one file more.
            Token? unknown = result.Tokens.FirstOrDefault(static token => token.Value.StartsWith("--", StringComparison.Ordinal));
            if (unknown is not null) result.AddError($"Unknown option: {unknown.Value}.");
            else if (result.Tokens.Count < 2) result.AddError("--files: two slices at least; a choice is judged by the slice after it.");
        });
        Option<int> servers = Whole("--servers", "How many hosts are servers, drawn by the seed; the others are users.", 20, 2, 256);
        Option<int> probes = Whole("--probes", "How many servers a user probes in a slice.", 8, 2, 32);
        Option<int> seed = Whole("--seed", "Draws the servers.", 1, 0, int.MaxValue);
        var seeds = new Option<int[]?>("--seeds")
        {
            Description = $"Seeds from-to in place of one, at most {MostSeeds}; as in 1-10.",
            HelpName = "FROM-TO",
            CustomParser = ParseSeeds,
        };
        var json = new Option<bool>("--json") { Description = "Print JSON in place of a table." };
        const string Description = "Replays slices of measured round trips: how often users switch servers and what that costs or saves, by "
            + "our rule, always to the best of the latest measurements, and never.";
        var command = new Command("replay-time", Description)
        {
            files, servers, probes, seed, seeds, json,
        };
        command.SetAction(parsed =>
        {
            ReplayTimeReport report = ReplayTimeRun.Run(new ReplayTimeOptions
            {
                Files = parsed.GetRequiredValue(files),
                Servers = parsed.GetValue(servers),
                Probes = parsed.GetValue(probes),
                Seeds = parsed.GetValue(seeds) is { Length: > 0 } many ? many : [parsed.GetValue(seed)],
            });
            Console.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(report, JsonSerializerOptions.Web) : report.ToText());
        });
        return ConsoleCommand.Invoke(command, arguments);
    }

    private static Option<int> Whole(string name, string description, int otherwise, int least, int most)
    {
        var option = new Option<int>(name) { Description = $"{description} {least} to {most}.", DefaultValueFactory = _ => otherwise };
        option.Validators.Add(result =>
        {
            // What is no whole number is refused by the parser itself.
            if (result.Tokens is not [{ Value: var text }] || !int.TryParse(text, CultureInfo.InvariantCulture, out int value)) return;
            if (value < least || value > most) result.AddError($"{name}: {least} to {most}.");
        });
        return option;
    }

    private static int[]? ParseSeeds(ArgumentResult result)
    {
        string[] ends = result.Tokens[0].Value.Split('-');
        if (ends.Length == 2
            && int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out int first)
            && int.TryParse(ends[1], NumberStyles.None, CultureInfo.InvariantCulture, out int last)
            && first <= last && (long)last - first < MostSeeds)
            return [.. Enumerable.Range(first, last - first + 1)];
        result.AddError($"--seeds: from-to, as in 1-10, at most {MostSeeds}.");
        return null;
    }
}
