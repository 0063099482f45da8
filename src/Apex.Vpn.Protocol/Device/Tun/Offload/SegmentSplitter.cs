using System.Buffers.Binary;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Engine.Inner;

namespace Apex.Vpn.Protocol;

/// <summary>
/// Finishes what the kernel leaves to a network card: one read of up to 64 KiB becomes the TCP segments or UDP datagrams that it stands for,
/// where it lies, each with headers and checksums of its own and room to be sealed.
/// </summary>
/// <remarks>
/// A segment's place lies behind that of its payload in the read, and further so from segment to segment, so that moving them from the last
/// to the first overwrites nothing that is still to be moved.
/// </remarks>
internal static class SegmentSplitter
{
    private const int ChecksumOffsetTcp = 16;
    private const int ChecksumOffsetUdp = 6;
    private const int TcpHeaderSize = 20;
    private const int UdpHeaderSize = 8;

    /// <summary>Adds the packets of one read to the batch.</summary>
    /// <param name="packer">Lays out the batch.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="offset">Where the packet lies, behind its virtio header.</param>
    /// <param name="length">The packet's length.</param>
    /// <param name="header">What the kernel says of it.</param>
    /// <returns>False when header and packet do not fit each other: nothing was added.</returns>
    internal static bool TryAdd(ref TunBatchPacker packer, PacketBatch batch, int offset, int length, in VirtioHeader header)
    {
        if (length == 0) return false;
        Span<byte> packet = batch.Slab.Slice(offset, length);
        if (header.SegmentType == VirtioHeader.NoSegments)
        {
            if ((header.Flags & VirtioHeader.NeedsChecksum) != 0 && !TryFinishChecksum(packet, header)) return false;
            packer.Add(offset, length);
            return true;
        }
        if (!Template.TryTake(packet, header, out Template template)) return false;

        int headers = template.HeaderLength, segment = header.SegmentSize;
        int stride = PacketBatch.PlaceAfter(headers + segment + PacketBatch.Tailroom);
        int payload = length - headers;
        int count = Math.Min((payload + segment - 1) / segment, packer.SlotsLeft);
        while (count > 1 && offset + (count * stride) > batch.Slab.Length) count--; // only segments of a few bytes need so much room
        Span<byte> space = batch.Slab[offset..];
        for (int i = count - 1; i >= 0; i--)
        {
            int size = Math.Min(segment, payload - (i * segment));
            Span<byte> place = space.Slice(i * stride, headers + size);
            if (i > 0)
            {
                space.Slice(headers + (i * segment), size).CopyTo(place[headers..]);
                space[..headers].CopyTo(place);
            }
            template.Finish(place, i, isLast: (i + 1) * segment >= payload);
        }
        for (int i = 0; i < count; i++) packer.Add(offset + (i * stride), headers + Math.Min(segment, payload - (i * segment)));
        return true;
    }

    private static bool TryFinishChecksum(Span<byte> packet, in VirtioHeader header)
    {
        int field = header.ChecksumStart + header.ChecksumOffset;
        if (field + sizeof(ushort) > packet.Length) return false;
        WriteChecksum(packet.Slice(field, sizeof(ushort)), InternetChecksum.Sum(packet[header.ChecksumStart..]), header.ChecksumOffset);
        return true;
    }

    /// <summary>A UDP checksum that comes to 0 is sent as its other form: 0 means that there is none (RFC 768).</summary>
    private static void WriteChecksum(Span<byte> field, ushort sum, int checksumOffset)
    {
        ushort checksum = InternetChecksum.Finish(sum);
        if (checksum == 0 && checksumOffset == ChecksumOffsetUdp) checksum = 0xFFFF;
        BinaryPrimitives.WriteUInt16BigEndian(field, checksum);
    }

    /// <summary>The headers that all segments share, with the fields that differ set to zero and the sums of what does not.</summary>
    private struct Template
    {
        private const byte Fin = 0x01, Push = 0x08;
        private const ushort CongestionWindowReduced = 0x80;

        private bool _isIPv4;
        private bool _isTcp;
        private int _transportStart;
        private int _segmentSize;
        private ushort _identification;
        private ushort _ipSum;
        private ushort _transportSum;
        private uint _sequence;
        private ushort _offsetAndFlags;

        internal int HeaderLength { get; private set; }

        internal static bool TryTake(Span<byte> packet, in VirtioHeader header, out Template template)
        {
            template = default;
            int start = header.ChecksumStart;
            int version = packet.Length < InnerPacket.IPv4HeaderSize ? 0 : packet[0] >> 4;
            bool isTcp = header.ChecksumOffset == ChecksumOffsetTcp;
            bool fits = (header.SegmentType & 0x7F) switch
            {
                VirtioHeader.TcpIPv4 => version == 4 && isTcp,
                VirtioHeader.TcpIPv6 => version == 6 && isTcp,
                VirtioHeader.Udp => header.ChecksumOffset == ChecksumOffsetUdp,
                _ => false,
            };
            bool placed = version switch
            {
                4 => start == (packet[0] & 0x0F) * 4 && start >= InnerPacket.IPv4HeaderSize,
                6 => start >= InnerPacket.IPv6HeaderSize,
                _ => false,
            };
            if (!fits || !placed || header.SegmentSize == 0 || (header.Flags & VirtioHeader.NeedsChecksum) == 0) return false;
            int least = start + (isTcp ? TcpHeaderSize : UdpHeaderSize);
            if (packet.Length < least) return false;
            int headers = isTcp ? start + ((packet[start + 12] >> 4) * 4) : least;
            if (headers < least || headers >= packet.Length) return false;

            template._isIPv4 = version == 4;
            template._isTcp = isTcp;
            template._transportStart = start;
            template._segmentSize = header.SegmentSize;
            template.HeaderLength = headers;
            if (template._isIPv4) template.TakeIPv4(packet[..start]);
            template.TakeTransport(packet[start..headers], packet.Length - start);
            return true;
        }

        /// <summary>Completes the headers of one segment.</summary>
        internal readonly void Finish(Span<byte> segment, int index, bool isLast)
        {
            int transportLength = segment.Length - _transportStart;
            if (_isIPv4) FinishIPv4(segment, index);
            else BinaryPrimitives.WriteUInt16BigEndian(segment[4..], (ushort)(segment.Length - InnerPacket.IPv6HeaderSize));

            Span<byte> transport = segment[_transportStart..];
            uint sum = (uint)_transportSum + (uint)transportLength;
            if (_isTcp)
            {
                uint sequence = _sequence + ((uint)index * (uint)_segmentSize);
                int offsetAndFlags = _offsetAndFlags;
                if (!isLast) offsetAndFlags &= ~(Fin | Push);
                if (index != 0) offsetAndFlags &= ~CongestionWindowReduced;
                BinaryPrimitives.WriteUInt32BigEndian(transport[4..], sequence);
                BinaryPrimitives.WriteUInt16BigEndian(transport[12..], (ushort)offsetAndFlags);
                sum += (sequence >> 16) + (ushort)sequence + (uint)offsetAndFlags;
            }
            else
            {
                BinaryPrimitives.WriteUInt16BigEndian(transport[4..], (ushort)transportLength);
                sum += (uint)transportLength;
            }
            sum += InternetChecksum.Sum(segment[HeaderLength..]);
            int field = _isTcp ? ChecksumOffsetTcp : ChecksumOffsetUdp;
            WriteChecksum(transport.Slice(field, sizeof(ushort)), InternetChecksum.Fold(sum), field);
        }

        private void TakeIPv4(Span<byte> header)
        {
            _identification = BinaryPrimitives.ReadUInt16BigEndian(header[4..]);
            header.Slice(2, 4).Clear();  // total length, identification
            header.Slice(10, 2).Clear(); // checksum
            _ipSum = InternetChecksum.Sum(header);
        }

        private readonly void FinishIPv4(Span<byte> segment, int index)
        {
            ushort identification = (ushort)(_identification + index);
            BinaryPrimitives.WriteUInt16BigEndian(segment[2..], (ushort)segment.Length);
            BinaryPrimitives.WriteUInt16BigEndian(segment[4..], identification);
            ushort sum = InternetChecksum.Fold((uint)_ipSum + (uint)segment.Length + identification);
            BinaryPrimitives.WriteUInt16BigEndian(segment[10..], InternetChecksum.Finish(sum));
        }

        /// <summary>The kernel has put the pseudo header's sum into the checksum field, with the length of the whole.</summary>
        private void TakeTransport(Span<byte> header, int wholeLength)
        {
            int field = _isTcp ? ChecksumOffsetTcp : ChecksumOffsetUdp;
            ushort pseudo = BinaryPrimitives.ReadUInt16BigEndian(header[field..]);
            header.Slice(field, sizeof(ushort)).Clear();
            if (_isTcp)
            {
                _sequence = BinaryPrimitives.ReadUInt32BigEndian(header[4..]);
                _offsetAndFlags = BinaryPrimitives.ReadUInt16BigEndian(header[12..]);
                header.Slice(4, 4).Clear();
                header.Slice(12, 2).Clear();
            }
            else
            {
                header.Slice(4, 2).Clear(); // length
            }
            _transportSum = InternetChecksum.Fold((uint)InternetChecksum.Sum(header) + pseudo + (ushort)~wholeLength);
        }
    }
}
