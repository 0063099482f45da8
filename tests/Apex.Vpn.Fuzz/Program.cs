using System.Globalization;
using Apex.Vpn.Fuzz.Stress;

// Apex.Vpn.Fuzz stress [--seconds N] [--seed S] [--few-indices] [--yields]
var options = new StressOptions
{
    Duration = TimeSpan.FromSeconds(int.Parse(Option("--seconds") ?? "60", CultureInfo.InvariantCulture)),
    Seed = ulong.Parse(Option("--seed") ?? "1", CultureInfo.InvariantCulture),
    FewIndices = args.Contains("--few-indices"),
    Yields = args.Contains("--yields"),
};
IReadOnlyList<string> failures = StressRun.Execute(options, Console.WriteLine, measuresMemory: true);
foreach (string failure in failures) Console.Error.WriteLine(failure);
return failures.Count == 0 ? 0 : 1;

string? Option(string name)
{
    int at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
}
