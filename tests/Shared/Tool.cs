using System.Diagnostics;
using System.Text;

namespace Apex.Vpn.Testing;

/// <summary>Runs programs to their end.</summary>
public static class Tool
{
    // What the test's own host tells its children about itself would mislead an SDK that is started afresh.
    private static readonly string[] PrivatePrefixes = ["MSBUILD", "VSTEST", "DOTNET_HOST", "COREHOST", "TESTINGPLATFORM"];

    /// <summary>Runs a program; kills it, and whatever it started, at the deadline.</summary>
    /// <param name="program">Its name or path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="deadline">How long it may take.</param>
    /// <exception cref="TimeoutException">It took longer; the message has its output so far.</exception>
    public static async Task<ToolResult> RunAsync(string program, IEnumerable<string> arguments, string folder, TimeSpan deadline)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string name in start.Environment.Keys.Where(IsPrivate).ToArray()) start.Environment.Remove(name);
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";

        var output = new StringBuilder();
        using var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Append(line.Data);
        process.ErrorDataReceived += (_, line) => Append(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var timer = new CancellationTokenSource(deadline);
        try
        {
            await process.WaitForExitAsync(timer.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} took longer than {deadline}: {Text()}");
        }
        return new ToolResult(process.ExitCode, Text());

        void Append(string? line)
        {
            if (line is null) return;
            lock (output) output.AppendLine(line);
        }

        string Text()
        {
            lock (output) return output.ToString();
        }
    }

    private static bool IsPrivate(string name) =>
        PrivatePrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
}
