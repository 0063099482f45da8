using Apex.Vpn.Interop.Tests.Harness;
using Xunit.Abstractions;

namespace Apex.Vpn.Interop.Tests;

/// <summary>A tunnel comes up and carries both families, whoever starts it and whatever carries it.</summary>
public sealed class ConnectivityTests(ITestOutputHelper output)
{
    [PeerTheory]
    [MemberData(nameof(Pairs.All), MemberType = typeof(Pairs))]
    public async Task Both_families_pass_in_both_directions_over_IPv4(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right);
        await PingAllWays(tunnel);
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.All), MemberType = typeof(Pairs))]
    public async Task Both_families_pass_in_both_directions_over_IPv6_with_a_preshared_key(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right, new() { OuterV6 = true, Psk = true });
        await PingAllWays(tunnel);
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public async Task A_side_that_knows_no_endpoint_learns_it_from_the_first_handshake(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right, new() { RightKnowsEndpoint = false });
        await tunnel.Right.Net.PingInVain(tunnel.Left.InnerV4);
        Assert.Equal("(none)", (await tunnel.Right.Wg.Peer(tunnel.Left.Wg)).Endpoint);

        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        Assert.Equal(tunnel.Left.Endpoint(v6: false), (await tunnel.Right.Wg.Peer(tunnel.Left.Wg)).Endpoint);
        await tunnel.Right.Net.Ping(tunnel.Left.InnerV4);
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public async Task Sides_that_start_at_the_same_moment_both_get_through(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right);
        await Task.WhenAll(tunnel.Left.Net.Ping(tunnel.Right.InnerV4), tunnel.Right.Net.Ping(tunnel.Left.InnerV4));
        await PingAllWays(tunnel);
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public async Task Different_preshared_keys_never_meet_and_equal_ones_then_do(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right, new() { Psk = true });
        await tunnel.Right.Wg.SetPeer(tunnel.Left.Wg, "preshared-key /dev/stdin", await Wg.GenPsk());
        await tunnel.Left.Net.PingInVain(tunnel.Right.InnerV4);
        Assert.Equal(0, (await tunnel.Left.Wg.Peer(tunnel.Right.Wg)).LatestHandshake);

        var key = await Wg.GenPsk();
        await tunnel.Left.Wg.SetPeer(tunnel.Right.Wg, "preshared-key /dev/stdin", key);
        await tunnel.Right.Wg.SetPeer(tunnel.Left.Wg, "preshared-key /dev/stdin", key);
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        Assert.Equal(key, (await tunnel.Left.Wg.Peer(tunnel.Right.Wg)).PresharedKey);
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public async Task A_link_set_down_falls_silent_and_works_again_when_up(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right);
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);

        await tunnel.Left.Net.Ip($"link set {tunnel.Left.Wg.Name} down");
        await tunnel.Right.Net.PingInVain(tunnel.Left.InnerV4);

        await tunnel.Left.Net.Ip($"link set {tunnel.Left.Wg.Name} up");
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        await tunnel.Right.Net.Ping(tunnel.Left.InnerV4);
    }

    private static async Task PingAllWays(Tunnel tunnel)
    {
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        await tunnel.Right.Net.Ping(tunnel.Left.InnerV4);
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV6);
        await tunnel.Right.Net.Ping(tunnel.Left.InnerV6);
    }
}
