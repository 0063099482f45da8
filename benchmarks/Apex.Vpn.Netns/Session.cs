using Apex.Vpn.Netns.Measuring;
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

    private static async Task<int> MeasureAsync(CompareOptions options, string peer, string commandLine, CancellationToken cancellationToken)
    {
        (string subject, IReadOnlyList<Contender> all) = Lineup.Create(options);
        IReadOnlyList<Experiment> plan = Plan.Create([.. all.Select(static contender => contender.Name)], subject, options.Only);
        HashSet<string> names = [.. plan.SelectMany(static experiment => experiment.Contenders)];
        Contender[] contenders = [.. all.Where(contender => names.Contains(contender.Name))];
        if (!options.NoBuild) await Build.MakeAsync(contenders, Console.Error, cancellationToken);

        DateTimeOffset begin = DateTimeOffset.UtcNow;
        var comparison = new Comparison(options, contenders, Console.Error);
        Findings findings = await comparison.RunAsync(subject, plan, cancellationToken);
        var setting = new Setting(
            begin,
            Setting.DescribeMachine(),
            (await File.ReadAllTextAsync("/proc/sys/net/ipv4/tcp_congestion_control", cancellationToken)).Trim(),
            await CommitAsync(cancellationToken),
            peer,
            contenders.ToDictionary(static contender => contender.Name, Describe),
            commandLine);
        Console.Write(Report.Write(setting, findings));
        if (options.Json is { } json) await File.WriteAllTextAsync(json.FullName, JsonReport.Write(setting, findings), cancellationToken);
        return comparison.HasFailures ? ExitCodes.Failed : ExitCodes.Measured;
    }

    private static string Describe(Contender contender)
    {
        string environment = string.Concat(contender.Left.Environment.Select(static pair => $"{pair.Key}={pair.Value} "));
        string left = Path.GetRelativePath(Repository.Root, contender.Left.Path), right = Path.GetRelativePath(Repository.Root, contender.Right.Path);
        return environment + (left == right ? left : $"{left} <-> {right}");
    }

    private static async Task<string> CommitAsync(CancellationToken cancellationToken) =>
        (await Command.RunAsync("git", ["-C", Repository.Root, "-c", "safe.directory=*", "describe", "--always", "--dirty"], cancellationToken)).Trim();
}
