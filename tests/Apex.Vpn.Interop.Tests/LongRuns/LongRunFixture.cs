using System.Collections.Concurrent;
using Apex.Vpn.Interop.Tests.Harness;
using Xunit.Abstractions;

namespace Apex.Vpn.Interop.Tests.LongRuns;

/// <summary>
/// Runs that mostly wait for minutes to pass. All of them are started together with the first test that asks for one, so that they
/// take as long as the longest of them and leave the processors to the other tests.
/// </summary>
public sealed class LongRunFixture : IAsyncLifetime, IDisposable
{
    private readonly SemaphoreSlim _building = new(2);
    private readonly ConcurrentDictionary<(string, DaemonKind, DaemonKind), (Task Result, BufferedOutput Output)> _runs = new();

    /// <summary>Starts every run.</summary>
    public Task InitializeAsync()
    {
        if (PeerRequirements.Reason is not null) return Task.CompletedTask;
        foreach (var run in LongRun.All)
        {
            foreach (var (left, right) in run.Pairs.Select(static row => ((DaemonKind)row[0], (DaemonKind)row[1])))
            {
                var output = new BufferedOutput();
                _runs[(run.Name, left, right)] = (Task.Run(() => Run(run, left, right, output)), output);
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>Waits for the end of a run and hands on what it said.</summary>
    public async Task Result(string name, DaemonKind left, DaemonKind right, ITestOutputHelper output)
    {
        var (result, said) = _runs[(name, left, right)];
        try
        {
            await result;
        }
        finally
        {
            said.CopyTo(output);
        }
    }

    /// <summary>Waits for the runs that no test asked for.</summary>
    public Task DisposeAsync() => Task.WhenAll(_runs.Values.Select(static run => run.Result)).ContinueWith(
        static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

    /// <inheritdoc/>
    public void Dispose() => _building.Dispose();

    private async Task Run(LongRun run, DaemonKind left, DaemonKind right, BufferedOutput output)
    {
        await using var scenario = new Scenario(output);
        var (tunnel, capture) = await Build(scenario, left, right);
        try
        {
            await run.Body(tunnel, capture);
        }
        finally
        {
            output.WriteLine($"--- on the link\n{capture}");
        }
    }

    private async Task<(Tunnel Tunnel, Capture Capture)> Build(Scenario scenario, DaemonKind left, DaemonKind right)
    {
        await _building.WaitAsync();
        try
        {
            var tunnel = await Tunnel.Create(scenario, left, right);
            return (tunnel, scenario.Own(await Capture.Start(tunnel.Left.Net, "cable")));
        }
        finally
        {
            _building.Release();
        }
    }
}

/// <summary>Keeps what a run says until a test may say it.</summary>
internal sealed class BufferedOutput : ITestOutputHelper
{
    private readonly ConcurrentQueue<string> _lines = new();

    /// <inheritdoc/>
    public void WriteLine(string message) => _lines.Enqueue(message);

    /// <inheritdoc/>
    public void WriteLine(string format, params object[] args) => _lines.Enqueue(string.Format(null, format, args));

    /// <summary>Says it.</summary>
    public void CopyTo(ITestOutputHelper output)
    {
        foreach (var line in _lines) output.WriteLine(line);
    }
}
