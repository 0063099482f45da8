using System.Buffers.Binary;
using System.Net;
using Apex.Vpn.Protocol.Engine.Inner;

namespace Apex.Vpn.Protocol.Tests.Simulation;

/// <summary>Inner packets for tests: UDP over IPv4 or IPv6 with right lengths and checksums of the IP header.</summary>
internal static class InnerPackets
{
    internal static byte[] Udp(string source, string destination, int payload = 32, byte trafficClass = 0, byte fill = 0x55)
    {
        IPAddress from = IPAddress.Parse(source), to = IPAddress.Parse(destination);
        byte[] packet = from.GetAddressBytes().Length == 4 ? IPv4(from, to, payload, trafficClass) : IPv6(from, to, payload, trafficClass);
        packet.AsSpan(packet.Length - payload).Fill(fill);
        return packet;
    }

    private static byte[] IPv4(IPAddress from, IPAddress to, int payload, byte trafficClass)
    {
        byte[] packet = new byte[28 + payload];
        packet[0] = 0x45;
        packet[1] = trafficClass;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        packet[8] = 64;
        packet[9] = 17;
        from.TryWriteBytes(packet.AsSpan(12), out _);
        to.TryWriteBytes(packet.AsSpan(16), out _);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(10), InternetChecksum.Finish(InternetChecksum.Sum(packet.AsSpan(0, 20))));
        WriteUdp(packet.AsSpan(20), payload);
        return packet;
    }

    private static byte[] IPv6(IPAddress from, IPAddress to, int payload, byte trafficClass)
    {
        byte[] packet = new byte[48 + payload];
        BinaryPrimitives.WriteUInt32BigEndian(packet, (6u << 28) | ((uint)trafficClass << 20));
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), (ushort)(8 + payload));
        packet[6] = 17;
        packet[7] = 64;
        from.TryWriteBytes(packet.AsSpan(8), out _);
        to.TryWriteBytes(packet.AsSpan(24), out _);
        WriteUdp(packet.AsSpan(40), payload);
        return packet;
    }

    private static void WriteUdp(Span<byte> header, int payload)
    {
        BinaryPrimitives.WriteUInt16BigEndian(header, 4000);
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], 5000);
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], (ushort)(8 + payload));
    }
}
