using System.Buffers.Binary;

namespace Apex.Vpn.Protocol.Engine.Inner;

/// <summary>Which packets may be answered by an ICMP error: RFC 1122 3.2.2, RFC 1812 4.3.2.7, RFC 4443 2.4(e).</summary>
/// <remarks>Never: errors, which would make loops; fragments but the first; packets from or to anything but one host.</remarks>
internal static class IcmpEligibility
{
    internal const byte ProtocolIcmp = 1;
    internal const byte ProtocolIcmpIPv6 = 58;

    private const byte HopByHopOptions = 0, Routing = 43, Fragment = 44, Authentication = 51, DestinationOptions = 60;

    /// <summary>Whether an error may be sent for a packet.</summary>
    /// <param name="bytes">The packet, trimmed to its length.</param>
    /// <param name="packet">The same packet, parsed.</param>
    internal static bool MayBeAnswered(ReadOnlySpan<byte> bytes, in InnerPacket packet) =>
        packet.IsIPv4
            ? IsHost((uint)packet.Source) && IsHost((uint)packet.Destination) && IsNoErrorIPv4(bytes)
            : IsHost(packet.Source) && IsHost(packet.Destination) && IsNoErrorIPv6(bytes);

    // Not 0/8 ("this network"), loopback, multicast or class E with the limited broadcast.
    private static bool IsHost(uint address) => (address >> 24) is not (0 or 127) && address < 0xE000_0000;

    // Not unspecified, loopback or multicast.
    private static bool IsHost(UInt128 address) => address > UInt128.One && (byte)(address >> 120) != 0xFF;

    private static bool IsNoErrorIPv4(ReadOnlySpan<byte> bytes)
    {
        const int OffsetMask = 0x1FFF;
        if ((BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]) & OffsetMask) != 0) return false;
        if (bytes[9] != ProtocolIcmp) return true;
        ReadOnlySpan<byte> message = bytes[((bytes[0] & 0x0F) * 4)..];
        // Echo, router discovery, timestamp, information, address mask; a type that is not known may be an error.
        return !message.IsEmpty && message[0] is 0 or 8 or 9 or 10 or (>= 13 and <= 18);
    }

    private static bool IsNoErrorIPv6(ReadOnlySpan<byte> bytes)
    {
        byte protocol = bytes[6];
        ReadOnlySpan<byte> rest = bytes[InnerPacket.IPv6HeaderSize..];
        while (protocol is HopByHopOptions or Routing or Fragment or Authentication or DestinationOptions)
        {
            if (rest.Length < 8) return false;
            if (protocol == Fragment && BinaryPrimitives.ReadUInt16BigEndian(rest[2..]) >> 3 != 0) return false;
            int length = protocol switch
            {
                Fragment => 8,
                Authentication => (rest[1] + 2) * 4,
                _ => (rest[1] + 1) * 8,
            };
            if (length > rest.Length) return false;
            protocol = rest[0];
            rest = rest[length..];
        }
        if (protocol != ProtocolIcmpIPv6) return true;
        const byte Redirect = 137; // no error by its number, but not to be answered either
        return !rest.IsEmpty && rest[0] is >= 128 and not Redirect;
    }
}
