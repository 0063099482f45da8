using System.Buffers.Binary;

namespace Apex.Vpn.Fuzz.Checks;

/// <summary>Checksums as the RFCs write them down, word by word, without the code under test (RFC 1071, RFC 9293 3.1, RFC 8200 8.1).</summary>
internal static class PlainChecksum
{
    internal const byte Tcp = 6, Udp = 17;

    internal static ushort Sum(ReadOnlySpan<byte> bytes, int initial = 0)
    {
        int sum = initial;
        for (int i = 0; i < bytes.Length; i++)
        {
            sum += (i & 1) == 0 ? bytes[i] << 8 : bytes[i];
            if (sum > 0xFFFF) sum -= 0xFFFF;
        }
        return (ushort)sum;
    }

    /// <summary>The sum of the pseudo header.</summary>
    internal static ushort Pseudo(ReadOnlySpan<byte> packet, byte protocol, int transportLength)
    {
        ReadOnlySpan<byte> addresses = packet[0] >> 4 == 4 ? packet[12..20] : packet[8..40];
        return Sum([0, protocol, (byte)(transportLength >> 8), (byte)transportLength], Sum(addresses));
    }

    /// <summary>Whether the TCP or UDP checksum is right. A UDP checksum of 0 is none, and not right.</summary>
    internal static bool IsTransportRight(ReadOnlySpan<byte> packet, int start, byte protocol)
    {
        if (protocol == Udp && packet[(start + 6)..(start + 8)].IndexOfAnyExcept((byte)0) < 0) return false;
        return Sum(packet[start..], Pseudo(packet, protocol, packet.Length - start)) == 0xFFFF;
    }

    internal static bool IsIPv4HeaderRight(ReadOnlySpan<byte> packet) => Sum(packet[..((packet[0] & 15) * 4)]) == 0xFFFF;

    /// <summary>Writes lengths and checksums that are right.</summary>
    internal static void Complete(Span<byte> packet, int start, byte protocol)
    {
        if (packet[0] >> 4 == 4)
        {
            BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)packet.Length);
            packet[10..12].Clear();
            BinaryPrimitives.WriteUInt16BigEndian(packet[10..], (ushort)~Sum(packet[..((packet[0] & 15) * 4)]));
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(packet[4..], (ushort)(packet.Length - 40));
        }
        if (protocol == Udp) BinaryPrimitives.WriteUInt16BigEndian(packet[(start + 4)..], (ushort)(packet.Length - start));
        Span<byte> field = packet.Slice(start + (protocol == Tcp ? 16 : 6), 2);
        field.Clear();
        ushort checksum = (ushort)~Sum(packet[start..], Pseudo(packet, protocol, packet.Length - start));
        BinaryPrimitives.WriteUInt16BigEndian(field, protocol == Udp && checksum == 0 ? (ushort)0xFFFF : checksum);
    }

    /// <summary>Puts the pseudo header's sum where the checksum goes, as who leaves the rest to a network card does.</summary>
    internal static void LeaveUnfinished(Span<byte> packet, int start, byte protocol) => BinaryPrimitives.WriteUInt16BigEndian(
        packet[(start + (protocol == Tcp ? 16 : 6))..], Pseudo(packet, protocol, packet.Length - start));
}
