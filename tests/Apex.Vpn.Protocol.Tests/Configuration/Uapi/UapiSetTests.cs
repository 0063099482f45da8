using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Configuration;

public sealed class UapiSetTests
{
    private const string Key = "b85996fecc9c7f1fc6d2572a76eda11d59bcd20be8e543b15ce4bd85a8e75a33";
    private const string OtherKey = "58402e695ba1772b1cc9309755f043251ea77fdcf10fbe63989ceb7e19321376";
    private const string SecretText = "e84b5a6d2717c1003a13b431570353dbaca9146cf150c5f8575680feba52027a";
    private static readonly string Zeros = new('0', 64);

    private readonly FakeDevice _device = new();

    [Fact]
    [Trait("Item", "43")]
    public async Task Item43_every_key_of_a_set_reaches_the_device()
    {
        string reply = await UapiText.AskAsync(
            _device,
            $"""
            set=1
            private_key={SecretText}
            listen_port=12912
            fwmark=4294967295
            replace_peers=true
            public_key={Key.ToUpperInvariant()}
            preshared_key={SecretText}
            protocol_version=1
            endpoint=[abcd:23::33]:51820
            persistent_keepalive_interval=111
            replace_allowed_ips=true
            allowed_ip=192.168.4.4/32
            allowed_ip=-10.0.0.0/24
            public_key={OtherKey}
            update_only=true
            endpoint=182.122.22.19:3233
            public_key={Key}
            remove=true


            """);
        Assert.Equal("errno=0\n\n", reply);
        DeviceUpdate update = Assert.Single(_device.Applied);
        Assert.Equal((ushort)12912, update.ListenPort);
        Assert.Equal(uint.MaxValue, update.FirewallMark);
        Assert.True(update.ReplacePeers);
        Assert.Equal(3, update.Peers.Count);
        PeerUpdate first = update.Peers[0];
        Assert.Equal(Key, first.PublicKey.ToHex());
        Assert.False(first.Remove || first.UpdateOnly);
        Assert.Equal(UdpEndpoint.From(IPEndPoint.Parse("[abcd:23::33]:51820")), first.Endpoint);
        Assert.Equal((ushort)111, first.PersistentKeepalive);
        Assert.Equal(
            [
                AllowedIpChange.Clear(),
                AllowedIpChange.Add(IPNetwork.Parse("192.168.4.4/32")),
                AllowedIpChange.Remove(IPNetwork.Parse("10.0.0.0/24")),
            ],
            first.AllowedIps);
        Assert.True(update.Peers[1].UpdateOnly);
        Assert.True(update.Peers[2].Remove);
        Assert.Equal(SecretText, Convert.ToHexStringLower(_device.PrivateKey));
    }

    [Fact]
    public async Task What_is_not_said_is_left_alone()
    {
        Assert.Equal("errno=0\n\n", await UapiText.AskAsync(_device, $"set=1\npublic_key={Key}\n\n"));
        DeviceUpdate update = Assert.Single(_device.Applied);
        Assert.Null(update.PrivateKey);
        Assert.Null(update.ListenPort);
        Assert.Null(update.FirewallMark);
        Assert.False(update.ReplacePeers);
        PeerUpdate peer = Assert.Single(update.Peers);
        Assert.Null(peer.PresharedKey);
        Assert.Null(peer.Endpoint);
        Assert.Null(peer.PersistentKeepalive);
        Assert.Empty(peer.AllowedIps);
    }

    [Fact]
    [Trait("Item", "42")]
    public async Task Item42_a_private_key_of_zeros_unsets_it_and_others_are_returned_clamped()
    {
        Assert.Equal("errno=0\n\n", await UapiText.AskAsync(_device, $"set=1\nprivate_key={new string('f', 64)}\n\n"));
        string clamped = "f8" + new string('f', 60) + "7f";
        Assert.Equal($"private_key={clamped}\nerrno=0\n\n", await UapiText.AskAsync(_device, "get=1\n\n"));
        Assert.Equal("errno=0\n\n", await UapiText.AskAsync(_device, $"set=1\nprivate_key={Zeros}\n\n"));
        Assert.Equal("errno=0\n\n", await UapiText.AskAsync(_device, "get=1\n\n"));
    }

    [Fact]
    [Trait("Item", "43")]
    public async Task Item43_replacing_allowed_ips_acts_where_it_stands()
    {
        string peer = $"public_key={Key}\n";
        await UapiText.AskAsync(
            _device, $"set=1\n{peer}allowed_ip=10.0.0.0/8\nreplace_allowed_ips=true\nallowed_ip=10.1.0.0/16\n\n");
        Assert.Equal([IPNetwork.Parse("10.1.0.0/16")], _device.Peers.Single().AllowedIps);
        await UapiText.AskAsync(_device, $"set=1\n{peer}allowed_ip=10.2.0.0/16\n{peer}replace_allowed_ips=true\n\n");
        Assert.Empty(_device.Peers.Single().AllowedIps);
    }

    [Fact]
    [Trait("Item", "43")]
    public async Task Item43_removing_an_unknown_peer_is_no_error_and_update_only_makes_none()
    {
        string reply = await UapiText.AskAsync(
            _device, $"set=1\npublic_key={Key}\nremove=true\npublic_key={OtherKey}\nupdate_only=true\nallowed_ip=10.0.0.0/8\n\n");
        Assert.Equal("errno=0\n\n", reply);
        Assert.Empty(_device.Peers);
    }

    [Fact]
    [Trait("Item", "43")]
    public async Task Item43_a_preshared_key_of_zeros_takes_it_away()
    {
        await UapiText.AskAsync(_device, $"set=1\npublic_key={Key}\npreshared_key={SecretText}\n\n");
        Assert.True(_device.Peers.Single().Status().HasPresharedKey);
        await UapiText.AskAsync(_device, $"set=1\npublic_key={Key}\npreshared_key={Zeros}\n\n");
        Assert.False(_device.Peers.Single().Status().HasPresharedKey);
    }

    [Fact]
    [Trait("Item", "41")]
    public async Task Item41_a_prefix_moves_to_the_peer_it_is_given_to_and_only_its_owner_can_lose_it()
    {
        await UapiText.AskAsync(_device, $"set=1\npublic_key={Key}\nallowed_ip=10.0.0.99/8\npublic_key={OtherKey}\nallowed_ip=::/0\n\n");
        Assert.Equal([IPNetwork.Parse("10.0.0.0/8")], _device.Peers[0].AllowedIps);
        await UapiText.AskAsync(_device, $"set=1\npublic_key={OtherKey}\nallowed_ip=-10.0.0.0/8\n\n");
        Assert.Equal([IPNetwork.Parse("10.0.0.0/8")], _device.Peers[0].AllowedIps);
        await UapiText.AskAsync(_device, $"set=1\npublic_key={OtherKey}\nallowed_ip=10.0.0.0/8\n\n");
        Assert.Empty(_device.Peers[0].AllowedIps);
        await UapiText.AskAsync(_device, $"set=1\npublic_key={OtherKey}\nallowed_ip=-10.0.0.0/8\n\n");
        Assert.Equal([IPNetwork.Parse("::/0")], _device.Peers[1].AllowedIps);
    }

    [Theory]
    [Trait("Item", "44")]
    [InlineData("no_such_key=1", 22)]
    [InlineData("=1", 22)]
    [InlineData("private_key=", 22)]
    [InlineData("private_key=yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=", 22)]
    [InlineData("private_key=g85996fecc9c7f1fc6d2572a76eda11d59bcd20be8e543b15ce4bd85a8e75a33", 22)]
    [InlineData("listen_port=65536", 22)]
    [InlineData("listen_port=-1", 22)]
    [InlineData("listen_port=", 22)]
    [InlineData("fwmark=4294967296", 22)]
    [InlineData("fwmark=0x10", 22)]
    [InlineData("replace_peers=false", 22)]
    [InlineData("remove=true", 22)] // of no peer
    [InlineData("protocol_version=1", 22)]
    [InlineData("public_key=00", 22)]
    [InlineData("public_key=" + Key + "\nprivate_key=" + SecretText, 22)] // the device's keys stand before the peers
    [InlineData("public_key=" + Key + "\nreplace_peers=true", 22)]
    [InlineData("public_key=" + Key + "\nremove=false", 22)]
    [InlineData("public_key=" + Key + "\nupdate_only=1", 22)]
    [InlineData("public_key=" + Key + "\npreshared_key=0", 22)]
    [InlineData("public_key=" + Key + "\nprotocol_version=2", 22)]
    [InlineData("public_key=" + Key + "\npersistent_keepalive_interval=65536", 22)]
    [InlineData("public_key=" + Key + "\npersistent_keepalive_interval=off", 22)]
    [InlineData("public_key=" + Key + "\nreplace_allowed_ips=yes", 22)]
    [InlineData("public_key=" + Key + "\nallowed_ip=10.0.0.1", 22)]
    [InlineData("public_key=" + Key + "\nallowed_ip=10.0.0.1/33", 22)]
    [InlineData("public_key=" + Key + "\nallowed_ip=--10.0.0.1/32", 22)]
    [InlineData("public_key=" + Key + "\nallowed_ip=+10.0.0.1/32", 22)]
    [InlineData("public_key=" + Key + "\nallowed_ip=::/129", 22)]
    [InlineData("public_key=" + Key + "\nendpoint=example.com:1", 22)]
    [InlineData("public_key=" + Key + "\nendpoint=1.2.3.4", 22)]
    [InlineData("public_key=" + Key + "\nendpoint=[::1%no-such-interface]:1", 22)]
    [InlineData("public_key=" + Key + "\nendpoint=::1:1", 22)]
    [InlineData("no sense", 71)]
    public async Task Item44_a_bad_line_has_its_errno_and_changes_nothing(string lines, int errno)
    {
        string reply = await UapiText.AskAsync(_device, $"set=1\nlisten_port=1\n{lines}\npublic_key={OtherKey}\n\nget=1\n\n");
        Assert.Equal($"errno=-{errno}\n\nerrno=0\n\n", reply); // and the next operation is understood
        Assert.Empty(_device.Applied);
    }

    [Theory]
    [InlineData("1.2.3.4:5", "1.2.3.4:5")]
    [InlineData("[::1]:5", "[::1]:5")]
    [InlineData("[::ffff:1.2.3.4]:5", "1.2.3.4:5")]
    [InlineData("[fe80::1%9]:65535", "[fe80::1%9]:65535")]
    [InlineData("1.2.3.4:0", "1.2.3.4:0")]
    public async Task An_endpoint_is_an_address_and_a_port(string text, string expected)
    {
        Assert.Equal("errno=0\n\n", await UapiText.AskAsync(_device, $"set=1\npublic_key={Key}\nendpoint={text}\n\n"));
        Assert.Contains($"\nendpoint={expected}\n", await UapiText.AskAsync(_device, "get=1\n\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scope_may_be_an_interfaces_name()
    {
        NetworkInterface loopback = NetworkInterface.GetAllNetworkInterfaces()
            .First(static candidate => candidate.NetworkInterfaceType == NetworkInterfaceType.Loopback);
        Assert.Equal("errno=0\n\n", await UapiText.AskAsync(_device, $"set=1\npublic_key={Key}\nendpoint=[::1%{loopback.Name}]:5\n\n"));
        Assert.Equal((uint)loopback.GetIPProperties().GetIPv6Properties().Index, _device.Peers.Single().Endpoint.ScopeId);
    }

    [Fact]
    [Trait("Item", "44")]
    public async Task Item44_a_taken_port_and_other_failures_have_their_numbers()
    {
        _device.Failure = new SocketException((int)SocketError.AddressAlreadyInUse);
        Assert.Equal("errno=-98\n\n", await UapiText.AskAsync(_device, "set=1\nlisten_port=1\n\n"));
        _device.Failure = new SocketException((int)SocketError.AccessDenied);
        Assert.Equal("errno=-5\n\n", await UapiText.AskAsync(_device, "set=1\nlisten_port=1\n\n"));
        _device.Failure = new InvalidOperationException();
        Assert.Equal("errno=-5\n\n", await UapiText.AskAsync(_device, "set=1\nlisten_port=1\n\n"));
        Assert.Equal("errno=5\n\n", await UapiText.AskAsync(_device, "get=1\n\n"));
    }

    [Theory]
    [InlineData("set=1\nlisten_port=1\n")]
    [InlineData("set=1\nlisten_port=1")]
    [InlineData("set=1\n")]
    [InlineData("get=1\n")]
    public async Task An_operation_without_its_end_is_not_carried_out(string request)
    {
        string sign = request.StartsWith("set", StringComparison.Ordinal) ? "-" : "";
        Assert.Equal($"errno={sign}71\n\n", await UapiText.AskAsync(_device, request));
        Assert.Empty(_device.Applied);
    }

    [Fact]
    public async Task The_keys_in_a_change_are_erased_once_it_is_applied_or_refused()
    {
        await UapiText.AskAsync(_device, $"set=1\nprivate_key={SecretText}\npublic_key={Key}\npreshared_key={SecretText}\n\n");
        DeviceUpdate update = Assert.Single(_device.Applied);
        Assert.All(update.Peers, static peer => Assert.True(IsDisposed(peer.PresharedKey!)));
        Assert.True(IsDisposed(update.PrivateKey!));

        using var parser = new UapiSetParser(UapiLimits.Default);
        Assert.Equal(0, parser.Add($"private_key={SecretText}"));
        Assert.Equal(0, parser.Add($"private_key={Zeros}"));
        PrivateKey last = parser.Update.PrivateKey!;
        parser.Dispose();
        Assert.True(IsDisposed(last));
        Assert.Null(parser.Update.PrivateKey);
    }

    [Fact]
    public async Task More_peers_or_prefixes_than_the_limit_are_refused_and_change_nothing()
    {
        var limits = new UapiLimits { Peers = 2, AllowedIps = 3 };
        string peer = $"public_key={Key}\n";
        Assert.Equal("errno=0\n\n", await UapiText.AskAsync(_device, $"set=1\n{peer}{peer}\n", limits));
        Assert.Equal("errno=-7\n\n", await UapiText.AskAsync(_device, $"set=1\n{peer}{peer}{peer}\n", limits));
        string prefixes = "allowed_ip=10.0.0.0/8\nreplace_allowed_ips=true\nallowed_ip=-10.0.0.0/8\n";
        Assert.Equal("errno=0\n\n", await UapiText.AskAsync(_device, $"set=1\n{peer}{prefixes}\n", limits));
        Assert.Equal("errno=-7\n\n", await UapiText.AskAsync(_device, $"set=1\n{peer}{prefixes}{peer}allowed_ip=::/0\n\n", limits));
        Assert.Equal(2, _device.Applied.Count);
    }

    private static bool IsDisposed(SecretKey key) => Record.Exception(() => key.CopyTo(new byte[32])) is ObjectDisposedException;
}
