using System.Net;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Configuration;

public sealed class ConfigurationReadTests
{
    private const string PrivateKeyText = "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=";
    private const string PeerKeyText = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=";
    private const string OtherPeerKeyText = "TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0=";
    private const string PresharedKeyText = "/UwcSPg38hW/D9Y3tcS1FOV0K1wuURMbS0sesJEP5ak=";

    private const string Whole = $"""
        # The office
        [Interface]
        PrivateKey = {PrivateKeyText}   # ours
        ListenPort = 51820
        FwMark = 0xca6c
        Address = 10.0.0.2/24, fd00::2/64
        Address = 10.9.9.9
        DNS = 10.0.0.53, corp.example, 2001:db8::53
        DNS = lan
        MTU = 1380
        Table = off
        PreUp = echo one
        PostUp = echo "two # three"
        PostUp = echo four
        PreDown = echo five
        PostDown = echo six
        SaveConfig = true

        [Peer]
        PublicKey = {PeerKeyText}
        PresharedKey = {PresharedKeyText}
        AllowedIPs = 10.0.0.0/24, 10.1.2.3
        AllowedIPs = fd00::5, ::/0
        Endpoint = vpn.example.com:51820
        PersistentKeepalive = 25

        [Peer]
        PublicKey = {OtherPeerKeyText}
        AllowedIPs =
        Endpoint = [2001:db8::1]:443
        PersistentKeepalive = off
        """;

    [Fact]
    public void Every_key_of_the_interface_is_read()
    {
        using WireGuardConfiguration configuration = WireGuardConfiguration.Parse(Whole);
        InterfaceConfiguration section = configuration.Interface;
        Span<char> key = stackalloc char[44];
        section.PrivateKey!.WriteBase64(key);
        Assert.Equal(PrivateKeyText, key.ToString());
        Assert.Equal((ushort)51820, section.ListenPort);
        Assert.Equal(0xca6cu, section.FirewallMark);
        Assert.Equal(["10.0.0.2/24", "fd00::2/64", "10.9.9.9/32"], section.Addresses.Select(address => address.ToString()));
        Assert.Equal([IPAddress.Parse("10.0.0.53"), IPAddress.Parse("2001:db8::53")], section.DnsServers);
        Assert.Equal(["corp.example", "lan"], section.DnsSearchDomains);
        Assert.Equal(1380, section.Mtu);
        Assert.Equal("off", section.Table);
        Assert.Equal(["echo one"], section.PreUp);
        Assert.Equal(["echo \"two # three\"", "echo four"], section.PostUp);
        Assert.Equal(["echo five"], section.PreDown);
        Assert.Equal(["echo six"], section.PostDown);
        Assert.True(section.SaveConfig);
    }

    [Fact]
    public void Every_key_of_a_peer_is_read()
    {
        using WireGuardConfiguration configuration = WireGuardConfiguration.Parse(Whole);
        Assert.Equal(2, configuration.Peers.Count);
        PeerConfiguration first = configuration.Peers[0], second = configuration.Peers[1];
        Assert.Equal(PeerKeyText, first.PublicKey.ToBase64());
        Span<char> key = stackalloc char[44];
        first.PresharedKey!.WriteBase64(key);
        Assert.Equal(PresharedKeyText, key.ToString());
        Assert.Equal(["10.0.0.0/24", "10.1.2.3/32", "fd00::5/128", "::/0"], first.AllowedIps.Select(prefix => prefix.ToString()));
        Assert.Equal(new PeerEndpoint("vpn.example.com", 51820), first.Endpoint);
        Assert.Equal((ushort)25, first.PersistentKeepalive);
        Assert.Null(second.PresharedKey);
        Assert.Empty(second.AllowedIps);
        Assert.Equal(UdpEndpoint.From(IPEndPoint.Parse("[2001:db8::1]:443")), second.Endpoint!.Address);
        Assert.Equal((ushort)0, second.PersistentKeepalive);
    }

    [Fact]
    public void What_is_not_said_is_null_or_empty()
    {
        using WireGuardConfiguration configuration = WireGuardConfiguration.Parse($"[Interface]\nPrivateKey={PrivateKeyText}");
        InterfaceConfiguration section = configuration.Interface;
        Assert.Null(section.ListenPort);
        Assert.Null(section.FirewallMark);
        Assert.Null(section.Mtu);
        Assert.Null(section.Table);
        Assert.False(section.SaveConfig);
        Assert.Empty(section.Addresses);
        Assert.Empty(section.DnsServers);
        Assert.Empty(section.PostUp);
        Assert.Empty(configuration.Peers);
    }

    [Theory]
    [InlineData("0", 0u)]
    [InlineData("off", 0u)]
    [InlineData("OFF", 0u)]
    [InlineData("51820", 51820u)]
    [InlineData("0xCA6C", 0xca6cu)]
    [InlineData("0xffffffff", 0xffffffffu)]
    [InlineData("4294967295", 0xffffffffu)]
    public void A_mark_is_decimal_or_hexadecimal_or_off(string text, uint mark)
    {
        using WireGuardConfiguration configuration = WireGuardConfiguration.Parse(
            $"[Interface]\nPrivateKey={PrivateKeyText}\nFwMark={text}");
        Assert.Equal(mark, configuration.Interface.FirewallMark);
    }

    [Theory]
    [InlineData("10.0.0.7/8", "10.0.0.0/8")]
    [InlineData("fd00::1/16", "fd00::/16")]
    [Trait("Item", "41")]
    public void Item41_host_bits_of_allowed_ips_are_masked(string text, string prefix)
    {
        using WireGuardConfiguration configuration = WireGuardConfiguration.Parse(
            $"[Interface]\nPrivateKey={PrivateKeyText}\n[Peer]\nPublicKey={PeerKeyText}\nAllowedIPs={text}");
        Assert.Equal(prefix, configuration.Peers[0].AllowedIps.Single().ToString());
    }

    [Fact]
    public void The_interface_may_stand_behind_the_peers_and_in_two_parts()
    {
        using WireGuardConfiguration configuration = WireGuardConfiguration.Parse(
            $"[Peer]\nPublicKey={PeerKeyText}\n[interface]\nListenPort=1\n[ INTERFACE ]\nprivatekey={PrivateKeyText}");
        Assert.Equal((ushort)1, configuration.Interface.ListenPort);
        Assert.NotNull(configuration.Interface.PrivateKey);
        Assert.Single(configuration.Peers);
    }

    [Fact]
    public void A_scope_is_an_index_or_the_name_of_an_interface()
    {
        Assert.True(PeerEndpoint.TryParse("[fe80::1%7]:51820", out PeerEndpoint? endpoint));
        Assert.Equal(7u, endpoint.Address.ScopeId);
        Assert.Equal("[fe80::1%7]:51820", endpoint.ToString());
        Assert.False(PeerEndpoint.TryParse("[fe80::1%no-such-interface]:51820", out _));
    }

    [Fact]
    public void A_change_carries_all_settings_and_replaces_the_allowed_ips()
    {
        using WireGuardConfiguration configuration = WireGuardConfiguration.Parse(Whole);
        UdpEndpoint resolved = UdpEndpoint.FromIPv4(0xC0000201, 51820);
        DeviceUpdate update = configuration.ToDeviceUpdate(replacePeers: true, (name, port) =>
        {
            Assert.Equal("vpn.example.com", name);
            Assert.Equal((ushort)51820, port);
            return resolved;
        });
        Assert.True(update.ReplacePeers);
        Assert.Same(configuration.Interface.PrivateKey, update.PrivateKey);
        Assert.Equal((ushort)51820, update.ListenPort);
        Assert.Equal(0xca6cu, update.FirewallMark);
        UdpEndpoint written = UdpEndpoint.From(IPEndPoint.Parse("[2001:db8::1]:443"));
        Assert.Equal([resolved, written], update.Peers.Select(peer => peer.Endpoint!.Value));
        Assert.Equal(
            [AllowedIpAction.Clear, AllowedIpAction.Add, AllowedIpAction.Add, AllowedIpAction.Add, AllowedIpAction.Add],
            update.Peers[0].AllowedIps.Select(change => change.Action));
        Assert.Equal([AllowedIpAction.Clear], update.Peers[1].AllowedIps.Select(change => change.Action));
        Assert.Null(update.Peers[1].PresharedKey);
        Assert.Equal((ushort)0, update.Peers[1].PersistentKeepalive);
    }

    [Fact]
    public void A_name_without_a_resolver_is_refused_and_an_unknown_name_leaves_the_endpoint_alone()
    {
        using WireGuardConfiguration configuration = WireGuardConfiguration.Parse(Whole);
        Assert.Throws<InvalidOperationException>(() => configuration.ToDeviceUpdate(replacePeers: false));
        Assert.Null(configuration.ToDeviceUpdate(replacePeers: false, static (_, _) => null).Peers[0].Endpoint);
    }

    [Fact]
    public void Disposing_erases_the_keys()
    {
        WireGuardConfiguration configuration = WireGuardConfiguration.Parse(Whole);
        PrivateKey privateKey = configuration.Interface.PrivateKey!;
        PresharedKey presharedKey = configuration.Peers[0].PresharedKey!;
        configuration.Dispose();
        configuration.Dispose();
        Assert.Throws<ObjectDisposedException>(() => privateKey.CopyTo(new byte[32]));
        Assert.Throws<ObjectDisposedException>(() => presharedKey.CopyTo(new byte[32]));
    }

    [Fact]
    [Trait("Item", "42")]
    public void Item42_a_private_key_of_zeros_stays_none_and_others_are_clamped()
    {
        using var none = new PrivateKey(new byte[32]);
        Assert.True(none.IsZero);
        Assert.True(PrivateKey.TryParse(new string('0', 64), out PrivateKey? parsed));
        Assert.True(parsed.IsZero);
        byte[] ones = new byte[32];
        Array.Fill(ones, (byte)0xff);
        using var key = new PrivateKey(ones);
        Assert.Equal(0xf8, key.Bytes[0]);
        Assert.Equal(0x7f, key.Bytes[31]);
    }
}
