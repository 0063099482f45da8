using System.Buffers.Binary;
using Apex.Vpn.Protocol.Engine.Inner;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Tests.Engine.Peers;
using FsCheck.Xunit;

namespace Apex.Vpn.Protocol.Tests.Engine.Inner;

[Trait("Item", "33")]
public sealed class InnerPacketTests
{
    [Fact]
    public void Item33_an_IPv4_packet_with_padding_is_trimmed_to_its_length()
    {
        byte[] bytes = [.. Packets.IPv4("10.0.0.1", "192.0.2.9", 17, new byte[9], tos: 0xB9), .. new byte[3]];
        InnerPacket packet = Packets.Parse(bytes);
        Assert.Equal(29, packet.Length);
        Assert.True(packet.IsIPv4);
        Assert.Equal(0xB9, packet.TrafficClass);
        Assert.Equal((UInt128)0x0A000001, packet.Source);
        Assert.Equal((UInt128)0xC0000209, packet.Destination);
    }

    [Fact]
    public void Item33_an_IPv6_packet_with_padding_is_trimmed_to_its_length()
    {
        byte[] bytes = [.. Packets.IPv6("2001:db8::1", "fe80::9", 17, new byte[9], trafficClass: 0xB9), .. new byte[15]];
        InnerPacket packet = Packets.Parse(bytes);
        Assert.Equal(49, packet.Length);
        Assert.False(packet.IsIPv4);
        Assert.Equal(0xB9, packet.TrafficClass);
        Assert.Equal(PrefixOwner.Address("2001:db8::1"), packet.Source);
        Assert.Equal(PrefixOwner.Address("fe80::9"), packet.Destination);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(19, false)]
    [InlineData(20, true)]
    [InlineData(40, true)]
    [InlineData(41, false)]
    [InlineData(65535, false)]
    public void Item33_the_length_of_IPv4_is_at_least_its_header_and_at_most_what_is_there(ushort length, bool expected)
    {
        byte[] bytes = Packets.IPv4("10.0.0.1", "10.0.0.2", 17, new byte[20]);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), length);
        Assert.Equal(expected, InnerPacket.TryParse(bytes, out InnerPacket packet));
        Assert.Equal(expected ? length : 0, packet.Length);
    }

    [Theory]
    [InlineData(0x40, false)]
    [InlineData(0x44, false)]
    [InlineData(0x45, true)]
    [InlineData(0x4A, true)] // 40 bytes of header
    [InlineData(0x4B, false)]
    [InlineData(0x4F, false)]
    public void Item33_the_header_of_IPv4_is_20_bytes_at_least_and_lies_in_the_packet(byte first, bool expected)
    {
        byte[] bytes = Packets.IPv4("10.0.0.1", "10.0.0.2", 17, new byte[20]);
        bytes[0] = first;
        Assert.Equal(expected, InnerPacket.TryParse(bytes, out _));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(20, true)]
    [InlineData(21, false)]
    [InlineData(65495, false)] // 40 more are 65535
    [InlineData(65496, false)] // 40 more are 0 in 16 bits
    [InlineData(65535, false)]
    public void Item33_the_length_of_IPv6_is_computed_beyond_16_bits(ushort payload, bool expected)
    {
        byte[] bytes = Packets.IPv6("2001:db8::1", "2001:db8::2", 17, new byte[20]);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), payload);
        Assert.Equal(expected, InnerPacket.TryParse(bytes, out InnerPacket packet));
        Assert.Equal(expected ? 40 + payload : 0, packet.Length);
    }

    [Fact]
    public void Item33_the_longest_packets_are_whole()
    {
        Assert.Equal(65535, Packets.Parse(Packets.IPv4("10.0.0.1", "10.0.0.2", 17, new byte[65515])).Length);
        Assert.Equal(65575, Packets.Parse(Packets.IPv6("2001:db8::1", "2001:db8::2", 17, new byte[65535])).Length);
    }

    [Fact]
    public void Item33_only_versions_4_and_6_are_packets()
    {
        var bytes = new byte[64];
        for (int version = 0; version < 16; version++)
        {
            bytes[0] = (byte)((version << 4) | 5);
            bytes[3] = 40;
            Assert.Equal(version is 4 or 6, InnerPacket.TryParse(bytes, out _));
        }
    }

    [Property(MaxTest = 500)]
    public bool Item33_any_bytes_are_parsed_without_harm(byte[] tail, byte first, ushort length)
    {
        byte[] bytes = [first, .. tail, .. new byte[length % 64]];
        if (bytes.Length > 5) BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan((first & 1) == 0 ? 2 : 4), (ushort)(length % 80));
        return !InnerPacket.TryParse(bytes, out InnerPacket packet) || (packet.Length >= 20 && packet.Length <= bytes.Length);
    }

    [Fact]
    [Trait("Item", "34")]
    public void Item34_the_source_must_map_to_the_sender_by_the_longest_match_of_all_peers()
    {
        var table = new AllowedIpTable<PrefixOwner>();
        PrefixOwner sender = new("sender"), other = new("other");
        using (AllowedIpTable<PrefixOwner>.EditSession edit = table.Edit())
        {
            edit.Add(PrefixOwner.Prefix("10.0.0.0/8"), sender);
            edit.Add(PrefixOwner.Prefix("10.1.0.0/16"), other);
        }
        // 10.1.2.3 is in a set of the sender's own, and yet another peer's.
        byte[] borrowed = Packets.IPv4("10.1.2.3", "10.0.0.1", 17, []), own = Packets.IPv4("10.2.2.3", "10.0.0.1", 17, []);
        Assert.Same(other, table.FindSource(borrowed));
        Assert.Same(sender, table.FindSource(own));
        Assert.Same(other, table.Find(Packets.Parse(borrowed).Source, isIPv4: true));
    }
}
