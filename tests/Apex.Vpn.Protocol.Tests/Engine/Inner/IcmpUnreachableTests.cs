using System.Buffers.Binary;
using Apex.Vpn.Protocol.Engine.Inner;
using FsCheck.Xunit;

namespace Apex.Vpn.Protocol.Tests.Engine.Inner;

[Trait("Item", "39")]
public sealed class IcmpUnreachableTests
{
    private const byte Icmp = 1, Tcp = 6, Udp = 17, IcmpV6 = 58;

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(13)]
    [InlineData(527)]
    [InlineData(528)]
    [InlineData(529)]
    [InlineData(9000)]
    public void Item39_an_IPv4_sender_is_told_host_unreachable(int payload)
    {
        byte[] original = Packets.IPv4("10.0.0.1", "192.0.2.9", Udp, Payload(payload), tos: 0x2E);
        byte[] error = Write(original);
        Assert.Equal(Math.Min(28 + original.Length, 576), error.Length);
        InnerPacket packet = Packets.Parse(error);
        Assert.Equal(error.Length, packet.Length);
        Assert.Equal((UInt128)0xC0000209, packet.Source);
        Assert.Equal((UInt128)0x0A000001, packet.Destination);
        Assert.Equal(Icmp, error[9]);
        Assert.InRange(error[8], 1, 255);
        Assert.True(Packets.HasGoodHeaderChecksum(error));
        Assert.Equal([3, 1], error[20..22]);
        Assert.Equal(new byte[4], error[24..28]);
        Assert.Equal(0xFFFF, Packets.PlainSum(error.AsSpan(20)));
        Assert.Equal(original[..(error.Length - 28)], error[28..]);
    }

    [Theory, InlineData(0), InlineData(9), InlineData(1191), InlineData(1192), InlineData(1193), InlineData(9000)]
    public void Item39_an_IPv6_sender_is_told_address_unreachable(int payload)
    {
        byte[] original = Packets.IPv6("2001:db8::1", "2001:db8:9::9", Udp, Payload(payload), trafficClass: 0x2E);
        byte[] error = Write(original);
        Assert.Equal(Math.Min(48 + original.Length, 1280), error.Length);
        InnerPacket packet = Packets.Parse(error);
        Assert.Equal(error.Length, packet.Length);
        InnerPacket parsed = Packets.Parse(original);
        Assert.Equal(parsed.Destination, packet.Source);
        Assert.Equal(parsed.Source, packet.Destination);
        Assert.Equal(IcmpV6, error[6]);
        Assert.Equal([1, 3], error[40..42]);
        Assert.Equal(new byte[4], error[44..48]);
        byte[] length = [0, 0, (byte)((error.Length - 40) >> 8), (byte)(error.Length - 40), 0, 0, 0, IcmpV6];
        Assert.Equal(0xFFFF, Packets.PlainSum([.. error[8..40], .. length, .. error[40..]]));
        Assert.Equal(original[..(error.Length - 48)], error[48..]);
    }

    [Fact]
    public void Item39_padding_behind_the_packet_is_not_quoted()
    {
        byte[] original = Packets.IPv4("10.0.0.1", "192.0.2.9", Udp, Payload(9));
        Assert.Equal(Write(original), Write([.. original, 1, 2, 3]));
    }

    [Theory]
    [InlineData("10.0.0.1", "192.0.2.9", true)]
    [InlineData("0.0.0.0", "192.0.2.9", false)]
    [InlineData("0.1.2.3", "192.0.2.9", false)]
    [InlineData("127.0.0.1", "192.0.2.9", false)]
    [InlineData("127.255.255.254", "192.0.2.9", false)]
    [InlineData("224.0.0.1", "192.0.2.9", false)]
    [InlineData("240.0.0.1", "192.0.2.9", false)]
    [InlineData("255.255.255.255", "192.0.2.9", false)]
    [InlineData("10.0.0.1", "224.0.0.251", false)]
    [InlineData("10.0.0.1", "239.255.255.255", false)]
    [InlineData("10.0.0.1", "255.255.255.255", false)]
    [InlineData("10.0.0.1", "127.0.0.1", false)]
    [InlineData("10.0.0.1", "0.0.0.0", false)]
    [InlineData("223.255.255.255", "1.0.0.0", true)]
    [InlineData("2001:db8::1", "2001:db8::2", true)]
    [InlineData("fe80::1", "2001:db8::2", true)]
    [InlineData("::", "2001:db8::2", false)]
    [InlineData("::1", "2001:db8::2", false)]
    [InlineData("ff02::1", "2001:db8::2", false)]
    [InlineData("2001:db8::1", "ff02::1", false)]
    [InlineData("2001:db8::1", "ff0e::1", false)]
    [InlineData("2001:db8::1", "::1", false)]
    [InlineData("2001:db8::1", "::", false)]
    public void Item39_only_packets_from_one_host_to_another_are_answered(string source, string destination, bool expected)
    {
        byte[] original = source.Contains(':')
            ? Packets.IPv6(source, destination, Udp, Payload(8))
            : Packets.IPv4(source, destination, Udp, Payload(8));
        Assert.Equal(expected, Length(original) > 0);
    }

    [Theory]
    [InlineData(0x0000, true)]
    [InlineData(0x2000, true)] // the first fragment
    [InlineData(0x2001, false)]
    [InlineData(0x0001, false)]
    [InlineData(0x1FFF, false)]
    public void Item39_of_the_fragments_of_IPv4_the_first_is_answered(ushort fragment, bool expected) =>
        Assert.Equal(expected, Length(Packets.IPv4("10.0.0.1", "192.0.2.9", Udp, Payload(8), fragment: fragment)) > 0);

    [Theory]
    [InlineData(0, true)]
    [InlineData(3, false)]
    [InlineData(4, false)]
    [InlineData(5, false)]
    [InlineData(8, true)]
    [InlineData(11, false)]
    [InlineData(12, false)]
    [InlineData(13, true)]
    [InlineData(40, false)]
    [InlineData(255, false)]
    public void Item39_an_ICMP_error_is_never_answered(byte type, bool expected)
    {
        Assert.Equal(expected, Length(Packets.IPv4("10.0.0.1", "192.0.2.9", Icmp, [type, 0, 0, 0, 0, 0, 0, 0])) > 0);
        Assert.Equal(expected, Length(Packets.IPv4("10.0.0.1", "192.0.2.9", Icmp, [type, 0, 0, 0], options: [1, 1, 1, 0])) > 0);
        Assert.Equal(0, Length(Packets.IPv4("10.0.0.1", "192.0.2.9", Icmp, [])));
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(4, false)]
    [InlineData(127, false)]
    [InlineData(128, true)]
    [InlineData(129, true)]
    [InlineData(135, true)]
    [InlineData(137, false)]
    [InlineData(200, true)]
    public void Item39_an_ICMPv6_error_is_never_answered_behind_whatever_headers(byte type, bool expected)
    {
        byte[] message = [type, 0, 0, 0, 0, 0, 0, 0];
        Assert.Equal(expected, Length(Packets.IPv6("2001:db8::1", "2001:db8::2", IcmpV6, message)) > 0);
        byte[] hopByHop = [43, 0, 1, 4, 0, 0, 0, 0], routing = [60, 1, 0, 0, .. new byte[12]], options = [51, 0, 1, 4, 0, 0, 0, 0];
        byte[] authentication = [44, 1, .. new byte[10]], firstFragment = [IcmpV6, 0, 0, 1, 0, 0, 0, 9];
        byte[] chain = [.. hopByHop, .. routing, .. options, .. authentication, .. firstFragment, .. message];
        Assert.Equal(expected, Length(Packets.IPv6("2001:db8::1", "2001:db8::2", 0, chain)) > 0);
    }

    [Fact]
    public void Item39_later_fragments_and_broken_chains_of_IPv6_are_not_answered()
    {
        Assert.Equal(0, Length(Packets.IPv6("2001:db8::1", "2001:db8::2", 44, [Udp, 0, 0, 8, 0, 0, 0, 9, 1, 2, 3])));
        Assert.Equal(0, Length(Packets.IPv6("2001:db8::1", "2001:db8::2", 0, [Udp, 1, 0, 0, 0, 0, 0, 0])));
        Assert.Equal(0, Length(Packets.IPv6("2001:db8::1", "2001:db8::2", 60, [])));
        Assert.Equal(0, Length(Packets.IPv6("2001:db8::1", "2001:db8::2", IcmpV6, [])));
    }

    [Property(MaxTest = 500)]
    public bool Item39_any_bytes_are_answered_by_nothing_or_by_a_packet(byte[] tail, byte first, bool isIPv4, byte length)
    {
        byte[] original = [(byte)(isIPv4 ? 0x40 | (first & 15) : 0x60), .. tail, .. new byte[length]];
        if (original.Length > 6) BinaryPrimitives.WriteUInt16BigEndian(original.AsSpan(isIPv4 ? 2 : 4), length);
        var error = new byte[IcmpUnreachable.MaxLength];
        int written = IcmpUnreachable.Write(original, error);
        return written == 0 || (InnerPacket.TryParse(error.AsSpan(0, written), out InnerPacket packet) && packet.Length == written);
    }

    [Property]
    public bool Item39_an_error_is_never_answered_by_an_error(byte[] payload)
    {
        byte[] ipv4 = Write(Packets.IPv4("10.0.0.1", "192.0.2.9", Tcp, payload));
        byte[] ipv6 = Write(Packets.IPv6("2001:db8::1", "2001:db8::2", Tcp, payload));
        return Length(ipv4) == 0 && Length(ipv6) == 0;
    }

    private static byte[] Write(byte[] original)
    {
        // Not zero before, so that every byte must be written.
        byte[] error = [.. Enumerable.Repeat((byte)0xEE, IcmpUnreachable.MaxLength)];
        int length = IcmpUnreachable.Write(original, error);
        Assert.InRange(length, 1, error.Length);
        return error[..length];
    }

    private static int Length(byte[] original) => IcmpUnreachable.Write(original, new byte[IcmpUnreachable.MaxLength]);

    private static byte[] Payload(int length) => [.. Enumerable.Range(1, length).Select(static i => (byte)i)];
}
