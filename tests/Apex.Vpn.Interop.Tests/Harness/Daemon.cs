namespace Apex.Vpn.Interop.Tests.Harness;

/// <summary>A running WireGuard daemon: its sockets live in the namespace it was started in, its interface wherever it was moved.</summary>
internal sealed class Daemon : IAsyncDisposable
{
    private readonly BackgroundProcess _process;
    private bool _mayEnd;

    private Daemon(DaemonKind kind, string name, BackgroundProcess process)
    {
        Kind = kind;
        Interface = name;
        _process = process;
    }

    /// <summary>Which program it is.</summary>
    public DaemonKind Kind { get; }

    /// <summary>The name of its interface.</summary>
    public string Interface { get; }

    /// <summary>The id of its process.</summary>
    public int ProcessId => _process.Id;

    /// <summary>What it logged.</summary>
    public string Log => _process.Log;

    /// <summary>Starts it in the foreground and waits until its socket answers; the link exists by then.</summary>
    public static async Task<Daemon> Start(DaemonKind kind, NetNamespace net, string? name = null)
    {
        name ??= Names.Next("wg");
        var program = kind.Program();
        Assert.True(File.Exists(program), $"{program} is missing: build the solution and run .ci/peers.");
        Dictionary<string, string> environment = new() { ["LOG_LEVEL"] = "verbose" };
        var daemon = new Daemon(kind, name, net.Start(program, ["-f", name], environment));
        try
        {
            await Poll.Until($"{kind} to answer on its socket", daemon.Answers);
            await net.Ip($"link show dev {name}");
            return daemon;
        }
        catch (Exception exception)
        {
            await daemon._process.DisposeAsync();
            throw new InvalidOperationException($"{daemon._process.Line}\n{daemon.Log}", exception);
        }
    }

    /// <summary>Waits until it ended by itself, as it must when its interface or its socket is gone; returns the exit code.</summary>
    public Task<int> WaitForExit()
    {
        _mayEnd = true;
        return _process.WaitForExit();
    }

    /// <summary>Ends it by a signal, such as <c>TERM</c>, and returns the exit code.</summary>
    public async Task<int> End(string signal = "TERM")
    {
        _mayEnd = true;
        await _process.Signal(signal);
        return await _process.WaitForExit();
    }

    /// <summary>Ends it, and fails the test if it had ended before without having been asked to.</summary>
    public async ValueTask DisposeAsync()
    {
        var crashed = _process.HasExited && !_mayEnd;
        var code = crashed ? _process.ExitCode : 0;
        await _process.DisposeAsync();
        Assert.False(crashed, $"{Kind} ended during the test with {code}:\n{Log}");
    }

    private async Task<bool> Answers()
    {
        if (_process.HasExited) throw new InvalidOperationException($"{Kind} ended at once with {_process.ExitCode}.");
        return await Uapi.TryGet(Interface) is { } answer && answer.EndsWith("errno=0\n", StringComparison.Ordinal);
    }
}
