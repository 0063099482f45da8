using System.Diagnostics;
using Apex.Vpn.Fuzz.Fuzzing;
using Apex.Vpn.Protocol.Diagnostics;

namespace Apex.Vpn.Fuzz;

/// <summary>
/// <c>[fuzz] [--inputs N] [--seed S] [--family NAME] [--chunk C] [--threads T]</c>; exit code 0 when nothing was found and, with all families,
/// every drop reason was hit.
/// </summary>
internal static class FuzzCommand
{
    private const long MemoryAllowance = 16 << 20;

    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(10);

    internal static int Run(CommandLine line)
    {
        var options = new FuzzOptions
        {
            Inputs = line.Number("--inputs", 5_000_000),
            Seed = (ulong)line.Number("--seed", Environment.TickCount),
            Family = line.Text("--family"),
            Chunk = (int)line.Number("--chunk", -1),
            Threads = (int)line.Number("--threads", 2),
        };
        if (line.Unknown.FirstOrDefault() is { } unknown)
        {
            Console.Error.WriteLine($"There is no option {unknown}.");
            return 2;
        }
        long floor = Warm(options);
        var elapsed = Stopwatch.StartNew();
        var run = new FuzzRun(options);
        TimeSpan told = TimeSpan.Zero;
        run.Execute(run =>
        {
            if (elapsed.Elapsed - told < ProgressInterval && run.Fed < run.Wanted) return;
            told = elapsed.Elapsed;
            Console.WriteLine($"{run.Fed,11:N0} of {run.Wanted:N0} inputs, {told.TotalSeconds:N0} s");
        });
        Report(run, options, elapsed.Elapsed);
        long left = GC.GetTotalMemory(forceFullCollection: true) - floor;
        if (left > MemoryAllowance) run.Failures.Add($"{left >> 20} MiB of managed memory are left.");
        foreach (string failure in run.Failures) Console.Error.WriteLine(failure);
        return run.Failures.Count == 0 ? 0 : 1;
    }

    /// <summary>Runs each family once, so that what is made once is there; returns the memory then in use.</summary>
    private static long Warm(FuzzOptions options)
    {
        new FuzzRun(options with { Inputs = 1000, Chunk = -1 }).Execute(progress: null);
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private static void Report(FuzzRun run, FuzzOptions options, TimeSpan elapsed)
    {
        Console.WriteLine();
        Console.WriteLine($"Seed {options.Seed}: {run.Fed:N0} inputs in {elapsed.TotalSeconds:N1} s");
        for (int i = 0; i < FuzzFamily.All.Count; i++) Print(run.FedTo(i), FuzzFamily.All[i].Name);
        Console.WriteLine();
        foreach ((string what, long count) in run.Tally.Counts()) Print(count, what);
        Console.WriteLine();
        Console.WriteLine("Dropped as");
        for (var reason = DropReason.None + 1; (int)reason < DropReasonNames.Count; reason++) Print(run.Tally.Dropped(reason), DropReasonNames.ToText(reason));
    }

    private static void Print(long count, string what) => Console.WriteLine($"{count,14:N0}  {what}");
}
