using System.Net;
using System.Text;
using Apex.Vpn.Interop.Tests.Harness;
using Xunit.Abstractions;

namespace Apex.Vpn.Interop.Tests;

/// <summary>Allowed IPs decide who may send what, and who gets what.</summary>
public sealed class CryptoRoutingTests(ITestOutputHelper output)
{
    private const int Port = 1111;

    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public async Task Packets_with_a_source_that_is_not_the_senders_are_dropped(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right);
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        foreach (var (own, foreign, target) in ((string, string, string)[])
            [(tunnel.Right.InnerV4, "10.99.0.9/32", tunnel.Left.InnerV4), (tunnel.Right.InnerV6, "fd99::9/128", tunnel.Left.InnerV6)])
        {
            await tunnel.Right.Net.AddAddress(tunnel.Right.Wg.Name, foreign);
            var before = (await tunnel.Left.Wg.Peer(tunnel.Right.Wg)).Received;
            await ArrivesOnly(tunnel, target, foreign.Split('/')[0], own);
            // Both came, padded to 48 bytes or more, and were authentic.
            Assert.True((await tunnel.Left.Wg.Peer(tunnel.Right.Wg)).Received - before >= 2 * 64);
        }
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public async Task A_more_specific_prefix_of_another_peer_wins(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right);
        await tunnel.Left.Wg.SetPeer(tunnel.Right.Wg, "allowed-ips 10.77.0.0/24");
        await tunnel.Right.Net.AddAddress(tunnel.Right.Wg.Name, "10.77.0.3/24");
        await Arrives(tunnel, tunnel.Left.InnerV4, tunnel.Right.InnerV4);

        var other = await Wg.PubKey(await Wg.GenKey());
        await tunnel.Left.Wg.Set($"peer {other} allowed-ips {tunnel.Right.InnerV4}/32");
        await tunnel.Right.Wg.Set("listen-port 9997");
        await ArrivesOnly(tunnel, tunnel.Left.InnerV4, tunnel.Right.InnerV4, "10.77.0.3");

        // What was dropped for its source was authentic all the same: the sender is followed.
        Assert.Equal("172.31.0.2:9997", (await tunnel.Left.Wg.Peer(tunnel.Right.Wg)).Endpoint);

        await tunnel.Left.Wg.Set($"peer {other} remove");
        await Arrives(tunnel, tunnel.Left.InnerV4, tunnel.Right.InnerV4);
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public async Task An_allowed_ip_given_to_another_peer_moves_there_and_the_traffic_with_it(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right);
        var third = await WgInterface.Create(scenario, right, tunnel.Right.Net);
        await third.Set($"listen-port 6000 peer {tunnel.Left.Wg.PublicKey} allowed-ips {tunnel.Left.InnerV4}/32");
        await tunnel.Left.Wg.SetPeer(third, "endpoint 172.31.0.2:6000");
        await third.Net.Ip($"link set {third.Name} up");

        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        Assert.Equal(0, (await third.Peer(tunnel.Left.Wg)).LatestHandshake);

        await tunnel.Left.Wg.SetPeer(third, $"allowed-ips {tunnel.Right.InnerV4}/32");
        Assert.Equal(["fd77::2/128"], (await tunnel.Left.Wg.Peer(tunnel.Right.Wg)).AllowedIps);
        Assert.Equal(["10.77.0.2/32"], (await tunnel.Left.Wg.Peer(third)).AllowedIps);
        // The address stays where it is, in the same namespace: it is reached through the third interface now.
        await tunnel.Right.Net.Ip($"route replace {tunnel.Left.InnerV4}/32 dev {third.Name} src {tunnel.Right.InnerV4}");
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        Assert.NotEqual(0, (await third.Peer(tunnel.Left.Wg)).LatestHandshake);

        // And back, by replacing what the peer has.
        await tunnel.Left.Wg.SetPeer(tunnel.Right.Wg, $"allowed-ips {tunnel.Right.InnerV4}/32,{tunnel.Right.InnerV6}/128");
        Assert.Empty((await tunnel.Left.Wg.Peer(third)).AllowedIps);
        await tunnel.Right.Net.Ip($"route del {tunnel.Left.InnerV4}/32 dev {third.Name}");
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Alone), MemberType = typeof(Pairs))]
    public async Task Replacing_a_default_route_and_its_more_specific_prefixes_leaves_the_default_route(DaemonKind kind)
    {
        await using var scenario = new Scenario(output);
        var wg = await WgInterface.Create(scenario, kind, await scenario.Namespace());
        var peer = await Wg.PubKey(await Wg.GenKey());
        foreach (var (all, one) in ((string, string)[])
            [
                ("0.0.0.0/0,10.0.0.0/8,100.0.0.0/10,172.16.0.0/12,192.168.0.0/16", "0.0.0.0/0"),
                ("::/0,1700::/111,5000::/4,e000::/37,9000::/75", "::/0"),
            ])
        {
            await wg.Set($"peer {peer} allowed-ips {all}");
            Assert.Equal(all.Split(',').Order(), (await wg.Dump()).Peers.Single().AllowedIps.Order());
            await wg.Set($"peer {peer} allowed-ips {one}");
            Assert.Equal([one], (await wg.Dump()).Peers.Single().AllowedIps);
        }
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Alone), MemberType = typeof(Pairs))]
    public async Task Bits_behind_the_prefix_do_not_count(DaemonKind kind)
    {
        await using var scenario = new Scenario(output);
        var wg = await WgInterface.Create(scenario, kind, await scenario.Namespace());
        var peer = await Wg.PubKey(await Wg.GenKey());
        await wg.Set($"peer {peer} allowed-ips 10.1.2.3/8,fd00:1:2::3/16,192.168.7.9");
        Assert.Equal(["10.0.0.0/8", "192.168.7.9/32", "fd00::/16"], (await wg.Dump()).Peers.Single().AllowedIps.Order());
    }

    /// <summary>A datagram from this source reaches the left side.</summary>
    private static Task Arrives(Tunnel tunnel, string target, string source) => ArrivesOnly(tunnel, target, null, source);

    /// <summary>Of two datagrams sent one after the other, only the second one comes: order is kept, so the first one was dropped.</summary>
    private static async Task ArrivesOnly(Tunnel tunnel, string target, string? dropped, string arriving)
    {
        using var receiver = await tunnel.Left.Net.Udp(target, Port);
        foreach (var source in (string?[])[dropped, arriving])
        {
            if (source is null) continue;
            using var sender = await tunnel.Right.Net.Udp(source);
            await sender.Send(Encoding.ASCII.GetBytes(source), target, Port);
        }

        var (datagram, from) = await receiver.Receive();
        Assert.Equal(arriving, Encoding.ASCII.GetString(datagram));
        Assert.Equal(IPAddress.Parse(arriving), from);
    }
}
