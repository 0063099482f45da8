using System.Text;
using Apex.Vpn.Interop.Tests.Harness;
using Xunit.Abstractions;

namespace Apex.Vpn.Interop.Tests;

/// <summary>The stock <c>wg</c> tool drives the daemon.</summary>
public sealed class ConfigurationTests(ITestOutputHelper output)
{
    [PeerTheory]
    [MemberData(nameof(Pairs.Alone), MemberType = typeof(Pairs))]
    public async Task Set_and_show_agree_on_every_setting(DaemonKind kind)
    {
        await using var scenario = new Scenario(output);
        var wg = await WgInterface.Create(scenario, kind, await scenario.Namespace());
        var peer = await Wg.PubKey(await Wg.GenKey());
        var psk = await Wg.GenPsk();
        await wg.Set(
            $"listen-port 12345 fwmark 0xca6c peer {peer} preshared-key /dev/stdin endpoint [2001:db8::1]:51821 " +
            "persistent-keepalive 25 allowed-ips 10.0.0.0/8,fd00::/8",
            psk);
        var dump = await wg.Dump();
        Assert.Equal((wg.PrivateKey, wg.PublicKey, 12345, "0xca6c"), (dump.PrivateKey, dump.PublicKey, dump.ListenPort, dump.FwMark));
        var shown = Assert.Single(dump.Peers);
        Assert.Equal((peer, psk, "[2001:db8::1]:51821", "25"), (shown.PublicKey, shown.PresharedKey, shown.Endpoint, shown.Keepalive));
        Assert.Equal(["10.0.0.0/8", "fd00::/8"], shown.AllowedIps);
        Assert.Equal((0, 0, 0), (shown.LatestHandshake, shown.Received, shown.Sent));

        await wg.Set($"fwmark off peer {peer} persistent-keepalive off endpoint 192.0.2.7:1");
        await Wg.Run(null, "set", wg.Name, "peer", peer, "allowed-ips", "");
        dump = await wg.Dump();
        Assert.Equal("off", dump.FwMark);
        shown = Assert.Single(dump.Peers);
        Assert.Equal(("192.0.2.7:1", "off"), (shown.Endpoint, shown.Keepalive));
        Assert.Empty(shown.AllowedIps);

        await wg.Set($"peer {peer} remove");
        Assert.Empty((await wg.Dump()).Peers);
        await wg.Set($"peer {peer} remove");
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Alone), MemberType = typeof(Pairs))]
    public async Task Every_form_of_show_lists_the_interface(DaemonKind kind)
    {
        await using var scenario = new Scenario(output);
        var wg = await WgInterface.Create(scenario, kind, await scenario.Namespace());
        var peer = await Wg.PubKey(await Wg.GenKey());
        await wg.Set($"listen-port 1234 peer {peer} allowed-ips 10.0.0.0/8 endpoint 192.0.2.7:1 persistent-keepalive 7");
        // Userspace interfaces are listed wherever they live: their sockets share one folder.
        Assert.Contains(wg.Name, (await Wg.Run(null, "show", "interfaces")).Split(' '));

        var text = await Wg.Run(null, "show", wg.Name);
        foreach (var expected in (string[])
            [$"interface: {wg.Name}", $"public key: {wg.PublicKey}", "listening port: 1234", $"peer: {peer}", "endpoint: 192.0.2.7:1",
                "allowed ips: 10.0.0.0/8", "persistent keepalive: every 7 seconds"])
        {
            Assert.Contains(expected, text, StringComparison.Ordinal);
        }

        Assert.Equal("1234", await Wg.Show(wg.Name, "listen-port"));
        Assert.Equal("off", await Wg.Show(wg.Name, "fwmark"));
        Assert.Equal(peer, await Wg.Show(wg.Name, "peers"));
        Assert.Equal($"{peer}\t192.0.2.7:1", await Wg.Show(wg.Name, "endpoints"));
        Assert.Equal($"{peer}\t10.0.0.0/8", await Wg.Show(wg.Name, "allowed-ips"));
        Assert.Equal($"{peer}\t0", await Wg.Show(wg.Name, "latest-handshakes"));
        Assert.Equal($"{peer}\t0\t0", await Wg.Show(wg.Name, "transfer"));
        Assert.Equal($"{peer}\t7", await Wg.Show(wg.Name, "persistent-keepalive"));
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Alone), MemberType = typeof(Pairs))]
    public async Task Setconf_replaces_addconf_adds_and_showconf_gives_back(DaemonKind kind)
    {
        await using var scenario = new Scenario(output);
        var wg = await WgInterface.Create(scenario, kind, await scenario.Namespace());
        string[] peers = [await NewPeer(), await NewPeer(), await NewPeer()];
        await wg.Set($"peer {peers[2]} allowed-ips 192.168.0.0/16");

        var first = $"""
            [Interface]
            PrivateKey = {wg.PrivateKey}
            ListenPort = 4711
            FwMark = 0x10

            [Peer]
            PublicKey = {peers[0]}
            AllowedIPs = 10.0.0.0/8, fd00::/8
            Endpoint = 192.0.2.1:51820
            PersistentKeepalive = 21

            """;
        await Wg.Configure("setconf", wg.Name, first);
        Assert.Equal(peers[0], await Wg.Show(wg.Name, "peers"));

        await Wg.Configure("addconf", wg.Name, $"[Peer]\nPublicKey = {peers[1]}\nAllowedIPs = 10.9.0.0/16\n");
        Assert.Equal(peers[..2].Order(), (await Wg.Show(wg.Name, "peers")).Split('\n').Order());

        var saved = await Wg.Run(null, "showconf", wg.Name);
        await Wg.Configure("setconf", wg.Name, "[Interface]\nListenPort = 4712\n");
        var empty = await wg.Dump();
        Assert.Empty(empty.Peers);
        Assert.Equal(("(none)", "off", 4712), (empty.PrivateKey, empty.FwMark, empty.ListenPort));

        await Wg.Configure("setconf", wg.Name, saved);
        var dump = await wg.Dump();
        Assert.Equal((wg.PrivateKey, 4711, "0x10"), (dump.PrivateKey, dump.ListenPort, dump.FwMark));
        var peer = dump.Peers.Single(row => row.PublicKey == peers[0]);
        Assert.Equal(("192.0.2.1:51820", "21"), (peer.Endpoint, peer.Keepalive));
        Assert.Equal(["10.0.0.0/8", "fd00::/8"], peer.AllowedIps);
        Assert.Equal(["10.9.0.0/16"], dump.Peers.Single(row => row.PublicKey == peers[1]).AllowedIps);
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public async Task Syncconf_changes_what_differs_and_keeps_the_session(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right);
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        var capture = scenario.Own(await Capture.Start(tunnel.Left.Net, "cable"));

        var added = await NewPeer();
        var configuration = await Wg.Run(null, "showconf", tunnel.Left.Wg.Name);
        await Wg.Configure("syncconf", tunnel.Left.Wg.Name, configuration + $"\n[Peer]\nPublicKey = {added}\nAllowedIPs = 10.8.0.0/16\n");
        Assert.Equal(2, (await tunnel.Left.Wg.Dump()).Peers.Count);
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);

        await Wg.Configure("syncconf", tunnel.Left.Wg.Name, configuration);
        Assert.Equal(tunnel.Right.Wg.PublicKey, await Wg.Show(tunnel.Left.Wg.Name, "peers"));
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        Assert.DoesNotContain(capture.Packets, static packet => packet.Type == UdpPacket.Initiation);
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Alone), MemberType = typeof(Pairs))]
    public async Task A_peer_with_130560_prefixes_is_taken_and_given_back_whole(DaemonKind kind)
    {
        await using var scenario = new Scenario(output);
        var wg = await WgInterface.Create(scenario, kind, await scenario.Namespace());
        var configuration = new StringBuilder($"[Interface]\nPrivateKey={wg.PrivateKey}\n[Peer]\nPublicKey={await NewPeer()}\n");
        for (var a = 1; a <= 255; a++)
        {
            for (var b = 0; b <= 255; b++) configuration.Append($"AllowedIPs={a}.{b}.0.0/16,{a}::{b}/128\n");
        }

        await Wg.Configure("setconf", wg.Name, configuration.ToString());
        var peer = Assert.Single((await wg.Dump()).Peers);
        Assert.Equal(255 * 256 * 2, peer.AllowedIps.Distinct().Count());
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Alone), MemberType = typeof(Pairs))]
    public async Task Answers_of_every_length_come_whole(DaemonKind kind)
    {
        await using var scenario = new Scenario(output);
        var wg = await WgInterface.Create(scenario, kind, await scenario.Namespace());

        var many = new StringBuilder("[Interface]\n");
        for (var a = 1; a <= 40; a++)
        {
            many.Append($"[Peer]\nPublicKey={await NewPeer()}\n");
            for (var b = 1; b <= 52; b++) many.Append($"AllowedIPs={a}.{b}.0.0/16\n");
        }

        await Wg.Configure("setconf", wg.Name, many.ToString());
        var peers = (await wg.Dump()).Peers;
        Assert.Equal(40, peers.Count);
        Assert.All(peers, static peer => Assert.Equal(52, peer.AllowedIps.Count));

        var few = new StringBuilder("[Interface]\n");
        for (var i = 0; i < 30; i++) few.Append($"[Peer]\nPublicKey={await NewPeer()}\n");
        await Wg.Configure("setconf", wg.Name, few + "AllowedIPs=255.2.3.4/32,abcd::255/128\n");
        Assert.Equal(30, (await Wg.Run(null, "showconf", wg.Name)).Split("[Peer]").Length - 1);
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Alone), MemberType = typeof(Pairs))]
    public async Task A_peer_with_197_addresses_stands_beside_one_with_none(DaemonKind kind)
    {
        await using var scenario = new Scenario(output);
        var wg = await WgInterface.Create(scenario, kind, await scenario.Namespace());
        var (first, second) = (await NewPeer(), await NewPeer());
        await wg.Set($"peer {first}");
        await wg.Set($"peer {second} allowed-ips {string.Join(',', Enumerable.Range(1, 197).Select(static i => $"abcd::{i}"))}");
        var lines = (await Wg.Show(wg.Name, "allowed-ips")).Split('\n').ToDictionary(static line => line.Split('\t')[0]);
        Assert.Equal(2, lines.Count);
        Assert.Equal($"{first}\t(none)", lines[first]);
        Assert.Equal(197, lines[second].Split('\t')[1].Split(' ').Length);
    }

    [ApexFact]
    public async Task Peers_and_prefixes_are_listed_in_the_order_they_came()
    {
        await using var scenario = new Scenario(output);
        var wg = await WgInterface.Create(scenario, DaemonKind.ApexWg, await scenario.Namespace());
        List<string> peers = [];
        for (var i = 0; i < 12; i++)
        {
            peers.Add(await NewPeer());
            await wg.Set($"peer {peers[i]} allowed-ips 10.{i}.2.0/24,10.{i}.1.0/24,fd00:{i}::/32");
        }

        var shown = (await wg.Dump()).Peers;
        Assert.Equal(peers, shown.Select(static peer => peer.PublicKey));
        Assert.Equal(["10.5.2.0/24", "10.5.1.0/24", "fd00:5::/32"], shown[5].AllowedIps);
    }

    [ApexFact]
    public async Task One_allowed_ip_can_be_taken_away_and_only_from_its_owner()
    {
        await using var scenario = new Scenario(output);
        var wg = await WgInterface.Create(scenario, DaemonKind.ApexWg, await scenario.Namespace());
        var (first, second) = (await NewPeer(), await NewPeer());
        await wg.Set($"peer {first} allowed-ips 10.0.0.0/8,10.1.0.0/16,fd00::/8 peer {second} allowed-ips 172.16.0.0/12");

        // The stock tool of this age has no words for it.
        await Uapi.Set(wg.Name, $"public_key={Hex(first)}", "allowed_ip=-10.1.0.0/16", "allowed_ip=-172.16.0.0/12", "allowed_ip=fe80::/10");
        var peers = (await wg.Dump()).Peers;
        Assert.Equal(["10.0.0.0/8", "fd00::/8", "fe80::/10"], peers[0].AllowedIps);
        Assert.Equal(["172.16.0.0/12"], peers[1].AllowedIps);
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Alone), MemberType = typeof(Pairs))]
    public async Task Many_requests_go_over_one_connection_and_bad_ones_are_refused(DaemonKind kind)
    {
        await using var scenario = new Scenario(output);
        var wg = await WgInterface.Create(scenario, kind, await scenario.Namespace());
        await Uapi.Set(wg.Name, "listen_port=1234");
        foreach (var bad in (string[])["listen_port=70000", "nonsense=1", "private_key=12", "public_key=zz"])
        {
            Assert.Matches("^errno=-?[1-9][0-9]*\n$", await Uapi.Ask(wg.Name, $"set=1\n{bad}\n\n"));
        }

        Assert.Contains("listen_port=1234\n", await Uapi.Ask(wg.Name, "get=1\n\n"), StringComparison.Ordinal);
    }

    [PeerFact]
    public async Task An_interface_that_does_not_exist_is_an_error()
    {
        var text = (await Wg.TryRun(null, "show", Names.Next("no"))).Refused();
        Assert.Contains("Unable to access interface", text, StringComparison.Ordinal);
    }

    private static string Hex(string key) => Convert.ToHexStringLower(Convert.FromBase64String(key));

    private static async Task<string> NewPeer() => await Wg.PubKey(await Wg.GenKey());
}
