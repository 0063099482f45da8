using System.Buffers.Binary;

namespace Apex.Vpn.Samples.Quickstart;

/// <summary>The inner packets that the two hosts exchange: ICMP echo, and UDP filled with numbers.</summary>
internal static class Packets
{
    internal const int BulkSize = 1420;

    private const int IPHeader = 20;
    private const byte Icmp = 1;
    private const byte Udp = 17;
    private const byte EchoRequest = 8;

    /// <summary>An echo request from one inner address (10.0.0.x) to another.</summary>
    internal static byte[] Ping(byte from, byte to, ushort sequence)
    {
        byte[] packet = new byte[IPHeader + 8 + 56];
        WriteIPHeader(packet, from, to, Icmp);
        Span<byte> icmp = packet.AsSpan(IPHeader);
        icmp[0] = EchoRequest;
        BinaryPrimitives.WriteUInt16BigEndian(icmp[6..], sequence);
        BinaryPrimitives.WriteUInt16BigEndian(icmp[2..], Checksum(icmp));
        return packet;
    }

    internal static byte[] Bulk(byte from, byte to)
    {
        byte[] packet = new byte[BulkSize];
        WriteIPHeader(packet, from, to, Udp);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(IPHeader + 4), BulkSize - IPHeader);
        return packet;
    }

    internal static bool IsPing(ReadOnlySpan<byte> packet) => packet[9] == Icmp && packet[IPHeader] == EchoRequest;

    internal static bool IsBulk(ReadOnlySpan<byte> packet) => packet[9] == Udp;

    internal static ushort Sequence(ReadOnlySpan<byte> ping) => BinaryPrimitives.ReadUInt16BigEndian(ping[(IPHeader + 6)..]);

    /// <summary>Turns an echo request into its reply, in place.</summary>
    internal static void Answer(Span<byte> ping)
    {
        Span<byte> source = ping.Slice(12, 4), destination = ping.Slice(16, 4), kept = stackalloc byte[4];
        source.CopyTo(kept);
        destination.CopyTo(source);
        kept.CopyTo(destination);
        Span<byte> icmp = ping[IPHeader..];
        icmp[0] = 0;
        icmp.Slice(2, 2).Clear();
        BinaryPrimitives.WriteUInt16BigEndian(icmp[2..], Checksum(icmp));
    }

    private static void WriteIPHeader(Span<byte> packet, byte from, byte to, byte protocol)
    {
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)packet.Length);
        packet[8] = 64;
        packet[9] = protocol;
        BinaryPrimitives.WriteUInt32BigEndian(packet[12..], 0x0A000000u | from);
        BinaryPrimitives.WriteUInt32BigEndian(packet[16..], 0x0A000000u | to);
        BinaryPrimitives.WriteUInt16BigEndian(packet[10..], Checksum(packet[..IPHeader]));
    }

    private static ushort Checksum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (int i = 0; i < bytes.Length; i += 2) sum += BinaryPrimitives.ReadUInt16BigEndian(bytes[i..]);
        while (sum > 0xFFFF) sum = (sum & 0xFFFF) + (sum >> 16);
        return (ushort)~sum;
    }
}
