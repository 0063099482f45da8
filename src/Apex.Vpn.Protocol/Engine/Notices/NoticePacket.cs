using System.Buffers.Binary;
using Apex.Vpn.Protocol.Engine.Inner;

namespace Apex.Vpn.Protocol.Engine.Notices;

/// <summary>The inner UDP packet that carries a message: port 51819 on both sides.</summary>
internal static class NoticePacket
{
    internal const ushort Port = 51819;
    internal const int MaxSize = InnerPacket.IPv6HeaderSize + UdpHeaderSize + NoticeLayout.MaxSize;

    private const byte ProtocolUdp = 17;
    private const int UdpHeaderSize = 8;

    /// <summary>Writes the packet and returns its length.</summary>
    /// <param name="way">From where to where.</param>
    /// <param name="message">The message, at most <see cref="NoticeLayout.MaxSize"/> bytes.</param>
    /// <param name="destination">At least <see cref="MaxSize"/> bytes.</param>
    internal static int Write(in NoticeAddresses way, ReadOnlySpan<byte> message, Span<byte> destination)
    {
        Span<byte> packet = destination[..(InnerHeader.Size(way.IsIPv4) + UdpHeaderSize + message.Length)];
        Span<byte> datagram = InnerHeader.Write(packet, way.IsIPv4, trafficClass: 0, ProtocolUdp, way.Source, way.Destination);
        BinaryPrimitives.WriteUInt16BigEndian(datagram, Port);
        BinaryPrimitives.WriteUInt16BigEndian(datagram[2..], Port);
        BinaryPrimitives.WriteUInt16BigEndian(datagram[4..], (ushort)datagram.Length);
        datagram[6..UdpHeaderSize].Clear();
        message.CopyTo(datagram[UdpHeaderSize..]);
        ushort checksum = InternetChecksum.Finish(InternetChecksum.Sum(datagram, InnerHeader.PseudoHeaderSum(packet, way.IsIPv4)));
        // In UDP zero means "no checksum" (RFC 768); all ones is the same number.
        BinaryPrimitives.WriteUInt16BigEndian(datagram[6..], checksum == 0 ? ushort.MaxValue : checksum);
        return packet.Length;
    }

    /// <summary>
    /// Whether a packet is one of these: whole UDP, without IP options or extension headers, both ports and the magic right. Anything else
    /// is the host's.
    /// </summary>
    /// <param name="packet">An IP packet, as long as its header says.</param>
    /// <param name="isIPv4">Its family.</param>
    /// <param name="message">The message; empty when the packet is one of these but its UDP length or checksum is wrong.</param>
    internal static bool TryRead(ReadOnlySpan<byte> packet, bool isIPv4, out ReadOnlySpan<byte> message)
    {
        message = default;
        int header = InnerHeader.Size(isIPv4);
        if (packet.Length < header + UdpHeaderSize + NoticeLayout.MagicSize) return false;
        if (packet[isIPv4 ? 9 : 6] != ProtocolUdp || (isIPv4 && !IsPlainIPv4(packet))) return false;
        ReadOnlySpan<byte> datagram = packet[header..];
        if (BinaryPrimitives.ReadUInt16BigEndian(datagram) != Port || BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]) != Port) return false;
        if (!NoticeLayout.HasMagic(datagram[UdpHeaderSize..])) return false;
        if (IsIntact(packet, datagram, isIPv4)) message = datagram[UdpHeaderSize..];
        return true;
    }

    private static bool IsPlainIPv4(ReadOnlySpan<byte> packet) =>
        packet[0] == 0x45 && (BinaryPrimitives.ReadUInt16BigEndian(packet[6..]) & 0x3FFF) == 0; // no options, no fragment

    private static bool IsIntact(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> datagram, bool isIPv4)
    {
        if (BinaryPrimitives.ReadUInt16BigEndian(datagram[4..]) != datagram.Length) return false;
        if (isIPv4 && BinaryPrimitives.ReadUInt16BigEndian(datagram[6..]) == 0) return true;
        return InternetChecksum.Sum(datagram, InnerHeader.PseudoHeaderSum(packet, isIPv4)) == ushort.MaxValue;
    }
}
