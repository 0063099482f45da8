using Apex.Vpn.Netns.Measuring;
using Apex.Vpn.Netns.Network;
using Apex.Vpn.Netns.Processes;
using Apex.Vpn.Netns.Results;

namespace Apex.Vpn.Netns;

/// <summary>One call of the program: looks whether it can run, builds, measures, reports.</summary>
internal static class Session
{
    internal static async Task<int> RunAsync(CompareOptions options, string commandLine, CancellationToken cancellationToken)
    {
        if (Preconditions.Missing() is { } missing)
        {
            await Console.Error.WriteLineAsync(missing);
            return ExitCodes.CannotRun;
        }
        try
        {
            string version = Peer.ReadVersion();
            if (Peer.IsNewEnough(version)) return await MeasureAsync(options, version, commandLine, cancellationToken);
            throw new MeasurementException($"wireguard-go {version} is older than {Peer.OldestVersion}: run .ci/peers.");
        }
        catch (MeasurementException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return ExitCodes.Failed;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Stopped.");
            return ExitCodes.Failed;
        }
    }

    private static async Task<int> MeasureAsync(
        CompareOptions options, string peer, string commandLine, CancellationToken cancellationToken)
    {
        (string subject, IReadOnlyList<Contender> all) = Lineup.Create(options);
        IReadOnlyList<Experiment> plan = Plan.Create([.. all.Select(static contender => contender.Name)], subject, options.Only);
        HashSet<string> names = [.. plan.SelectMany(static experiment => experiment.Contenders)];
        Contender[] contenders = [.. all.Where(contender => names.Contains(contender.Name))];
        // Programs that are named are taken as they are.
        if (!options.NoBuild && options.Ours.Count == 0) await Build.MakeAsync(contenders, Console.Error, cancellationToken);

        DateTimeOffset begin = DateTimeOffset.UtcNow;
        var comparison = new Comparison(options, contenders, Console.Error);
        Findings findings = await comparison.RunAsync(subject, plan, cancellationToken);
        var setting = new Setting(
            begin,
            Setting.DescribeMachine(),
            (await File.ReadAllTextAsync("/proc/sys/net/ipv4/tcp_congestion_control", cancellationToken)).Trim(),
            await CommitAsync(cancellationToken),
            peer,
            await DescribeAsync(contenders, cancellationToken),
            commandLine);
        Console.Write(Report.Write(setting, findings));
        if (options.Json is { } json) await File.WriteAllTextAsync(json.FullName, JsonReport.Write(setting, findings), cancellationToken);
        return comparison.HasFailures ? ExitCodes.Failed : ExitCodes.Measured;
    }

    // What a program says of itself proves that it is the build that was meant.
    private static async Task<Dictionary<string, string>> DescribeAsync(
        IEnumerable<Contender> contenders, CancellationToken cancellationToken)
    {
        Dictionary<string, string> programs = [];
        foreach (Contender contender in contenders)
        {
            string text = await DescribeAsync(contender.Left, cancellationToken);
            if (contender.Right != contender.Left) text += " <-> " + await DescribeAsync(contender.Right, cancellationToken);
            programs.Add(contender.Name, text);
        }
        return programs;
    }

    private static async Task<string> DescribeAsync(DaemonProgram program, CancellationToken cancellationToken)
    {
        string environment = string.Concat(program.Environment.Select(static pair => $"{pair.Key}={pair.Value} "));
        string version = await Command.RunAsync(program.Path, ["--version"], cancellationToken, environment: program.Environment);
        return $"{environment}{Path.GetRelativePath(Repository.Root, program.Path)} ({version.Split('\n')[0]})";
    }

    private static async Task<string> CommitAsync(CancellationToken cancellationToken)
    {
        string[] words = ["-C", Repository.Root, "-c", "safe.directory=*", "describe", "--always", "--dirty"];
        return (await Command.RunAsync("git", words, cancellationToken)).Trim();
    }
}
