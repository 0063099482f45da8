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
    private const byte HopLimit = 64;
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
        return packet.IsIPv4 ? WriteIPv4(original, destination) : WriteIPv6(original, destination);
    }

    private static int WriteIPv4(ReadOnlySpan<byte> original, Span<byte> destination)
    {
        int length = Math.Min(InnerPacket.IPv4HeaderSize + IcmpHeaderSize + original.Length, MaxIPv4Length);
        Span<byte> header = destination[..InnerPacket.IPv4HeaderSize];
        header.Clear();
        header[0] = 0x45;
        header[1] = InternetworkControl;
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)length);
        header[6] = 0x40; // do not fragment, so no identification is needed (RFC 6864)
        header[8] = HopLimit;
        header[9] = IcmpEligibility.ProtocolIcmp;
        original.Slice(16, 4).CopyTo(header[12..]);
        original.Slice(12, 4).CopyTo(header[16..]);
        BinaryPrimitives.WriteUInt16BigEndian(header[10..], InternetChecksum.Finish(InternetChecksum.Sum(header)));
        WriteMessage(destination[header.Length..length], DestinationUnreachable, HostUnreachable, original, pseudoHeaderSum: 0);
        return length;
    }

    private static int WriteIPv6(ReadOnlySpan<byte> original, Span<byte> destination)
    {
        int length = Math.Min(InnerPacket.IPv6HeaderSize + IcmpHeaderSize + original.Length, MaxLength);
        int payload = length - InnerPacket.IPv6HeaderSize;
        Span<byte> header = destination[..InnerPacket.IPv6HeaderSize];
        header.Clear();
        header[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], (ushort)payload);
        header[6] = IcmpEligibility.ProtocolIcmpIPv6;
        header[7] = HopLimit;
        original.Slice(24, 16).CopyTo(header[8..]);
        original.Slice(8, 16).CopyTo(header[24..]);

        // Pseudo-header (RFC 8200 8.1): both addresses, the length, the protocol.
        Span<byte> rest = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32BigEndian(rest, (uint)payload);
        BinaryPrimitives.WriteUInt32BigEndian(rest[4..], IcmpEligibility.ProtocolIcmpIPv6);
        ushort sum = InternetChecksum.Sum(rest, InternetChecksum.Sum(header[8..]));
        WriteMessage(destination[header.Length..length], DestinationUnreachableIPv6, AddressUnreachableIPv6, original, sum);
        return length;
    }

    private static void WriteMessage(Span<byte> message, byte type, byte code, ReadOnlySpan<byte> original, ushort pseudoHeaderSum)
    {
        message[..IcmpHeaderSize].Clear();
        message[0] = type;
        message[1] = code;
        original[..(message.Length - IcmpHeaderSize)].CopyTo(message[IcmpHeaderSize..]);
        BinaryPrimitives.WriteUInt16BigEndian(message[2..], InternetChecksum.Finish(InternetChecksum.Sum(message, pseudoHeaderSum)));
    }
}
