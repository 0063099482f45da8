using System.Buffers.Binary;
using System.Net;
using Apex.Vpn.Fuzz.Fuzzing;
using Apex.Vpn.Protocol.Engine.Inner;

namespace Apex.Vpn.Fuzz.Rig;

/// <summary>Inner packets: pings that are known again, and others that are right in some of their parts.</summary>
internal static class InnerPackets
{
    private const byte PingProtocol = 253; // for experiments (RFC 3692)
    private const ulong PingMark = 0x676e69705f787061;

    internal static byte[] Ping(string source, string destination, ulong number)
    {
        byte[] from = IPAddress.Parse(source).GetAddressBytes(), to = IPAddress.Parse(destination).GetAddressBytes();
        byte[] packet = new byte[(from.Length == 4 ? InnerPacket.IPv4HeaderSize : InnerPacket.IPv6HeaderSize) + (2 * sizeof(ulong))];
        WriteHeader(packet, from, to, PingProtocol);
        BinaryPrimitives.WriteUInt64LittleEndian(packet.AsSpan(packet.Length - 16), PingMark);
        BinaryPrimitives.WriteUInt64LittleEndian(packet.AsSpan(packet.Length - 8), number);
        return packet;
    }

    internal static bool IsPing(ReadOnlySpan<byte> packet) =>
        packet.Length >= 36 && BinaryPrimitives.ReadUInt64LittleEndian(packet[^16..]) == PingMark;

    /// <summary>Makes a packet of about the length given, from and to one of some addresses, with what chance does to its header.</summary>
    /// <param name="dice">Decides.</param>
    /// <param name="buffer">Takes the packet and what follows it.</param>
    /// <param name="sources">IPv4 and IPv6 addresses.</param>
    /// <param name="destinations">IPv4 and IPv6 addresses.</param>
    /// <returns>How many bytes of the buffer are used.</returns>
    internal static int Write(FuzzDice dice, Span<byte> buffer, ReadOnlySpan<byte[]> sources, ReadOnlySpan<byte[]> destinations)
    {
        if (dice.OneIn(12))
        {
            Span<byte> noise = buffer[..dice.Below(buffer.Length)];
            dice.Fill(noise);
            return noise.Length;
        }
        byte[] source = dice.Of(sources);
        byte[] destination;
        do destination = dice.Of(destinations);
        while (destination.Length != source.Length);
        int header = source.Length == 4 ? InnerPacket.IPv4HeaderSize : InnerPacket.IPv6HeaderSize;
        int length = header + (dice.OneIn(8) ? dice.Below(buffer.Length - header) : dice.Below(128));
        Span<byte> packet = buffer[..length];
        dice.Fill(packet);
        WriteHeader(packet, source, destination, dice.Of<byte>([0, 1, 6, 17, 43, 44, 51, 58, 60, 253, (byte)dice.Next()]));
        packet[1] = source.Length == 4 ? (byte)dice.Next() : (byte)(dice.Below(4) << 4); // ECN, and more
        if (source.Length == 4 && dice.OneIn(4)) BinaryPrimitives.WriteUInt16BigEndian(packet[6..], (ushort)dice.Edge()); // fragments
        if (dice.OneIn(6)) dice.Damage(packet[..header]);
        if (!dice.OneIn(4)) return length;
        int padding = Math.Min(dice.Below(64), buffer.Length - length);
        buffer.Slice(length, padding).Clear();
        return length + padding;
    }

    private static void WriteHeader(Span<byte> packet, byte[] source, byte[] destination, byte protocol)
    {
        if (source.Length == 4)
        {
            packet[..InnerPacket.IPv4HeaderSize].Clear();
            packet[0] = 0x45;
            packet[8] = 64;
            packet[9] = protocol;
            BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)packet.Length);
            source.CopyTo(packet[12..]);
            destination.CopyTo(packet[16..]);
            BinaryPrimitives.WriteUInt16BigEndian(packet[10..], InternetChecksum.Finish(InternetChecksum.Sum(packet[..InnerPacket.IPv4HeaderSize])));
            return;
        }
        packet[..InnerPacket.IPv6HeaderSize].Clear();
        packet[0] = 0x60;
        packet[6] = protocol;
        packet[7] = 64;
        BinaryPrimitives.WriteUInt16BigEndian(packet[4..], (ushort)(packet.Length - InnerPacket.IPv6HeaderSize));
        source.CopyTo(packet[8..]);
        destination.CopyTo(packet[24..]);
    }
}
