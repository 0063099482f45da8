using System.Buffers.Binary;

namespace Apex.Vpn.Protocol.Engine.Inner;

/// <summary>What the engine needs to know of an IP packet inside the tunnel.</summary>
internal readonly struct InnerPacket
{
    internal const int IPv4HeaderSize = 20;
    internal const int IPv6HeaderSize = 40;

    private InnerPacket(int length, bool isIPv4, byte trafficClass, UInt128 source, UInt128 destination)
    {
        Length = length;
        IsIPv4 = isIPv4;
        TrafficClass = trafficClass;
        Source = source;
        Destination = destination;
    }

    /// <summary>The length that the packet's own header tells; what lies behind it is padding.</summary>
    internal int Length { get; }

    internal bool IsIPv4 { get; }

    /// <summary>The TOS octet (IPv4) or traffic class (IPv6): DSCP and ECN.</summary>
    internal byte TrafficClass { get; }

    /// <summary>The source address, most significant byte first; IPv4 in the low 32 bits.</summary>
    internal UInt128 Source { get; }

    /// <summary>The destination address, most significant byte first; IPv4 in the low 32 bits.</summary>
    internal UInt128 Destination { get; }

    /// <summary>Reads an IP packet that padding may follow; false when it is none, or is longer than the bytes (item 33).</summary>
    internal static bool TryParse(ReadOnlySpan<byte> bytes, out InnerPacket packet)
    {
        packet = default;
        if (bytes.Length < IPv4HeaderSize) return false;
        return (bytes[0] >> 4) switch
        {
            4 => TryParseIPv4(bytes, out packet),
            6 => TryParseIPv6(bytes, out packet),
            _ => false,
        };
    }

    private static bool TryParseIPv4(ReadOnlySpan<byte> bytes, out InnerPacket packet)
    {
        packet = default;
        int headerLength = (bytes[0] & 0x0F) * 4;
        int length = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        if (headerLength < IPv4HeaderSize || length < headerLength || length > bytes.Length) return false;
        packet = new InnerPacket(
            length,
            isIPv4: true,
            trafficClass: bytes[1],
            BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]));
        return true;
    }

    private static bool TryParseIPv6(ReadOnlySpan<byte> bytes, out InnerPacket packet)
    {
        packet = default;
        if (bytes.Length < IPv6HeaderSize) return false;
        // The sum can pass 65535: 16 bits would let a packet tell a length that is not its own.
        int length = IPv6HeaderSize + BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]);
        if (length > bytes.Length) return false;
        packet = new InnerPacket(
            length,
            isIPv4: false,
            trafficClass: (byte)(BinaryPrimitives.ReadUInt16BigEndian(bytes) >> 4),
            BinaryPrimitives.ReadUInt128BigEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt128BigEndian(bytes[24..]));
        return true;
    }
}
