using Apex.Vpn.Interop.Tests.Harness;
using Xunit.Abstractions;

namespace Apex.Vpn.Interop.Tests;

/// <summary>Tunnels in tunnels, and routes that bite their own tail.</summary>
public sealed class NestedTests(ITestOutputHelper output)
{
    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public async Task A_tunnel_runs_through_a_tunnel(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right);
        var one = await WgInterface.Create(scenario, left, tunnel.Left.Net);
        var other = await WgInterface.Create(scenario, right, tunnel.Right.Net);
        await one.Set($"listen-port 5 peer {other.PublicKey} allowed-ips 10.78.0.2/32,fd78::2/128 endpoint [{tunnel.Right.InnerV6}]:5");
        await other.Set($"listen-port 5 peer {one.PublicKey} allowed-ips 10.78.0.1/32,fd78::1/128 endpoint [{tunnel.Left.InnerV6}]:5");
        await one.Up(1340, "10.78.0.1/24", "fd78::1/64");
        await other.Up(1340, "10.78.0.2/24", "fd78::2/64");

        await one.Net.Ping("10.78.0.2", 1340 - 28, "-M do");
        await other.Net.Ping("fd78::1", 1340 - 48, "-M do");
        Assert.True(await Iperf.Tcp(one.Net, other.Net, "10.78.0.2") > 1 << 20);
        Assert.True(await Iperf.Tcp(other.Net, one.Net, "fd78::1") > 1 << 20);
        var (sent, lost) = await Iperf.Udp(one.Net, other.Net, "fd78::2", "5M");
        Assert.True(lost < sent / 10, $"{lost} of {sent} lost");
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public async Task A_peer_may_be_reached_through_another_peer_of_the_same_interface(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right);
        var onion = await WgInterface.Create(scenario, right, tunnel.Right.Net);
        await onion.Set($"listen-port 5 peer {tunnel.Left.Wg.PublicKey} allowed-ips 10.79.0.1/32");
        await onion.Up(1340, "10.79.0.2/24");
        await tunnel.Left.Net.AddAddress(tunnel.Left.Wg.Name, "10.79.0.1/24");
        await tunnel.Left.Wg.SetPeer(onion, $"allowed-ips 10.79.0.2/32 endpoint {tunnel.Right.InnerV4}:5");
        await tunnel.Left.Net.Ping("10.79.0.2");
    }

    // wireguard-go goes round and round, and then stays deaf to this peer when the endpoint is right again.
    [ApexTheory]
    [MemberData(nameof(Pairs.LeftApex), MemberType = typeof(Pairs))]
    public async Task A_peer_whose_endpoint_is_inside_itself_works_again_when_that_is_put_right(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right);
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        await tunnel.Left.Wg.SetPeer(tunnel.Right.Wg, $"endpoint {tunnel.Right.InnerV4}:51820");
        await tunnel.Left.Net.PingInVain(tunnel.Right.InnerV4);
        await tunnel.Left.Wg.SetPeer(tunnel.Right.Wg, $"endpoint {tunnel.Right.Endpoint(v6: false)}");
        // What went round is now let out, arrives from inside the tunnel, and takes the endpoint with it: only a pause ends that for sure.
        foreach (var end in (TunnelEnd[])[tunnel.Left, tunnel.Right]) await end.Net.Ip($"link set {end.Wg.Name} down");
        foreach (var end in (TunnelEnd[])[tunnel.Left, tunnel.Right]) await end.Net.Ip($"link set {end.Wg.Name} up");
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        await tunnel.Right.Net.Ping(tunnel.Left.InnerV4);
    }

    [PeerTheory]
    [Trait("Category", "Stress")]
    [MemberData(nameof(Pairs.Alone), MemberType = typeof(Pairs))]
    public async Task Two_tunnels_routed_into_each_other_stay_manageable(DaemonKind kind)
    {
        // The kernel's own test: the tunnel in the tunnel has its interface moved to the namespace of the sockets, and the outer
        // tunnel's endpoint is then routed into it, so that each encrypts what the other one sent. Neither can see that. Packets grow
        // by each round's headers and then split, so this takes all the CPU there is; it must not take the daemons.
        await using var scenario = new Scenario(output);
        var outside = await scenario.Namespace();
        var nets = (One: await scenario.Namespace(), Other: await scenario.Namespace());
        var outerOne = await WgInterface.Create(scenario, kind, outside, nets.One);
        var outerOther = await WgInterface.Create(scenario, kind, outside, nets.Other);
        await outerOne.Set($"listen-port 1 peer {outerOther.PublicKey} allowed-ips fd75::2/128 endpoint 127.0.0.1:2");
        await outerOther.Set($"listen-port 2 peer {outerOne.PublicKey} allowed-ips fd75::1/128 endpoint 127.0.0.1:1");
        await outerOne.Up(1420, "fd75::1/64");
        await outerOther.Up(1420, "fd75::2/64");
        var innerOne = await WgInterface.Create(scenario, kind, nets.One, outside);
        var innerOther = await WgInterface.Create(scenario, kind, nets.Other);
        await innerOne.Set($"listen-port 5 peer {innerOther.PublicKey} allowed-ips 10.77.0.2/32 endpoint [fd75::2]:5");
        await innerOther.Set($"listen-port 5 peer {innerOne.PublicKey} allowed-ips 10.77.0.1/32 endpoint [fd75::1]:5");
        await innerOne.Up(1340, "10.77.0.1/24");
        await innerOther.Up(1340, "10.77.0.2/24");
        await outside.Ping("10.77.0.2");

        await outerOne.SetPeer(outerOther, "endpoint 10.77.0.2:7");
        await outside.PingInVain("10.77.0.2");
        Assert.NotEqual(0, (await innerOne.Peer(innerOther)).Sent);
        await outerOne.SetPeer(outerOther, "endpoint 127.0.0.1:2");
        await outside.Ping("10.77.0.2");
    }
}
