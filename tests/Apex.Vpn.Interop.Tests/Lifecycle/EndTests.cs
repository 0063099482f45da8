using Apex.Vpn.Interop.Tests.Harness;
using Xunit.Abstractions;

namespace Apex.Vpn.Interop.Tests.Lifecycle;

/// <summary>The daemon ends when it is asked to, or when what it serves is gone, and leaves nothing behind.</summary>
public sealed class EndTests(ITestOutputHelper output)
{
    [PeerTheory]
    [MemberData(nameof(Pairs.Alone), MemberType = typeof(Pairs))]
    public async Task Deleting_the_interface_ends_it(DaemonKind kind)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, kind, DaemonKind.WireGuardGo);
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        await tunnel.Left.Net.Ip($"link del {tunnel.Left.Wg.Name}");
        Assert.Equal(0, await tunnel.Left.Wg.Daemon.WaitForExit());
        Assert.False(File.Exists(Uapi.SocketPath(tunnel.Left.Wg.Name)));
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Alone), MemberType = typeof(Pairs))]
    public async Task Removing_the_socket_ends_it(DaemonKind kind)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, kind, DaemonKind.WireGuardGo);
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        File.Delete(Uapi.SocketPath(tunnel.Left.Wg.Name));
        Assert.Equal(0, await tunnel.Left.Wg.Daemon.WaitForExit());
        Assert.DoesNotContain(tunnel.Left.Wg.Name, await tunnel.Left.Net.Ip("-o link"), StringComparison.Ordinal);
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Alone), MemberType = typeof(Pairs))]
    public async Task The_end_of_the_namespace_that_its_interface_was_moved_to_ends_it(DaemonKind kind)
    {
        await using var scenario = new Scenario(output);
        var net = await scenario.Namespace();
        var daemon = await scenario.Daemon(kind, net);
        var brief = await NetNamespace.Create();
        await net.Ip($"link set {daemon.Interface} netns {brief.Name}");
        await brief.DisposeAsync();
        Assert.Equal(0, await daemon.WaitForExit());
        Assert.False(File.Exists(Uapi.SocketPath(daemon.Interface)));
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Alone), MemberType = typeof(Pairs))]
    public async Task A_signal_ends_it(DaemonKind kind)
    {
        await using var scenario = new Scenario(output);
        foreach (var signal in (string[])["TERM", "INT"])
        {
            var tunnel = await Tunnel.Create(scenario, kind, DaemonKind.WireGuardGo);
            await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
            Assert.Equal(0, await tunnel.Left.Wg.Daemon.End(signal));
            Assert.False(File.Exists(Uapi.SocketPath(tunnel.Left.Wg.Name)));
            Assert.DoesNotContain(tunnel.Left.Wg.Name, await tunnel.Left.Net.Ip("-o link"), StringComparison.Ordinal);
        }
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Alone), MemberType = typeof(Pairs))]
    public async Task It_ends_amid_heavy_traffic(DaemonKind kind)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, kind, DaemonKind.WireGuardGo);
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        scenario.Own(tunnel.Left.Net.Start("ping", ["-n", "-q", "-f", "-w", "20", tunnel.Right.InnerV4]));
        scenario.Own(tunnel.Right.Net.Start("ping", ["-n", "-q", "-f", "-w", "20", tunnel.Left.InnerV4]));
        await Poll.Until(
            "traffic", async () => (await tunnel.Left.Wg.Peer(tunnel.Right.Wg)).Received > 100_000, TimeSpan.FromSeconds(15));
        await tunnel.Left.Net.Ip($"link del {tunnel.Left.Wg.Name}");
        Assert.Equal(0, await tunnel.Left.Wg.Daemon.WaitForExit());
    }
}
