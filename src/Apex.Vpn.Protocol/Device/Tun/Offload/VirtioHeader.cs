using System.Runtime.InteropServices;

namespace Apex.Vpn.Protocol;

/// <summary>
/// <c>struct virtio_net_hdr</c>, which goes before every packet of a TUN opened with IFF_VNET_HDR: what the other side has left undone, a
/// checksum or the cutting into segments. In host byte order, as the kernel's default is.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct VirtioHeader
{
    internal const int Size = 10;

    /// <summary>The checksum field holds the pseudo header's sum: the rest is to be added.</summary>
    internal const byte NeedsChecksum = 1;

    internal const byte NoSegments = 0;
    internal const byte TcpIPv4 = 1;
    internal const byte TcpIPv6 = 4;
    internal const byte Udp = 5;

    internal byte Flags;
    internal byte SegmentType;

    /// <summary>The length of all headers. The kernel's is wrong for forwarded packets: only a hint.</summary>
    internal ushort HeaderLength;

    /// <summary>The payload of each segment but the last.</summary>
    internal ushort SegmentSize;

    /// <summary>Where the TCP or UDP header begins.</summary>
    internal ushort ChecksumStart;

    /// <summary>Where in it the checksum field lies.</summary>
    internal ushort ChecksumOffset;

    internal static VirtioHeader Read(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<VirtioHeader>(bytes);

    internal readonly void Write(Span<byte> bytes) => MemoryMarshal.Write(bytes, in this);
}
