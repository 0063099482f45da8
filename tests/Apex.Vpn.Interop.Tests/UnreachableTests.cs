using Apex.Vpn.Interop.Tests.Harness;
using Xunit.Abstractions;

namespace Apex.Vpn.Interop.Tests;

/// <summary>Packets that no peer can get are answered, not swallowed. wireguard-go swallows them.</summary>
public sealed class UnreachableTests(ITestOutputHelper output)
{
    [ApexFact]
    public async Task A_destination_of_no_peer_is_unreachable()
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, DaemonKind.ApexWg, DaemonKind.WireGuardGo);
        Assert.Contains("Destination Host Unreachable", await tunnel.Left.Net.PingInVain("10.77.0.99"), StringComparison.Ordinal);
        Assert.Contains("Address unreachable", await tunnel.Left.Net.PingInVain("fd77::99"), StringComparison.Ordinal);
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
    }

    [ApexFact]
    public async Task A_peer_without_an_endpoint_is_unreachable()
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, DaemonKind.WireGuardGo, DaemonKind.ApexWg, new() { RightKnowsEndpoint = false });
        Assert.Contains("Destination Host Unreachable", await tunnel.Right.Net.PingInVain(tunnel.Left.InnerV4), StringComparison.Ordinal);
        Assert.Contains("Address unreachable", await tunnel.Right.Net.PingInVain(tunnel.Left.InnerV6), StringComparison.Ordinal);
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        await tunnel.Right.Net.Ping(tunnel.Left.InnerV6);
    }

    [ApexFact]
    public async Task A_connection_to_no_peer_fails_at_once()
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, DaemonKind.ApexWg, DaemonKind.WireGuardGo);
        foreach (var (own, target) in ((string, string)[])[(tunnel.Left.InnerV4, "10.77.0.99"), (tunnel.Left.InnerV6, "fd77::99")])
        {
            using var client = await tunnel.Left.Net.Tcp(own);
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            // Without the error it would go on trying for two minutes.
            var failure = await Assert.ThrowsAsync<System.Net.Sockets.SocketException>(
                async () => await client.ConnectAsync(System.Net.IPEndPoint.Parse(target.Contains(':') ? $"[{target}]:7" : $"{target}:7"), deadline.Token));
            Assert.Equal(System.Net.Sockets.SocketError.HostUnreachable, failure.SocketErrorCode);
        }
    }
}
