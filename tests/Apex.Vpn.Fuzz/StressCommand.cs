using Apex.Vpn.Fuzz.Stress;

namespace Apex.Vpn.Fuzz;

/// <summary><c>stress [--seconds N] [--seed S] [--few-indices] [--yields]</c>; exit code 0 when all was well.</summary>
internal static class StressCommand
{
    internal static int Run(CommandLine line)
    {
        var options = new StressOptions
        {
            Duration = TimeSpan.FromSeconds(line.Number("--seconds", 60)),
            Seed = (ulong)line.Number("--seed", Environment.TickCount),
            FewIndices = line.Flag("--few-indices"),
            Yields = line.Flag("--yields"),
        };
        if (line.Unknown.FirstOrDefault() is { } unknown)
        {
            Console.Error.WriteLine($"There is no option {unknown}.");
            return 2;
        }
        Console.WriteLine($"Stress for {options.Duration.TotalSeconds} s, seed {options.Seed}.");
        IReadOnlyList<string> failures = StressRun.Execute(options, Console.WriteLine, measuresMemory: true);
        foreach (string failure in failures) Console.Error.WriteLine(failure);
        return failures.Count == 0 ? 0 : 1;
    }
}
