using Apex.Vpn.Interop.Tests.Harness;
using Xunit.Abstractions;

namespace Apex.Vpn.Interop.Tests;

/// <summary>Answers leave from the address that was spoken to, for as long as that makes sense.</summary>
public sealed class SourceAddressTests(ITestOutputHelper output)
{
    [PeerTheory]
    [MemberData(nameof(Pairs.LeftNotOld), MemberType = typeof(Pairs))]
    public async Task A_removed_address_is_given_up(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right);
        await tunnel.Left.Net.Sysctl("net.ipv4.conf.cable.promote_secondaries=1");
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);

        await tunnel.Left.Net.AddAddress("cable", "172.31.0.10/24");
        await tunnel.Left.Net.Ip("addr del 172.31.0.1/24 dev cable");
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        await EndpointIs(tunnel.Right, tunnel.Left, "172.31.0.10:51820");

        await tunnel.Left.Wg.SetPeer(tunnel.Right.Wg, $"endpoint {tunnel.Right.Endpoint(v6: true)}");
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        await EndpointIs(tunnel.Right, tunnel.Left, "[fd31::1]:51820");
        await tunnel.Left.Net.AddAddress("cable", "fd31::10/64");
        await tunnel.Left.Net.Ip("addr del fd31::1/64 dev cable");
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        await EndpointIs(tunnel.Right, tunnel.Left, "[fd31::10]:51820");
    }

    // The new wireguard-go answers from the route's own address, the old one errs with several IPv6 addresses.
    [ApexTheory]
    [MemberData(nameof(Pairs.LeftApex), MemberType = typeof(Pairs))]
    public async Task Whichever_of_its_addresses_is_called_answers(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right);
        await tunnel.Left.Net.AddAddress("cable", "172.31.0.11/24");
        await tunnel.Left.Net.AddAddress("cable", "172.31.0.12/24");
        await tunnel.Left.Net.AddAddress("cable", "fd31::11/64");
        await tunnel.Left.Net.AddAddress("cable", "fd31::12/64");
        foreach (var endpoint in (string[])["172.31.0.11:51820", "[fd31::11]:51820", "172.31.0.12:51820", "[fd31::12]:51820", "172.31.0.1:51820"])
        {
            await tunnel.Right.Wg.SetPeer(tunnel.Left.Wg, $"endpoint {endpoint}");
            await PingTwice(tunnel);
            // An answer from another address would have moved it.
            await EndpointIs(tunnel.Right, tunnel.Left, endpoint);
        }
    }

    [ApexTheory]
    [MemberData(nameof(Pairs.LeftApex), MemberType = typeof(Pairs))]
    public async Task An_address_of_another_interface_answers_too(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right);
        await tunnel.Left.Net.Ip("link add beside type bridge");
        await tunnel.Left.Net.AddAddress("beside", "10.50.0.1/24");
        await tunnel.Left.Net.AddAddress("beside", "fd50::1/64");
        await tunnel.Left.Net.Ip("link set beside up");
        await tunnel.Right.Net.Ip("route add 10.50.0.0/24 dev cable via 172.31.0.1");
        await tunnel.Right.Net.Ip("-6 route add fd50::/64 dev cable via fd31::1");
        foreach (var endpoint in (string[])["10.50.0.1:51820", "[fd50::1]:51820"])
        {
            await tunnel.Right.Wg.SetPeer(tunnel.Left.Wg, $"endpoint {endpoint}");
            await PingTwice(tunnel);
            await EndpointIs(tunnel.Right, tunnel.Left, endpoint);
        }
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public async Task A_better_route_through_another_interface_is_taken(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right);
        await Veth.Connect(new(tunnel.Left.Net, "second", "172.31.0.3/24"), new(tunnel.Right.Net, "second"));
        foreach (var net in (NetNamespace[])[tunnel.Left.Net, tunnel.Right.Net])
        {
            await net.Sysctl("net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.cable.rp_filter=0", "net.ipv4.conf.second.rp_filter=0");
        }

        await tunnel.Left.Net.Ip("route flush dev second");
        await tunnel.Left.Net.Ip("route flush dev cable");
        await tunnel.Left.Net.Ip("route add 172.31.0.0/24 dev cable src 172.31.0.1 metric 2");
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        await EndpointIs(tunnel.Right, tunnel.Left, "172.31.0.1:51820");

        await tunnel.Left.Net.Ip("route add 172.31.0.0/24 dev second src 172.31.0.3 metric 1");
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        await EndpointIs(tunnel.Right, tunnel.Left, "172.31.0.3:51820");

        await tunnel.Left.Net.Ip("route del 172.31.0.0/24 dev second metric 1");
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        await EndpointIs(tunnel.Right, tunnel.Left, "172.31.0.1:51820");
    }

    /// <summary>
    /// Pings until an answer comes, for wireguard-go loses the first packet to an endpoint of the other family; and once more, so that
    /// no late answer, from the address spoken to before, is on its way.
    /// </summary>
    private static async Task PingTwice(Tunnel tunnel)
    {
        await tunnel.Right.Net.Ping(tunnel.Left.InnerV4);
        await tunnel.Right.Net.PingExactly(tunnel.Left.InnerV4, 1);
    }

    private static async Task EndpointIs(TunnelEnd of, TunnelEnd peer, string endpoint) =>
        Assert.Equal(endpoint, (await of.Wg.Peer(peer.Wg)).Endpoint);
}
