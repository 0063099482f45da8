using System.Buffers.Binary;
using System.Net;

namespace Apex.Vpn.Interop.Tests.Harness;

/// <summary>A UDP datagram seen on a link.</summary>
internal sealed record UdpPacket(
    TimeSpan At, IPAddress Source, int SourcePort, IPAddress Destination, int DestinationPort, byte TrafficClass, byte[] Payload)
{
    /// <summary>WireGuard's message types.</summary>
    public const int Initiation = 1, Response = 2, CookieReply = 3, Transport = 4;

    private const int UdpHeader = 8;
    private const byte Udp = 17;

    /// <summary>The two bits of the traffic class that tell of congestion.</summary>
    public int Ecn => TrafficClass & 3;

    /// <summary>WireGuard's message type.</summary>
    public int Type => Payload.Length == 0 ? 0 : Payload[0];

    /// <summary>Whether it is a transport message without content.</summary>
    public bool IsKeepalive => Type == Transport && Payload.Length == 32;

    /// <summary>Whether it came from this address.</summary>
    public bool From(string address) => Source.Equals(IPAddress.Parse(address));

    /// <summary>Takes an IP packet apart; null unless it holds an unfragmented UDP datagram.</summary>
    public static UdpPacket? Parse(TimeSpan at, ReadOnlySpan<byte> packet) => packet.IsEmpty ? null : (packet[0] >> 4) switch
    {
        4 => ParseV4(at, packet),
        6 => ParseV6(at, packet),
        _ => null,
    };

    private static UdpPacket? ParseV4(TimeSpan at, ReadOnlySpan<byte> packet)
    {
        if (packet.Length < 20 || packet[9] != Udp) return null;
        var fragment = BinaryPrimitives.ReadUInt16BigEndian(packet[6..]) & 0x3fff;
        if (fragment != 0) return null;
        var header = (packet[0] & 15) * 4;
        return Parse(at, packet[12..16], packet[16..20], packet[1], packet[header..]);
    }

    private static UdpPacket? ParseV6(TimeSpan at, ReadOnlySpan<byte> packet)
    {
        if (packet.Length < 40 || packet[6] != Udp) return null;
        var trafficClass = (byte)(BinaryPrimitives.ReadUInt16BigEndian(packet) >> 4);
        return Parse(at, packet[8..24], packet[24..40], trafficClass, packet[40..]);
    }

    private static UdpPacket? Parse(
        TimeSpan at, ReadOnlySpan<byte> source, ReadOnlySpan<byte> destination, byte trafficClass, ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length < UdpHeader) return null;
        // The length in the header, not of the frame: short frames are padded.
        var length = BinaryPrimitives.ReadUInt16BigEndian(datagram[4..]);
        if (length < UdpHeader || length > datagram.Length) return null;
        return new(
            at,
            new(source),
            BinaryPrimitives.ReadUInt16BigEndian(datagram),
            new(destination),
            BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]),
            trafficClass,
            datagram[UdpHeader..length].ToArray());
    }
}
