using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Apex.Vpn.Protocol.Engine.Inner;

namespace Apex.Vpn.Protocol;

/// <summary>A TCP segment or UDP datagram in one IP packet without options or extension headers: what may be merged with its like.</summary>
internal readonly ref struct FlowPacket
{
    internal const byte Tcp = 6, Udp = 17;
    internal const byte Push = 0x08, Acknowledgement = 0x10;

    private const int TcpHeaderSize = 20, UdpHeaderSize = 8;
    private const byte Fragmented = 0x3F; // more fragments, or the upper half of an offset; DF and the reserved bit do not count

    private FlowPacket(Span<byte> bytes, bool isIPv4, byte protocol, int headerLength)
    {
        Bytes = bytes;
        IsIPv4 = isIPv4;
        Protocol = protocol;
        HeaderLength = headerLength;
    }

    internal Span<byte> Bytes { get; }

    internal bool IsIPv4 { get; }

    internal byte Protocol { get; }

    internal bool IsTcp => Protocol == Tcp;

    /// <summary>The length of the IP and the TCP or UDP header.</summary>
    internal int HeaderLength { get; }

    internal int TransportStart => IsIPv4 ? InnerPacket.IPv4HeaderSize : InnerPacket.IPv6HeaderSize;

    internal int PayloadLength => Bytes.Length - HeaderLength;

    internal uint Sequence => BinaryPrimitives.ReadUInt32BigEndian(Bytes[(TransportStart + 4)..]);

    internal byte TcpFlags => Bytes[TransportStart + 13];

    /// <summary>Whether the packet may be part of a run: it carries data, and nothing that the other end must see apart.</summary>
    internal bool CanMerge => PayloadLength > 0 && (IsTcp
        ? (TcpFlags & ~Push) == Acknowledgement && (Bytes[TransportStart + 12] & 0x0F) == 0
        : BinaryPrimitives.ReadUInt16BigEndian(Bytes[(TransportStart + 6)..]) != 0);

    private Span<byte> Addresses => IsIPv4 ? Bytes.Slice(12, 8) : Bytes.Slice(8, 32);

    /// <summary>Takes a packet; false when it is none, or one that cannot be told to belong to a flow.</summary>
    internal static bool TryParse(Span<byte> bytes, out FlowPacket packet)
    {
        packet = default;
        if (bytes.Length < InnerPacket.IPv4HeaderSize + UdpHeaderSize) return false;
        bool isIPv4 = bytes[0] == 0x45;
        byte protocol;
        if (isIPv4)
        {
            if ((bytes[6] & Fragmented) != 0 || bytes[7] != 0) return false;
            if (BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]) != bytes.Length) return false;
            protocol = bytes[9];
        }
        else
        {
            if (bytes[0] >> 4 != 6 || bytes.Length < InnerPacket.IPv6HeaderSize + UdpHeaderSize) return false;
            if (BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]) != bytes.Length - InnerPacket.IPv6HeaderSize) return false;
            protocol = bytes[6];
        }
        int start = isIPv4 ? InnerPacket.IPv4HeaderSize : InnerPacket.IPv6HeaderSize;
        int header;
        if (protocol == Tcp && bytes.Length >= start + TcpHeaderSize)
        {
            header = (bytes[start + 12] >> 4) * 4;
            if (header < TcpHeaderSize || bytes.Length < start + header) return false;
        }
        else if (protocol == Udp)
        {
            header = UdpHeaderSize;
            if (BinaryPrimitives.ReadUInt16BigEndian(bytes[(start + 4)..]) != bytes.Length - start) return false;
        }
        else
        {
            return false;
        }
        packet = new FlowPacket(bytes, isIPv4, protocol, start + header);
        return true;
    }

    /// <summary>The connection that it belongs to.</summary>
    internal FlowKey Key => FlowKey.Of(Bytes, IsIPv4, Protocol);

    /// <summary>Another packet of the same connection.</summary>
    /// <param name="bytes">Its bytes.</param>
    /// <param name="headerLength">The length of its headers.</param>
    internal FlowPacket Other(Span<byte> bytes, int headerLength) => new(bytes, IsIPv4, Protocol, headerLength);

    /// <summary>Whether a packet that could not be taken may all the same be of this flow: one with options, a fragment.</summary>
    internal bool MayBelong(ReadOnlySpan<byte> other) => other.Length >= TransportStart && other[0] >> 4 == Bytes[0] >> 4
        && other.Slice(IsIPv4 ? 12 : 8, Addresses.Length).SequenceEqual(Addresses);

    /// <summary>Whether nothing but lengths, sequence and checksums would be lost if a packet of the same flow joined this one.</summary>
    internal bool HasSameHeaders(FlowPacket other)
    {
        Span<byte> left = Bytes, right = other.Bytes;
        if (HeaderLength != other.HeaderLength) return false;
        bool sameIP = IsIPv4
            ? left[1] == right[1] && MemoryMarshal.Read<uint>(left[6..]) == MemoryMarshal.Read<uint>(right[6..]) // TOS; DF, TTL
            : MemoryMarshal.Read<uint>(left) == MemoryMarshal.Read<uint>(right) && left[7] == right[7]; // class and label; hop limit
        if (!sameIP || !IsTcp) return sameIP;
        int start = TransportStart;
        return MemoryMarshal.Read<uint>(left[(start + 8)..]) == MemoryMarshal.Read<uint>(right[(start + 8)..])    // acknowledgement
            && MemoryMarshal.Read<ushort>(left[(start + 14)..]) == MemoryMarshal.Read<ushort>(right[(start + 14)..]) // window
            && MemoryMarshal.Read<ushort>(left[(start + 18)..]) == MemoryMarshal.Read<ushort>(right[(start + 18)..]) // urgent pointer
            && left[(start + TcpHeaderSize)..HeaderLength].SequenceEqual(right[(start + TcpHeaderSize)..HeaderLength]);
    }

    /// <summary>Whether the TCP or UDP checksum is right, and that of the IPv4 header.</summary>
    internal bool IsChecksumRight()
    {
        if (IsIPv4 && InternetChecksum.Sum(Bytes[..InnerPacket.IPv4HeaderSize]) != 0xFFFF) return false;
        Span<byte> transport = Bytes[TransportStart..];
        return InternetChecksum.Sum(transport, PseudoHeaderSum(transport.Length)) == 0xFFFF;
    }

    /// <summary>The sum of the pseudo header (RFC 9293 3.1, RFC 768, RFC 8200 8.1) with a given length.</summary>
    internal ushort PseudoHeaderSum(int transportLength) =>
        InternetChecksum.Fold((ulong)InternetChecksum.Sum(Addresses) + Protocol + (uint)transportLength);
}
