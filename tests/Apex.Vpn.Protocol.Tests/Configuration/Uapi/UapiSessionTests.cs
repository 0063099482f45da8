using System.Net;
using System.Text;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Configuration;

public sealed class UapiSessionTests
{
    private static readonly string Zeros = new('0', 64);

    private readonly FakeDevice _device = new();

    [Fact]
    [Trait("Item", "44")]
    public async Task Item44_many_operations_share_a_connection_and_each_reply_ends_with_a_blank_line()
    {
        string reply = await UapiText.AskAsync(
            _device, "get=1\n\nset=1\nlisten_port=5\n\nset=1\nlisten_port=x\n\nset=1\nfwmark=7\n\nget=1\n\n");
        Assert.Equal("errno=0\n\nerrno=0\n\nerrno=-22\n\nerrno=0\n\nlisten_port=5\nfwmark=7\nerrno=0\n\n", reply);
    }

    [Theory]
    [Trait("Item", "44")]
    [InlineData("\n")]
    [InlineData("put=1\n\n")]
    [InlineData("get=2\n\n")]
    [InlineData("set=\n\n")]
    [InlineData(" get=1\n\n")]
    [InlineData("get=1\r\n\r\n")]
    [InlineData("gét=1\n\n")]
    public async Task Item44_what_is_neither_get_nor_set_ends_the_connection(string request)
    {
        Assert.Equal("errno=71\n\n", await UapiText.AskAsync(_device, request + "set=1\nlisten_port=5\n\n"));
        Assert.Empty(_device.Applied);
    }

    [Fact]
    public async Task A_get_has_no_lines_of_its_own()
    {
        Assert.Equal("errno=22\n\nerrno=0\n\n", await UapiText.AskAsync(_device, "get=1\nlisten_port=1\n\nget=1\n\n"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("get=1")]
    [InlineData("nonsense")]
    public async Task Silence_and_half_a_line_get_no_answer(string request) =>
        Assert.Equal("", await UapiText.AskAsync(_device, request));

    [Fact]
    public async Task A_line_beyond_the_limit_is_refused_and_the_next_operation_is_understood()
    {
        var limits = new UapiLimits { LineBytes = 100 };
        string fits = "listen_port=" + new string('0', 100 - "listen_port=".Length - 1) + "5";
        string reply = await UapiText.AskAsync(
            _device, $"set=1\n{fits}0\nfwmark=1\n\nset=1\n{fits}\n\nset=1\n{new string('a', 100_000)}\n\nget=1\n\n", limits);
        Assert.Equal("errno=-71\n\nerrno=0\n\nerrno=-71\n\nlisten_port=5\nerrno=0\n\n", reply);
        Assert.Equal("errno=71\n\n", await UapiText.AskAsync(_device, new string('a', 100_000) + "\nget=1\n\n", limits));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public async Task Lines_may_arrive_in_any_pieces(int pieces)
    {
        byte[] request = Encoding.ASCII.GetBytes("set=1\nlisten_port=51820\nfwmark=51820\n\nget=1\n\n");
        Assert.Equal(
            "errno=0\n\nlisten_port=51820\nfwmark=51820\nerrno=0\n\n", await UapiText.AskAsync(_device, request, pieces: pieces));
    }

    [Fact]
    [Trait("Item", "45")]
    public async Task Item45_a_device_without_settings_has_no_lines()
    {
        Assert.Equal("errno=0\n\n", await UapiText.AskAsync(_device, "get=1\n\n"));
    }

    [Fact]
    [Trait("Item", "45")]
    public async Task Item45_get_prints_what_is_set_in_the_order_of_wireguard_go()
    {
        string key = "e8" + new string('4', 60) + "5a";
        await UapiText.AskAsync(_device, $"set=1\nprivate_key={key}\nlisten_port=12912\nfwmark=3\n\n");
        byte[] bytes = new byte[32];
        Array.Fill(bytes, (byte)0xab);
        var peer = new FakePeer(new PublicKey(bytes))
        {
            Endpoint = UdpEndpoint.From(IPEndPoint.Parse("182.122.22.19:3233")),
            PersistentKeepalive = 25,
            LastHandshake = DateTimeOffset.UnixEpoch.AddSeconds(1_700_000_000).AddTicks(1234567),
            ReceivedBytes = long.MaxValue,
            SentBytes = 148,
        };
        bytes.CopyTo(peer.PresharedKey, 0);
        peer.AllowedIps.Add(IPNetwork.Parse("192.168.4.6/32"));
        peer.AllowedIps.Add(IPNetwork.Parse("10.0.0.0/8"));
        peer.AllowedIps.Add(IPNetwork.Parse("2001:db8::/32"));
        _device.Peers.Add(peer);
        Array.Fill(bytes, (byte)0x0c);
        _device.Peers.Add(new FakePeer(new PublicKey(bytes)));
        string ab = string.Concat(Enumerable.Repeat("ab", 32)), oc = string.Concat(Enumerable.Repeat("0c", 32));
        Assert.Equal(
            $"""
            private_key={key}
            listen_port=12912
            fwmark=3
            public_key={ab}
            preshared_key={ab}
            protocol_version=1
            endpoint=182.122.22.19:3233
            last_handshake_time_sec=1700000000
            last_handshake_time_nsec=123456700
            tx_bytes=148
            rx_bytes=9223372036854775807
            persistent_keepalive_interval=25
            allowed_ip=192.168.4.6/32
            allowed_ip=10.0.0.0/8
            allowed_ip=2001:db8::/32
            public_key={oc}
            preshared_key={Zeros}
            protocol_version=1
            last_handshake_time_sec=0
            last_handshake_time_nsec=0
            tx_bytes=0
            rx_bytes=0
            persistent_keepalive_interval=0
            errno=0


            """,
            await UapiText.AskAsync(_device, "get=1\n\n"));
    }

    [Fact]
    [Trait("Item", "41")]
    public async Task Item41_peers_and_prefixes_are_listed_in_the_order_they_were_given()
    {
        var random = new Random(41);
        string[] keys = [.. Enumerable.Range(0, 50).Select(_ => random.PublicKey().ToHex())];
        IEnumerable<string> peers = keys.Select(
            static (key, i) => $"public_key={key}\nallowed_ip=10.{i}.0.0/16\nallowed_ip=9.{i}.0.0/16\n");
        await UapiText.AskAsync(_device, "set=1\n" + string.Concat(peers) + "\n");
        await UapiText.AskAsync(_device, $"set=1\npublic_key={keys[7]}\nallowed_ip=10.3.0.0/16\n\n"); // moves from the fourth peer
        string reply = await UapiText.AskAsync(_device, "get=1\n\n");
        string[] lines = reply.Split('\n');
        Assert.Equal(keys, lines.Where(line => line.StartsWith("public_key=", StringComparison.Ordinal)).Select(line => line[11..]));
        int eighth = Array.IndexOf(lines, $"public_key={keys[7]}");
        Assert.Equal(
            ["allowed_ip=10.7.0.0/16", "allowed_ip=9.7.0.0/16", "allowed_ip=10.3.0.0/16"],
            lines.Skip(eighth).Where(line => line.StartsWith("allowed_ip=", StringComparison.Ordinal)).Take(3));
        Assert.Single(lines, "allowed_ip=10.3.0.0/16");
    }

    [Fact]
    public async Task A_peer_that_goes_away_meanwhile_is_left_out()
    {
        var random = new Random(1);
        for (int i = 0; i < 3; i++) _device.Peers.Add(new FakePeer(random.PublicKey()));
        PublicKey[] keys = [.. _device.Peers.Select(peer => peer.PublicKey)];
        _device.PeerRead = peer => _device.Peers.RemoveAll(other => other.PublicKey == keys[1]);
        string reply = await UapiText.AskAsync(_device, "get=1\n\n");
        Assert.Contains(keys[0].ToHex(), reply, StringComparison.Ordinal);
        Assert.DoesNotContain(keys[1].ToHex(), reply, StringComparison.Ordinal);
        Assert.EndsWith($"public_key={keys[2].ToHex()}", reply.Split("\npreshared_key")[^2], StringComparison.Ordinal);
        Assert.EndsWith("\nerrno=0\n\n", reply, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_that_fails_half_way_ends_the_reply_with_its_error()
    {
        var random = new Random(1);
        for (int i = 0; i < 3; i++) _device.Peers.Add(new FakePeer(random.PublicKey()));
        _device.PeerRead = _ => throw new IOException("gone");
        string reply = await UapiText.AskAsync(_device, "get=1\n\nset=1\n\n");
        Assert.EndsWith("\nerrno=5\n\nerrno=0\n\n", reply, StringComparison.Ordinal);
    }
}
