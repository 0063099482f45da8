using System.Net;
using Apex.Vpn.Protocol.Configuration;

namespace Apex.Vpn.Protocol.Tests.Configuration;

public sealed class ConfigurationWriteTests
{
    [Fact]
    public void The_text_has_one_fixed_form()
    {
        using var configuration = new WireGuardConfiguration();
        byte[] bytes = new byte[32];
        Array.Fill(bytes, (byte)0x55);
        InterfaceConfiguration section = configuration.Interface;
        section.PrivateKey = new PrivateKey(bytes);
        section.ListenPort = 51820;
        section.FirewallMark = 0xca6c;
        section.Addresses.Add(new InterfaceAddress(IPAddress.Parse("10.0.0.2"), 24));
        section.Addresses.Add(new InterfaceAddress(IPAddress.Parse("fd00::2"), 64));
        section.DnsServers.Add(IPAddress.Parse("10.0.0.53"));
        section.DnsSearchDomains.Add("lan");
        section.Mtu = 1420;
        section.Table = "off";
        section.PostUp.Add("echo # up");
        section.PostDown.Add("echo down");
        section.SaveConfig = true;
        var peer = new PeerConfiguration(new PublicKey(bytes)) { PresharedKey = new PresharedKey(bytes), PersistentKeepalive = 0 };
        peer.AllowedIps.Add(IPNetwork.Parse("0.0.0.0/0"));
        peer.AllowedIps.Add(IPNetwork.Parse("::/0"));
        peer.Endpoint = new PeerEndpoint("vpn.example.com", 443);
        configuration.Peers.Add(peer);
        Assert.Equal(
            """
            [Interface]
            PrivateKey = UFVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVU=
            ListenPort = 51820
            FwMark = 0xca6c
            Address = 10.0.0.2/24, fd00::2/64
            DNS = 10.0.0.53, lan
            MTU = 1420
            Table = off
            PostUp = echo # up
            PostDown = echo down
            SaveConfig = true

            [Peer]
            PublicKey = VVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVU=
            PresharedKey = VVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVU=
            AllowedIPs = 0.0.0.0/0, ::/0
            Endpoint = vpn.example.com:443
            PersistentKeepalive = off

            """,
            configuration.Text());
    }

    [Fact]
    public void Too_little_room_is_said_with_the_room_needed()
    {
        using WireGuardConfiguration configuration = new Random(7).Configuration();
        Assert.False(configuration.TryWrite([], out int needed));
        for (int room = 1; room < needed; room += 13)
        {
            Assert.False(configuration.TryWrite(new char[room], out int again));
            Assert.Equal(needed, again);
        }
        char[] text = new char[needed];
        Assert.True(configuration.TryWrite(text, out int written));
        Assert.Equal(needed, written);
        Assert.Equal(configuration.Text(), new string(text));
    }

    [Fact]
    public void The_room_is_asked_for_once_so_that_no_copy_of_a_secret_stays_behind()
    {
        using WireGuardConfiguration configuration = new Random(11).Configuration();
        var writer = new CountingWriter();
        configuration.Write(writer);
        Assert.Equal(1, writer.Requests);
        Assert.Equal(configuration.Text(), new string(writer.Text));
    }

    [Fact]
    public void A_value_that_would_write_other_lines_is_refused_without_repeating_it()
    {
        Action<InterfaceConfiguration>[] injections =
        [
            section => section.PostUp.Add("true\n[Peer]"),
            section => section.PostUp.Add("true\r"),
            section => section.PreUp.Add(" true"),
            section => section.PreDown.Add(""),
            section => section.DnsSearchDomains.Add("a, b"),
            section => section.DnsSearchDomains.Add("a\nb"),
            section => section.DnsServers.Add(IPAddress.Parse("fe80::1%1")),
            section => section.Table = "off\nSaveConfig = true",
            section => section.Table = "",
            section => section.Mtu = 0,
            section => section.Addresses.Add(default),
        ];
        foreach (Action<InterfaceConfiguration> inject in injections)
        {
            using var configuration = new WireGuardConfiguration();
            inject(configuration.Interface);
            var exception = Assert.Throws<InvalidOperationException>(() => configuration.Text());
            Assert.DoesNotContain("true", exception.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("192.0.2.1", 1)]
    [InlineData("a b", 1)]
    [InlineData("a\n", 1)]
    [InlineData("bücher.example", 1)]
    [InlineData("vpn.example", 0)]
    public void An_endpoint_is_only_made_of_what_can_be_written(string name, int port) =>
        Assert.ThrowsAny<ArgumentException>(() => new PeerEndpoint(name, (ushort)port));

    [Fact]
    public void Nothing_shows_a_key_by_accident()
    {
        using WireGuardConfiguration configuration = new Random(3).Configuration();
        Assert.Equal(typeof(WireGuardConfiguration).FullName, configuration.ToString());
        Assert.Equal(typeof(InterfaceConfiguration).FullName, configuration.Interface.ToString());
    }

    private sealed class CountingWriter : System.Buffers.IBufferWriter<char>
    {
        private char[] _room = [];

        public int Requests { get; private set; }

        public char[] Text { get; private set; } = [];

        public void Advance(int count) => Text = _room[..count];

        public Memory<char> GetMemory(int sizeHint = 0)
        {
            Requests++;
            return _room = new char[sizeHint];
        }

        public Span<char> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    }
}
