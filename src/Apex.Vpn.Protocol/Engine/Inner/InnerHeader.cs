using System.Buffers.Binary;
using System.Diagnostics;

namespace Apex.Vpn.Protocol.Engine.Inner;

/// <summary>Writes the IP headers of the engine's own packets. Addresses are as in <see cref="InnerPacket"/>.</summary>
internal static class InnerHeader
{
    private const byte HopLimit = 64;
    private const byte DoNotFragment = 0x40; // so no identification is needed (RFC 6864)

    internal static int Size(bool isIPv4) => isIPv4 ? InnerPacket.IPv4HeaderSize : InnerPacket.IPv6HeaderSize;

    /// <summary>Writes the header of a packet.</summary>
    /// <param name="packet">The whole packet, header and payload; its length is told in the header.</param>
    /// <param name="isIPv4">The family.</param>
    /// <param name="trafficClass">DSCP and ECN.</param>
    /// <param name="protocol">What the payload is.</param>
    /// <param name="source">From.</param>
    /// <param name="destination">To.</param>
    /// <returns>The payload.</returns>
    internal static Span<byte> Write(
        Span<byte> packet, bool isIPv4, byte trafficClass, byte protocol, UInt128 source, UInt128 destination)
    {
        Span<byte> header = packet[..Size(isIPv4)];
        Span<byte> payload = packet[header.Length..];
        Debug.Assert(packet.Length <= ushort.MaxValue);
        header.Clear();
        if (isIPv4)
        {
            header[0] = 0x45;
            header[1] = trafficClass;
            BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)packet.Length);
            header[6] = DoNotFragment;
            header[8] = HopLimit;
            header[9] = protocol;
            BinaryPrimitives.WriteUInt32BigEndian(header[12..], (uint)source);
            BinaryPrimitives.WriteUInt32BigEndian(header[16..], (uint)destination);
            BinaryPrimitives.WriteUInt16BigEndian(header[10..], InternetChecksum.Finish(InternetChecksum.Sum(header)));
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(header, (6u << 28) | ((uint)trafficClass << 20));
            BinaryPrimitives.WriteUInt16BigEndian(header[4..], (ushort)payload.Length);
            header[6] = protocol;
            header[7] = HopLimit;
            BinaryPrimitives.WriteUInt128BigEndian(header[8..], source);
            BinaryPrimitives.WriteUInt128BigEndian(header[24..], destination);
        }
        return payload;
    }

    /// <summary>The sum of the pseudo-header (RFC 768, RFC 8200 8.1): both addresses, the payload's length, the protocol.</summary>
    /// <param name="packet">A packet without options or extension headers.</param>
    /// <param name="isIPv4">The family.</param>
    internal static ushort PseudoHeaderSum(ReadOnlySpan<byte> packet, bool isIPv4)
    {
        ReadOnlySpan<byte> addresses = isIPv4 ? packet[12..20] : packet[8..40];
        Span<byte> rest = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32BigEndian(rest, (uint)(packet.Length - Size(isIPv4)));
        BinaryPrimitives.WriteUInt32BigEndian(rest[4..], packet[isIPv4 ? 9 : 6]);
        return InternetChecksum.Sum(rest, InternetChecksum.Sum(addresses));
    }
}
