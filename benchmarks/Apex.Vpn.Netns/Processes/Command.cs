using System.ComponentModel;
using System.Diagnostics;

namespace Apex.Vpn.Netns.Processes;

/// <summary>A program that is run to its end, within a time limit.</summary>
internal static class Command
{
    private static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(60);

    /// <summary>Runs it and returns what it wrote to standard output; it must end with 0.</summary>
    /// <exception cref="MeasurementException">It did not, or took longer than its limit.</exception>
    internal static async Task<string> RunAsync(
        string program,
        IEnumerable<string> arguments,
        CancellationToken cancellationToken,
        string? input = null,
        TimeSpan? limit = null,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        using Process process = Start(program, arguments, environment);
        Task<string> output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        Task<string> error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(limit ?? DefaultLimit);
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            throw new MeasurementException($"{Line(process)}\ntook too long:\n{await output}{await error}");
        }
        return process.ExitCode == 0
            ? await output
            : throw new MeasurementException($"{Line(process)}\nended with {process.ExitCode}:\n{await output}{await error}");
    }

    /// <summary>The same with words separated by blanks.</summary>
    internal static Task<string> RunAsync(string program, string words, CancellationToken cancellationToken) =>
        RunAsync(program, Words(words), cancellationToken);

    /// <summary>Starts a program with its streams redirected and its messages in English.</summary>
    internal static Process Start(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["LC_ALL"] = "C" },
        };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw new MeasurementException($"{program} cannot be run: {exception.Message}");
        }
    }

    internal static string[] Words(string words) => words.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    internal static string Line(Process process) => string.Join(' ', [process.StartInfo.FileName, .. process.StartInfo.ArgumentList]);
}
