using Apex.Vpn.Netns.Processes;

namespace Apex.Vpn.Netns.Network;

/// <summary>Where traffic goes: from the left namespace to an address in the right one, through two daemons or none.</summary>
internal sealed record Route(NetNamespace Left, NetNamespace Right, string RightAddress, Daemon[] Daemons)
{
    /// <summary>The cable itself.</summary>
    internal static Route Raw(Link link) => new(link.Left, link.Right, Link.RightAddress, []);
}

/// <summary>A daemon at each end of a link, each other's only peer. Any number of tunnels share a link.</summary>
internal sealed class Tunnel : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private readonly Daemon _left, _right;

    private Tunnel(Link link, string address, Daemon left, Daemon right)
    {
        (_left, _right) = (left, right);
        Route = new Route(link.Left, link.Right, address, [left, right]);
    }

    internal Route Route { get; }

    /// <summary>The larger of both daemons' peaks of resident memory, in bytes.</summary>
    internal long PeakMemory => Math.Max(ProcessorTime.PeakMemory(_left.ProcessId), ProcessorTime.PeakMemory(_right.ProcessId));

    /// <summary>Starts both ends and waits for the first packet through.</summary>
    /// <param name="link">The link.</param>
    /// <param name="left">The program on the left.</param>
    /// <param name="right">The program on the right.</param>
    /// <param name="number">1 to 250, another one for each tunnel of a link.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal static async Task<Tunnel> CreateAsync(
        Link link, DaemonProgram left, DaemonProgram right, int number, CancellationToken cancellationToken)
    {
        Daemon one = await Daemon.StartAsync(left, link.Left, cancellationToken);
        try
        {
            Daemon other = await Daemon.StartAsync(right, link.Right, cancellationToken);
            try
            {
                var tunnel = new Tunnel(link, $"10.77.{number}.2", one, other);
                await tunnel.ConnectAsync(link, number, cancellationToken);
                return tunnel;
            }
            catch
            {
                await other.DisposeAsync();
                throw;
            }
        }
        catch
        {
            await one.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _left.DisposeAsync();
        await _right.DisposeAsync();
    }

    private async Task ConnectAsync(Link link, int number, CancellationToken cancellationToken)
    {
        int port = 51820 + number;
        await _left.ConfigureAsync(port, cancellationToken);
        await _right.ConfigureAsync(port, cancellationToken);
        await _left.ConnectAsync(_right, $"{Link.RightAddress}:{port}", $"10.77.{number}.1/24", link.TunnelMtu, cancellationToken);
        await _right.ConnectAsync(_left, $"{Link.LeftAddress}:{port}", $"10.77.{number}.2/24", link.TunnelMtu, cancellationToken);
        await link.Left.RunAsync("ping", $"-n -c 1 -i 0.2 -w 10 {Route.RightAddress}", Patience, cancellationToken);
    }
}
