using System.CommandLine;
using Apex.Vpn.Netns;
using Apex.Vpn.Netns.Measuring;

Option<int> rounds = new("--rounds") { Description = "How many rounds of each experiment.", DefaultValueFactory = static _ => 5 };
Option<double> seconds = new("--seconds") { Description = "How long each measurement takes.", DefaultValueFactory = static _ => 4 };
Option<string?> only = new("--only")
{
    Description = "Which experiments, separated by commas: " + string.Join(", ", Plan.Names),
    HelpName = "NAMES",
};
Option<string[]> ours = new("--ours")
{
    Description = "A program to measure in place of our own builds; again for another one beside it.",
    HelpName = "PATH",
};
Option<bool> oursJit = new("--ours-jit")
{
    Description = "Measure our build for the JIT compiler in place of the one compiled ahead of time.",
};
Option<bool> noBuild = new("--no-build") { Description = "Measure our builds as they are." };
Option<bool> skipRaw = new("--skip-raw") { Description = "Leave out the raw link: faster, but nobody knows how the machine drifted." };
Option<bool> keepGoing = new("--keep-going") { Description = "Go on when a measurement fails." };
Option<FileInfo?> json = new("--json") { Description = "Write every reading to this file.", HelpName = "FILE" };

rounds.Validators.Add(result => Demand(result.GetValue(rounds) is >= 1 and <= 1000, result, "1 to 1000 rounds."));
seconds.Validators.Add(result => Demand(result.GetValue(seconds) is >= 1 and <= 600, result, "1 to 600 seconds."));
only.Validators.Add(result =>
{
    string[] unknown = [.. Split(result.GetValue(only)).Except(Plan.Names)];
    Demand(unknown.Length == 0, result, $"No such experiment: {string.Join(", ", unknown)}. There are: {string.Join(", ", Plan.Names)}.");
});

RootCommand command = new("Compares apex-wg with wireguard-go in network namespaces, in turns; see benchmarks/netns/README.md.")
{
    rounds, seconds, only, ours, oursJit, noBuild, skipRaw, keepGoing, json,
};
command.SetAction((parsed, cancellationToken) => Session.RunAsync(
    new CompareOptions
    {
        Rounds = parsed.GetValue(rounds),
        Seconds = parsed.GetValue(seconds),
        Only = Split(parsed.GetValue(only)),
        Ours = parsed.GetValue(ours) ?? [],
        OursJit = parsed.GetValue(oursJit),
        NoBuild = parsed.GetValue(noBuild),
        SkipRaw = parsed.GetValue(skipRaw),
        KeepGoing = parsed.GetValue(keepGoing),
        Json = parsed.GetValue(json),
    },
    "benchmarks/netns/compare " + string.Join(' ', args),
    cancellationToken));
// Whatever ends the program has it clean up first, and cleaning up takes its time.
return await command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) });

static void Demand(bool holds, System.CommandLine.Parsing.SymbolResult result, string message)
{
    if (!holds) result.AddError(message);
}

static string[] Split(string? names) => names?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
