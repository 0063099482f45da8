using Xunit.Abstractions;

namespace Apex.Vpn.Interop.Tests.Harness;

/// <summary>Everything that one test sets up, taken down at its end whatever happened; the daemons' logs go to the test's output.</summary>
internal sealed class Scenario(ITestOutputHelper output) : IAsyncDisposable
{
    private const int LogLines = 120;
    private readonly List<NetNamespace> _namespaces = [];
    private readonly List<Daemon> _daemons = [];
    private readonly List<IAsyncDisposable> _others = [];

    /// <summary>A new namespace.</summary>
    public async Task<NetNamespace> Namespace()
    {
        var created = await NetNamespace.Create();
        _namespaces.Add(created);
        return created;
    }

    /// <summary>A new daemon with its sockets in a namespace.</summary>
    public async Task<Daemon> Daemon(DaemonKind kind, NetNamespace net, string? name = null)
    {
        var started = await Harness.Daemon.Start(kind, net, name);
        _daemons.Add(started);
        return started;
    }

    /// <summary>Takes charge of something else, which is disposed of before the daemons.</summary>
    public T Own<T>(T other)
        where T : IAsyncDisposable
    {
        _others.Add(other);
        return other;
    }

    /// <summary>Ends what runs, then deletes the namespaces. A crash of a daemon is reported last, so that nothing is left behind.</summary>
    public async ValueTask DisposeAsync()
    {
        List<Exception> failures = [];
        foreach (var disposable in Enumerable.Reverse<IAsyncDisposable>([.. _namespaces, .. _daemons, .. _others]))
        {
            try
            {
                await disposable.DisposeAsync();
            }
            catch (Exception exception)
            {
                failures.Add(exception);
            }
        }

        foreach (var daemon in _daemons) Report(daemon);
        if (failures.Count > 0) throw new AggregateException(failures);
    }

    private void Report(Daemon daemon)
    {
        // wireguard-go greets in a box and tells of each goroutine.
        string[] lines = [.. daemon.Log.Split('\n').Where(static line => !line.Contains("Routine:") && !line.TrimStart().StartsWith('│'))];
        output.WriteLine($"--- {daemon.Kind} {daemon.Interface}: the last {Math.Min(LogLines, lines.Length)} of {lines.Length} lines");
        foreach (var line in lines.TakeLast(LogLines)) output.WriteLine(line);
    }
}
