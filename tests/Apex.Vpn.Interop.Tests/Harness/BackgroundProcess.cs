using System.Diagnostics;
using System.Globalization;

namespace Apex.Vpn.Interop.Tests.Harness;

/// <summary>A program that runs beside the test; its output is collected and it is ended by its id, and by nothing else.</summary>
internal sealed class BackgroundProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly Task _reading;
    private readonly Lock _gate = new();
    private readonly List<(Func<string, bool> Wanted, TaskCompletionSource<string> Found)> _waiters = [];

    private BackgroundProcess(Process process, string line)
    {
        _process = process;
        Line = line;
        _reading = Task.WhenAll(Collect(process.StandardOutput), Collect(process.StandardError));
    }

    /// <summary>The command as a shell would show it.</summary>
    public string Line { get; }

    /// <summary>The id of the process.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Its exit code, once it has ended.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>All it has said so far.</summary>
    public string Log
    {
        get
        {
            lock (_gate) return string.Join('\n', _lines);
        }
    }

    /// <summary>Starts the program.</summary>
    public static BackgroundProcess Start(
        string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null) =>
        new(Command.Start(program, arguments, environment: environment), Command.Line(program, arguments));

    /// <summary>The first line, of those said and those to come, that is wanted.</summary>
    public async Task<string> WaitForLine(string what, Func<string, bool> wanted, TimeSpan? deadline = null)
    {
        TaskCompletionSource<string> found = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_lines.Find(line => wanted(line)) is { } said) return said;
            _waiters.Add((wanted, found));
        }

        try
        {
            return await found.Task.WaitAsync(deadline ?? Poll.DefaultDeadline);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Waited in vain for {what} from {Line}\n{Log}");
        }
    }

    /// <summary>Waits for the end and returns the exit code.</summary>
    public async Task<int> WaitForExit(TimeSpan? deadline = null)
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(deadline ?? Poll.DefaultDeadline);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Did not end: {Line}\n{Log}");
        }

        await _reading;
        return ExitCode;
    }

    /// <summary>Sends a signal by name, such as <c>TERM</c>, to exactly this process.</summary>
    public async Task Signal(string name)
    {
        if (HasExited) return;
        await Command.Run("kill", ["-s", name, Id.ToString(CultureInfo.InvariantCulture)]);
    }

    /// <summary>Ends it by SIGTERM, and by SIGKILL if that was not heard.</summary>
    public async ValueTask DisposeAsync()
    {
        await Signal("TERM");
        try
        {
            await WaitForExit();
        }
        catch (TimeoutException)
        {
            _process.Kill();
            await WaitForExit();
            throw;
        }
        finally
        {
            _process.Dispose();
        }
    }

    private async Task Collect(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_gate)
            {
                _lines.Add(line);
                foreach (var (_, found) in _waiters.Where(waiter => waiter.Wanted(line))) found.TrySetResult(line);
            }
        }
    }
}
