using System.ComponentModel;
using System.Diagnostics;

namespace Apex.Vpn.Interop.Tests.Harness;

/// <summary>A program run to its end, with a time limit.</summary>
internal static class Command
{
    private static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(60);

    /// <summary>Runs the program, feeds it <paramref name="input"/> and returns what it said; its exit code is the caller's to judge.</summary>
    public static async Task<CommandResult> Run(
        string program, IReadOnlyList<string> arguments, string? input = null, TimeSpan? limit = null)
    {
        using var process = Start(program, arguments, withInput: input is not null);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(limit ?? DefaultLimit);
        try
        {
            if (input is not null) await Feed(process, input, deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"Ran into its time limit: {Line(program, arguments)}\n{await output}{await error}");
        }

        return new CommandResult(Line(program, arguments), process.ExitCode, await output, await error);
    }

    /// <summary>Starts a program with its output redirected, its messages in English and keys shown by <c>wg</c>.</summary>
    public static Process Start(
        string program, IReadOnlyList<string> arguments, bool withInput = false, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["LC_ALL"] = "C", ["WG_HIDE_KEYS"] = "never" },
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        if (!withInput) process.StandardInput.Close();
        return process;
    }

    /// <summary>The command as a shell would show it.</summary>
    public static string Line(string program, IReadOnlyList<string> arguments) => string.Join(' ', [program, .. arguments]);

    private static async Task Feed(Process process, string input, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
            process.StandardInput.Close();
        }
        catch (Exception exception) when (exception is IOException or Win32Exception)
        {
            // It ended without reading all: its exit code tells why.
        }
    }
}

/// <summary>What a program said and how it ended.</summary>
internal sealed record CommandResult(string Line, int ExitCode, string Output, string Error)
{
    /// <summary>Output and error together.</summary>
    public string Text => Output + Error;

    /// <summary>Fails the test unless the program ended well; returns its output without the white space around it.</summary>
    public string Checked()
    {
        Assert.True(ExitCode == 0, $"{Line}\nended with {ExitCode}:\n{Text}");
        return Output.Trim();
    }

    /// <summary>Fails the test if the program ended well; returns all it said.</summary>
    public string Refused()
    {
        Assert.True(ExitCode != 0, $"{Line}\nshould have failed:\n{Text}");
        return Text;
    }
}
