using System.Diagnostics;

namespace Apex.Vpn.Benchmarks.Scale;

/// <summary>What stock <c>wg</c> took with a daemon that was started for it, in a network namespace of its own.</summary>
/// <param name="Setconf">Seconds for <c>wg setconf</c>.</param>
/// <param name="Show">Seconds for <c>wg show dump</c>.</param>
/// <param name="ResidentMegabytes">What the daemon holds afterwards.</param>
internal sealed record DaemonRun(double Setconf, double Show, double ResidentMegabytes)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private static int _runs;

    internal static DaemonRun Measure(string program, string configuration, int peers)
    {
        string name = $"sc{Environment.ProcessId % 100_000}x{_runs++}";
        Execute("ip", "netns", "add", name);
        try
        {
            // "ip netns exec" becomes the program, so the process is the daemon's own.
            using Process daemon = StartQuietly("ip", ["netns", "exec", name, Path.GetFullPath(program), "-f", name]);
            try
            {
                WaitForSocket(name, daemon);
                double setconf = Execute("wg", "setconf", name, configuration).Seconds;
                (double show, string dump) = Execute("wg", "show", name, "dump");
                int lines = dump.AsSpan().Count('\n');
                if (lines != peers + 1) throw new InvalidOperationException($"{program} has {lines - 1} peers instead of {peers}.");
                daemon.Refresh();
                return new DaemonRun(setconf, show, daemon.WorkingSet64 / 1e6);
            }
            finally
            {
                daemon.Kill();
                daemon.WaitForExit();
            }
        }
        finally
        {
            Execute("ip", "netns", "del", name);
            File.Delete(SocketOf(name));
        }
    }

    private static string SocketOf(string name) => $"/var/run/wireguard/{name}.sock";

    private static void WaitForSocket(string name, Process daemon)
    {
        long begin = Stopwatch.GetTimestamp();
        while (!File.Exists(SocketOf(name)))
        {
            if (daemon.HasExited) throw new InvalidOperationException($"The daemon ended at once with {daemon.ExitCode}.");
            if (Stopwatch.GetElapsedTime(begin) > Patience) throw new TimeoutException("The daemon makes no socket.");
            Thread.Sleep(10);
        }
    }

    private static (double Seconds, string Output) Execute(string program, params string[] arguments)
    {
        string line = $"{program} {string.Join(' ', arguments)}";
        long begin = Stopwatch.GetTimestamp();
        using Process process = Start(program, arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill();
            throw new TimeoutException($"{line} takes too long.");
        }
        double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        string text = output.GetAwaiter().GetResult();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{line} ended with {process.ExitCode}.");
        return (seconds, text);
    }

    private static Process Start(string program, IReadOnlyList<string> arguments, bool quietly = false)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = quietly };
        start.Environment["WG_HIDE_KEYS"] = "never";
        start.Environment["LOG_LEVEL"] = "error";
        return Process.Start(start) ?? throw new InvalidOperationException($"{program} does not start.");
    }

    /// <summary>Starts a program whose words nobody wants: wireguard-go begins with a page about the kernel's engine.</summary>
    private static Process StartQuietly(string program, IReadOnlyList<string> arguments)
    {
        Process process = Start(program, arguments, quietly: true);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
