using System.Globalization;
using Apex.Vpn.Interop.Tests.Harness;
using Xunit.Abstractions;

namespace Apex.Vpn.Interop.Tests;

/// <summary>A client behind a router that translates addresses and forgets quickly, as mobile networks do.</summary>
public sealed class NatTests(ITestOutputHelper output)
{
    [PeerTheory]
    [MemberData(nameof(Pairs.All), MemberType = typeof(Pairs))]
    public async Task Keepalives_keep_the_mapping_so_that_the_server_can_speak_first(DaemonKind client, DaemonKind server)
    {
        await using var scenario = new Scenario(output);
        var nat = await NatNetwork.Create(scenario, client, server);
        await nat.Client.SetPeer(nat.Server, "persistent-keepalive 1");
        await nat.Client.Net.Ping("10.77.0.2");
        await nat.Server.Net.Ping("10.77.0.1");
        Assert.StartsWith("10.1.0.1:", (await nat.Server.Peer(nat.Client)).Endpoint, StringComparison.Ordinal);

        // The router forgets after 2 s of silence. Four keepalives later there would be no way back without them.
        var capture = scenario.Own(await Capture.Start(nat.Server.Net, "wan"));
        await Poll.Until("four keepalives", () => capture.Packets.Count(static packet => packet.IsKeepalive && packet.From("10.1.0.1")) >= 4);
        await nat.Server.Net.Ping("10.77.0.1");
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public async Task A_forgotten_mapping_is_replaced_and_the_server_follows(DaemonKind client, DaemonKind server)
    {
        await using var scenario = new Scenario(output);
        var nat = await NatNetwork.Create(scenario, client, server);
        await nat.Client.Net.Ping("10.77.0.2");
        await nat.Forget();
        await nat.Server.Net.PingInVain("10.77.0.1");

        // The router takes another port, and later another address, for the same client.
        foreach (var address in (string[])["10.1.0.1:40000", "10.1.0.9:40001"])
        {
            await nat.TranslateTo(address);
            await nat.Forget();
            await nat.Client.Net.Ping("10.77.0.2");
            Assert.Equal(address, (await nat.Server.Peer(nat.Client)).Endpoint);
            await nat.Server.Net.Ping("10.77.0.1");
        }
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public async Task Packets_bound_to_the_interface_pass_and_so_they_do_when_marked(DaemonKind client, DaemonKind server)
    {
        await using var scenario = new Scenario(output);
        var nat = await NatNetwork.Create(scenario, client, server);
        var bound = "-I " + nat.Client.Name;
        await nat.Client.Net.Ping("10.77.0.2", options: bound);

        // A mark set on the way out makes the kernel look for a route once more.
        await nat.Client.Net.Nft("table ip marks { chain out { type route hook output priority mangle; meta mark set 1; }; }");
        await nat.Client.Net.Ping("10.77.0.2");
        await nat.Client.Net.Ping("10.77.0.2", options: bound);
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public async Task A_default_route_through_the_tunnel_spares_what_carries_the_mark(DaemonKind client, DaemonKind server)
    {
        await using var scenario = new Scenario(output);
        var nat = await NatNetwork.Create(scenario, client, server);
        var net = nat.Client.Net;
        // An address and a route of the other family, as bait.
        await net.AddAddress("lan", "fc00::9/96");
        await net.Ip("-6 route add default via fc00::1");
        await nat.Server.Net.AddAddress(nat.Server.Name, "10.99.0.7/32");
        await nat.Server.Net.AddAddress(nat.Server.Name, "abab::1111/128");
        await nat.Client.Set($"fwmark 51820 peer {nat.Server.PublicKey} allowed-ips 10.99.0.7,abab::1111,10.77.0.2");
        foreach (var family in (string[])["-4", "-6"])
        {
            await net.Ip($"{family} route add default dev {nat.Client.Name} table 51820");
            await net.Ip($"{family} rule add not fwmark 51820 table 51820");
            await net.Ip($"{family} rule add table main suppress_prefixlength 0");
        }

        await net.Sysctl("net.ipv4.conf.lan.rp_filter=0", "net.ipv4.conf.all.rp_filter=0");
        foreach (var target in (string[])["10.99.0.7", "abab::1111"])
        {
            await net.Ping(target);
            (await net.Run("ping", $"-n -q -f -c 100 -W 5 {target}")).Checked();
        }

        Assert.Equal("0xca6c", (await nat.Client.Dump()).FwMark);
    }

    [ApexTheory]
    [MemberData(nameof(Pairs.LeftApex), MemberType = typeof(Pairs))]
    public async Task A_packet_that_has_no_peer_is_answered_through_the_translation(DaemonKind server, DaemonKind client)
    {
        // The router pings the client's inner address through the server, which translates the router's address into its own inner
        // one. When the client is no longer a peer, the server's interface says so, and the error finds its way back.
        await using var scenario = new Scenario(output);
        var nat = await NatNetwork.Create(scenario, client, server);
        await nat.Client.Net.Ping("10.77.0.2");
        await nat.Server.Net.Nft(
            "table ip nat { chain post { type nat hook postrouting priority srcnat; " +
            "ip saddr 10.1.0.0/24 ip daddr 10.77.0.0/24 snat to 10.77.0.2; }; }");
        await nat.Server.Net.Sysctl("net.ipv4.ip_forward=1");
        await nat.Router.Ip("route add 10.77.0.1 via 10.1.0.100");
        await nat.Router.Ping("10.77.0.1");

        await nat.Server.Set($"peer {nat.Client.PublicKey} remove");
        var text = await nat.Router.PingInVain("10.77.0.1");
        Assert.Contains("Destination Host Unreachable", text, StringComparison.Ordinal);
    }
}

/// <summary>
/// Client, router, server. The client is 192.168.1.100 on link <c>lan</c>, the server 10.1.0.100 on link <c>wan</c>, the router .1
/// on both; inside, the client is 10.77.0.1 and the server 10.77.0.2. The router forgets a UDP mapping after two seconds.
/// </summary>
internal sealed class NatNetwork
{
    private NatNetwork(NetNamespace router, WgInterface client, WgInterface server)
    {
        Router = router;
        Client = client;
        Server = server;
    }

    /// <summary>The router's namespace.</summary>
    public NetNamespace Router { get; }

    /// <summary>The client's interface.</summary>
    public WgInterface Client { get; }

    /// <summary>The server's interface, which knows no endpoint of the client.</summary>
    public WgInterface Server { get; }

    /// <summary>Builds it; no packet has passed.</summary>
    public static async Task<NatNetwork> Create(Scenario scenario, DaemonKind client, DaemonKind server)
    {
        var router = await scenario.Namespace();
        var inside = await scenario.Namespace();
        var outside = await scenario.Namespace();
        await Veth.Connect(new(inside, "lan", "192.168.1.100/24"), new(router, "lan", "192.168.1.1/24"));
        await Veth.Connect(new(outside, "wan", "10.1.0.100/24"), new(router, "wan", "10.1.0.1/24", "10.1.0.9/24"));
        await inside.Ip("route add default via 192.168.1.1");
        await router.Sysctl("net.ipv4.ip_forward=1");
        var nat = new NatNetwork(router, await WgInterface.Create(scenario, client, inside), await WgInterface.Create(scenario, server, outside));
        await nat.TranslateTo("10.1.0.1");
        // Known only since the first rule that tracks connections.
        await router.Sysctl("net.netfilter.nf_conntrack_udp_timeout=2", "net.netfilter.nf_conntrack_udp_timeout_stream=2");

        await nat.Client.Set($"listen-port 1 peer {nat.Server.PublicKey} allowed-ips 10.77.0.2/32,fd77::2/128 endpoint 10.1.0.100:2");
        await nat.Server.Set($"listen-port 2 peer {nat.Client.PublicKey} allowed-ips 10.77.0.1/32,fd77::1/128");
        await nat.Client.Up(1420, "10.77.0.1/24", "fd77::1/64");
        await nat.Server.Up(1420, "10.77.0.2/24", "fd77::2/64");
        return nat;
    }

    /// <summary>Gives new connections of the client this address, or address and port.</summary>
    public Task TranslateTo(string address) => Router.Nft(
        "table ip nat\ndelete table ip nat\n" +
        "table ip nat { chain post { type nat hook postrouting priority srcnat; " +
        $"ip protocol udp ip saddr 192.168.1.0/24 ip daddr 10.1.0.0/24 snat to {address}; }}; }}");

    /// <summary>Waits until the router has forgotten every UDP mapping, which takes two seconds of silence.</summary>
    public Task Forget() => Poll.Until(
        "the router to forget",
        async () => int.Parse((await Router.Run("conntrack", "-L -p udp")).Error.Split(": ")[1].Split(' ')[0], CultureInfo.InvariantCulture) == 0);
}
