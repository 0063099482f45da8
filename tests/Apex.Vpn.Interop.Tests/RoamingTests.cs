using Apex.Vpn.Interop.Tests.Harness;
using Xunit.Abstractions;

namespace Apex.Vpn.Interop.Tests;

/// <summary>A peer is followed to where its last authenticated packet came from, and nowhere else.</summary>
public sealed class RoamingTests(ITestOutputHelper output)
{
    // The old wireguard-go keeps sending from an address that was removed: this kernel refuses that with ENETUNREACH, it expects EINVAL.
    [PeerTheory]
    [MemberData(nameof(Pairs.LeftNotOld), MemberType = typeof(Pairs))]
    public async Task The_other_side_follows_a_new_port_a_new_address_and_a_new_family(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right);
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        await EndpointOfLeftIs(tunnel, "172.31.0.1:51820");

        await tunnel.Left.Wg.Set("listen-port 9999");
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV6);
        await EndpointOfLeftIs(tunnel, "172.31.0.1:9999");

        await tunnel.Left.Net.Sysctl("net.ipv4.conf.cable.promote_secondaries=1");
        await tunnel.Left.Net.Ip("addr add 172.31.0.11/24 dev cable");
        await tunnel.Left.Net.Ip("addr del 172.31.0.1/24 dev cable");
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        await EndpointOfLeftIs(tunnel, "172.31.0.11:9999");

        await tunnel.Left.Wg.SetPeer(tunnel.Right.Wg, $"endpoint {tunnel.Right.Endpoint(v6: true)}");
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        await EndpointOfLeftIs(tunnel, "[fd31::1]:9999");
        await tunnel.Right.Net.Ping(tunnel.Left.InnerV6);
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public async Task Both_sides_may_move_one_after_the_other(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right);
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        for (var port = 6000; port < 6003; port++)
        {
            await tunnel.Right.Wg.Set($"listen-port {port}");
            await tunnel.Right.Net.Ping(tunnel.Left.InnerV4);
            Assert.Equal($"172.31.0.2:{port}", (await tunnel.Left.Wg.Peer(tunnel.Right.Wg)).Endpoint);

            await tunnel.Left.Wg.Set($"listen-port {port + 1000}");
            await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
            await EndpointOfLeftIs(tunnel, $"172.31.0.1:{port + 1000}");
        }
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public async Task Copies_of_packets_from_elsewhere_move_nothing(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right);
        var capture = scenario.Own(await Capture.Start(tunnel.Left.Net, "cable"));
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        var fromLeft = capture.Packets.Where(static packet => packet.From("172.31.0.1")).ToArray();
        Assert.Contains(fromLeft, static packet => packet.Type == UdpPacket.Initiation);
        Assert.Contains(fromLeft, static packet => packet.Type == UdpPacket.Transport);

        // Whoever can listen on the way can repeat what he heard, from his own address.
        using var replayer = await tunnel.Left.Net.Udp("172.31.0.1", 7777);
        foreach (var packet in fromLeft) await replayer.Send(packet.Payload, "172.31.0.2", TunnelEnd.Port);
        // What is asked after them is answered after them: no need to wait for their effect.
        await tunnel.Right.Net.Ping(tunnel.Left.InnerV4);
        await EndpointOfLeftIs(tunnel, "172.31.0.1:51820");
        Assert.DoesNotContain(capture.Packets, static packet => packet.DestinationPort == 7777);
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public async Task Sockets_stay_behind_when_the_interfaces_move_to_other_namespaces(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var outside = await scenario.Namespace();
        var one = await WgInterface.Create(scenario, left, outside, await scenario.Namespace());
        var other = await WgInterface.Create(scenario, right, outside, await scenario.Namespace());
        await one.Set($"listen-port 1 peer {other.PublicKey} allowed-ips 10.77.0.2/32,fd77::2/128 endpoint 127.0.0.1:2");
        await other.Set($"listen-port 2 peer {one.PublicKey} allowed-ips 10.77.0.1/32,fd77::1/128 endpoint 127.0.0.1:1");
        await one.Up(1420, "10.77.0.1/24", "fd77::1/64");
        await other.Up(1420, "10.77.0.2/24", "fd77::2/64");
        await one.Net.Ping("10.77.0.2");

        await outside.Ip("addr del 127.0.0.1/8 dev lo");
        await outside.Ip("addr add 127.212.121.99/8 dev lo");
        await one.Set($"listen-port 9999 peer {other.PublicKey} endpoint 127.0.0.1:2");
        await one.Net.Ping("fd77::2");
        Assert.Equal("127.212.121.99:9999", (await other.Peer(one)).Endpoint);

        await one.Set($"listen-port 9998 peer {other.PublicKey} endpoint [::1]:2");
        await one.Net.Ping("10.77.0.2");
        Assert.Equal("[::1]:9998", (await other.Peer(one)).Endpoint);
        await other.Net.Ping("fd77::1");

        // The MTU changes where the interface is; the daemon is elsewhere.
        await one.Net.Ip($"link set {one.Name} mtu 34736");
        await other.Net.Ip($"link set {other.Name} mtu 34736");
        await one.Net.Ping("10.77.0.2", 34000);
        Assert.True(await Iperf.Tcp(one.Net, other.Net, "fd77::2") > 1 << 20);
    }

    private static async Task EndpointOfLeftIs(Tunnel tunnel, string endpoint) =>
        Assert.Equal(endpoint, (await tunnel.Right.Wg.Peer(tunnel.Left.Wg)).Endpoint);
}
