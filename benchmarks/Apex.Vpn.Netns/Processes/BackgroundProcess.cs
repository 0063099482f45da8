using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Apex.Vpn.Netns.Processes;

/// <summary>A program that runs beside the measurements; ended by its id.</summary>
internal sealed class BackgroundProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private readonly Process _process;
    private readonly StringBuilder _log = new();
    private readonly TaskCompletionSource _said = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;
    private readonly string? _awaited;

    private BackgroundProcess(Process process, string? awaited)
    {
        (_process, _awaited) = (process, awaited);
        process.StandardInput.Close();
        _reading = Task.WhenAll(CollectAsync(process.StandardOutput), CollectAsync(process.StandardError));
    }

    internal int Id => _process.Id;

    internal bool HasExited => _process.HasExited;

    /// <summary>The command and all it has said so far.</summary>
    internal string Log
    {
        get
        {
            lock (_log) return $"{Command.Line(_process)}\n{_log}";
        }
    }

    /// <summary>Starts it.</summary>
    /// <param name="program">Its name or path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">What is added to its environment.</param>
    /// <param name="awaited">What a line has to contain for <see cref="WaitForLineAsync"/>.</param>
    internal static BackgroundProcess Start(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? awaited = null) =>
        new(Command.Start(program, arguments, environment), awaited);

    /// <summary>Waits until it has said what is awaited of it.</summary>
    internal async Task WaitForLineAsync(CancellationToken cancellationToken)
    {
        Task first = await Task.WhenAny(_said.Task, _reading).WaitAsync(Patience, cancellationToken);
        if (first != _said.Task) throw new MeasurementException($"Ended too early: {Log}");
    }

    /// <summary>Waits for its end; it must end with 0.</summary>
    internal async Task WaitForExitAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken).WaitAsync(limit, cancellationToken);
        await _reading;
        if (_process.ExitCode != 0) throw new MeasurementException($"Ended with {_process.ExitCode}: {Log}");
    }

    /// <summary>Ends it by SIGTERM, and by SIGKILL if that was not heard.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using Process kill = Command.Start("kill", ["-s", "TERM", Id.ToString(CultureInfo.InvariantCulture)]);
            using var patience = new CancellationTokenSource(Patience);
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill();
            }
        }
        await _reading;
        _process.Dispose();
    }

    private async Task CollectAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_log) _log.AppendLine(line);
            if (_awaited is not null && line.Contains(_awaited, StringComparison.Ordinal)) _said.TrySetResult();
        }
    }
}
