using System.Net.Sockets;
using Apex.Vpn.Netns.Processes;

namespace Apex.Vpn.Netns.Network;

/// <summary>A program that carries a WireGuard interface, and what is set in its environment.</summary>
internal sealed record DaemonProgram(string Path, IReadOnlyDictionary<string, string> Environment);

/// <summary>A WireGuard daemon in a namespace, configured by <c>wg</c>.</summary>
internal sealed class Daemon : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private readonly NetNamespace _net;
    private readonly BackgroundProcess _process;

    private Daemon(NetNamespace net, string name, BackgroundProcess process) => (_net, Interface, _process) = (net, name, process);

    internal string Interface { get; }

    internal int ProcessId => _process.Id;

    /// <summary>Its public key, once <see cref="ConfigureAsync"/> has run.</summary>
    internal string PublicKey { get; private set; } = "";

    /// <summary>Starts it and waits until its socket answers.</summary>
    internal static async Task<Daemon> StartAsync(DaemonProgram program, NetNamespace net, CancellationToken cancellationToken)
    {
        string name = Names.Next("wg");
        var daemon = new Daemon(net, name, net.Start(program.Path, $"-f {name}", program.Environment));
        try
        {
            await daemon.WaitForSocketAsync(cancellationToken);
            return daemon;
        }
        catch
        {
            await daemon.DisposeAsync();
            throw;
        }
    }

    /// <summary>Gives it a fresh key and a port.</summary>
    internal async Task ConfigureAsync(int port, CancellationToken cancellationToken)
    {
        string key = await Command.RunAsync("wg", ["genkey"], cancellationToken);
        PublicKey = (await Command.RunAsync("wg", ["pubkey"], cancellationToken, key)).Trim();
        string[] words = ["set", Interface, "listen-port", $"{port}", "private-key", "/dev/stdin"];
        await Command.RunAsync("wg", words, cancellationToken, key);
    }

    /// <summary>Gives it its peer and brings its interface up.</summary>
    internal async Task ConnectAsync(Daemon peer, string endpoint, string address, int mtu, CancellationToken cancellationToken)
    {
        await Command.RunAsync("wg", $"set {Interface} peer {peer.PublicKey} endpoint {endpoint} allowed-ips 0.0.0.0/0", cancellationToken);
        await _net.IpAsync($"addr add {address} dev {Interface}", cancellationToken);
        await _net.IpAsync($"link set {Interface} mtu {mtu} up", cancellationToken);
    }

    /// <exception cref="MeasurementException">It has ended.</exception>
    internal void MustRun()
    {
        if (_process.HasExited) throw new MeasurementException($"The daemon ended: {_process.Log}");
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private async Task WaitForSocketAsync(CancellationToken cancellationToken)
    {
        long end = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!Answers())
        {
            MustRun();
            if (Environment.TickCount64 > end) throw new MeasurementException($"The daemon does not answer: {_process.Log}");
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    private bool Answers()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint($"/var/run/wireguard/{Interface}.sock"));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
