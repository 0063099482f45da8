using System.Buffers.Binary;
using System.Net;
using Apex.Vpn.Protocol.Engine.Inner;

namespace Apex.Vpn.Protocol.Tests.Engine.Inner;

/// <summary>Makes IP packets, and checks them without the code under test.</summary>
internal static class Packets
{
    internal static byte[] IPv4(
        string source, string destination, byte protocol, byte[] payload, byte tos = 0, ushort fragment = 0x4000, byte[]? options = null)
    {
        int header = 20 + (options?.Length ?? 0);
        var packet = new byte[header + payload.Length];
        packet[0] = (byte)(0x40 | (header / 4));
        packet[1] = tos;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(6), fragment);
        packet[8] = 64;
        packet[9] = protocol;
        IPAddress.Parse(source).TryWriteBytes(packet.AsSpan(12), out _);
        IPAddress.Parse(destination).TryWriteBytes(packet.AsSpan(16), out _);
        options?.CopyTo(packet, 20);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(10), (ushort)~PlainSum(packet.AsSpan(0, header)));
        payload.CopyTo(packet, header);
        return packet;
    }

    internal static byte[] IPv6(string source, string destination, byte nextHeader, byte[] payload, byte trafficClass = 0)
    {
        var packet = new byte[40 + payload.Length];
        BinaryPrimitives.WriteUInt32BigEndian(packet, 0x6000_0000u | ((uint)trafficClass << 20) | 0x54321);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), (ushort)payload.Length);
        packet[6] = nextHeader;
        packet[7] = 64;
        IPAddress.Parse(source).TryWriteBytes(packet.AsSpan(8), out _);
        IPAddress.Parse(destination).TryWriteBytes(packet.AsSpan(24), out _);
        payload.CopyTo(packet, 40);
        return packet;
    }

    /// <summary>The one's complement sum, word by word.</summary>
    internal static ushort PlainSum(ReadOnlySpan<byte> bytes)
    {
        int sum = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            sum += (i & 1) == 0 ? bytes[i] << 8 : bytes[i];
            if (sum > 0xFFFF) sum -= 0xFFFF;
        }
        return (ushort)sum;
    }

    internal static bool HasGoodHeaderChecksum(ReadOnlySpan<byte> ipv4) => PlainSum(ipv4[..((ipv4[0] & 15) * 4)]) == 0xFFFF;

    internal static InnerPacket Parse(ReadOnlySpan<byte> bytes)
    {
        Assert.True(InnerPacket.TryParse(bytes, out InnerPacket packet));
        return packet;
    }
}
