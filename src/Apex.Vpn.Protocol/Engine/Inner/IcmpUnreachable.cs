using System.Buffers.Binary;
using System.Diagnostics;

namespace Apex.Vpn.Protocol.Engine.Inner;

/// <summary>
/// Tells the sender of an inner packet that the tunnel cannot carry it: ICMP host unreachable, ICMPv6 address unreachable (item 39).
/// </summary>
/// <remarks>
/// The error comes from the address that the packet was sent to. The tunnel has that address by its own routes, so the host's reverse path
/// filter lets the error in; an address of the host itself would be taken for a forgery.
/// </remarks>
internal static class IcmpUnreachable
{
    /// <summary>The longest error: an ICMPv6 one must fit the least MTU of IPv6.</summary>
    internal const int MaxLength = 1280;

    private const int MaxIPv4Length = 576; // RFC 1812 4.3.2.3
    private const int IcmpHeaderSize = 8;
    private const byte InternetworkControl = 0xC0; // precedence of IPv4 errors, RFC 1812 4.3.2.5

    private const byte DestinationUnreachable = 3;
    private const byte HostUnreachable = 1;
    private const byte DestinationUnreachableIPv6 = 1;
    private const byte AddressUnreachableIPv6 = 3;

    /// <summary>Writes the error for a packet.</summary>
    /// <param name="original">The packet from the TUN.</param>
    /// <param name="destination">At least <see cref="MaxLength"/> bytes, apart from <paramref name="original"/>.</param>
    /// <returns>The error's length; 0 when the packet must not be answered.</returns>
    internal static int Write(ReadOnlySpan<byte> original, Span<byte> destination)
    {
        Debug.Assert(destination.Length >= MaxLength);
        if (!InnerPacket.TryParse(original, out InnerPacket packet)) return 0;
        original = original[..packet.Length];
        if (!IcmpEligibility.MayBeAnswered(original, in packet)) return 0;
        bool isIPv4 = packet.IsIPv4;
        int length = Math.Min(InnerHeader.Size(isIPv4) + IcmpHeaderSize + original.Length, isIPv4 ? MaxIPv4Length : MaxLength);
        Span<byte> error = destination[..length];
        Span<byte> message = InnerHeader.Write(
            error,
            isIPv4,
            trafficClass: isIPv4 ? InternetworkControl : (byte)0,
            isIPv4 ? IcmpEligibility.ProtocolIcmp : IcmpEligibility.ProtocolIcmpIPv6,
            source: packet.Destination,
            destination: packet.Source);
        message[..IcmpHeaderSize].Clear();
        message[0] = isIPv4 ? DestinationUnreachable : DestinationUnreachableIPv6;
        message[1] = isIPv4 ? HostUnreachable : AddressUnreachableIPv6;
        original[..(message.Length - IcmpHeaderSize)].CopyTo(message[IcmpHeaderSize..]);
        // ICMP has no pseudo-header, ICMPv6 has.
        ushort sum = isIPv4 ? (ushort)0 : InnerHeader.PseudoHeaderSum(error, isIPv4);
        BinaryPrimitives.WriteUInt16BigEndian(message[2..], InternetChecksum.Finish(InternetChecksum.Sum(message, sum)));
        return length;
    }
}
