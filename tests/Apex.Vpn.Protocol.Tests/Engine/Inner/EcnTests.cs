using Apex.Vpn.Protocol.Engine.Inner;
using FsCheck.Xunit;

namespace Apex.Vpn.Protocol.Tests.Engine.Inner;

[Trait("Item", "38")]
public sealed class EcnTests
{
    private const byte NotEct = 0b00, Ect1 = 0b01, Ect0 = 0b10, Ce = 0b11;

    [Theory]
    [InlineData(0b0000_0000, NotEct)]
    [InlineData(0b1011_1010, Ect0)]
    [InlineData(0b1000_1001, Ect1)]
    [InlineData(0b0000_0011, Ce)]
    [InlineData(0b1111_1100, NotEct)]
    public void Item38_the_outer_packet_takes_the_mark_but_not_the_dscp(byte inner, byte expected) =>
        Assert.Equal(expected, Ecn.Encapsulate(inner));

    // RFC 6040, figure 4. A result of -1 is a drop.
    [Theory]
    [InlineData(NotEct, NotEct, NotEct)]
    [InlineData(NotEct, Ect0, NotEct)]
    [InlineData(NotEct, Ect1, NotEct)]
    [InlineData(NotEct, Ce, -1)]
    [InlineData(Ect0, NotEct, Ect0)]
    [InlineData(Ect0, Ect0, Ect0)]
    [InlineData(Ect0, Ect1, Ect1)]
    [InlineData(Ect0, Ce, Ce)]
    [InlineData(Ect1, NotEct, Ect1)]
    [InlineData(Ect1, Ect0, Ect1)]
    [InlineData(Ect1, Ect1, Ect1)]
    [InlineData(Ect1, Ce, Ce)]
    [InlineData(Ce, NotEct, Ce)]
    [InlineData(Ce, Ect0, Ce)]
    [InlineData(Ce, Ect1, Ce)]
    [InlineData(Ce, Ce, Ce)]
    public void Item38_marks_combine_as_RFC_6040_says(byte inner, byte outer, int expected)
    {
        const byte Dscp = 0b1011_1000, OuterDscp = 0b0110_0000; // the outer DSCP must not matter
        byte[] ipv4 = Packets.IPv4("10.0.0.1", "10.0.0.2", 17, [1, 2, 3], tos: (byte)(Dscp | inner));
        byte[] ipv6 = Packets.IPv6("2001:db8::1", "2001:db8::2", 17, [1, 2, 3], trafficClass: (byte)(Dscp | inner));
        foreach (byte[] packet in (byte[][])[ipv4, ipv6])
        {
            byte[] before = [.. packet];
            bool isKept = Ecn.TryDecapsulate((byte)(OuterDscp | outer), packet);
            Assert.Equal(expected >= 0, isKept);
            if (expected < 0 || expected == inner) Assert.Equal(before, packet);
            else Assert.Equal(Dscp | expected, Packets.Parse(packet).TrafficClass);
        }
        Assert.True(Packets.HasGoodHeaderChecksum(ipv4));
        Assert.Equal(0x54321u, System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(ipv6) & 0xFFFFF); // the flow label stays
    }

    [Property]
    public bool Item38_the_IPv4_checksum_stays_right_whatever_the_header_holds(
        uint source, uint destination, ushort identification, byte tos)
    {
        byte[] packet = Packets.IPv4(new System.Net.IPAddress(source).ToString(), new System.Net.IPAddress(destination).ToString(), 6, []);
        packet[1] = (byte)(tos | 0b10);
        packet[4] = (byte)(identification >> 8);
        packet[5] = (byte)identification;
        packet[10] = packet[11] = 0;
        ushort checksum = (ushort)~Packets.PlainSum(packet);
        packet[10] = (byte)(checksum >> 8);
        packet[11] = (byte)checksum;
        return Ecn.TryDecapsulate(Ce, packet) && (packet[1] & 3) == Ce && Packets.HasGoodHeaderChecksum(packet);
    }
}
