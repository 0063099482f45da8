using System.Buffers.Binary;
using System.Text.Unicode;

namespace Apex.Vpn.Protocol.Diagnostics;

/// <summary>The blocks of a pcapng file (draft-ietf-opsawg-pcapng), little-endian, one interface.</summary>
internal static class PcapngBlocks
{
    internal const uint SectionHeader = 0x0A0D0D0A;
    internal const uint InterfaceDescription = 1;
    internal const uint InterfaceStatistics = 5;
    internal const uint EnhancedPacket = 6;

    /// <summary>Packets begin with their IP header (LINKTYPE_RAW).</summary>
    internal const ushort LinkTypeRaw = 101;

    /// <summary>An enhanced packet block without the packet: header, fields, the flags option, the end of options, trailing length.</summary>
    internal const int EnhancedPacketOverhead = 28 + 8 + 4 + 4;

    /// <summary>Interface statistics with both counts.</summary>
    internal const int InterfaceStatisticsSize = 20 + 12 + 12 + 4 + 4;

    private const ushort EndOfOptions = 0;

    // Option codes, each in the space of its block.
    private const ushort SectionApplication = 4;
    private const ushort InterfaceName = 2, InterfaceResolution = 9;
    private const ushort StatisticsReceived = 4, StatisticsDropped = 5;
    private const ushort PacketFlags = 2;

    // 10^-9 s.
    private const byte NanosecondResolution = 9;

    /// <summary>Writes the section header and the interface's description; returns their length, at most 1 KiB.</summary>
    internal static int WriteHeader(Span<byte> destination, string interfaceName, int snapLength)
    {
        var section = new BlockWriter(destination, SectionHeader);
        section.UInt32(0x1A2B3C4D); // by this a reader sees the byte order
        section.UInt16(1);          // version 1.0
        section.UInt16(0);
        section.UInt64(ulong.MaxValue); // the section's length is not known
        section.Text(SectionApplication, "Apex.Vpn");
        section.Option(EndOfOptions, 0);
        int length = section.Finish();

        var description = new BlockWriter(destination[length..], InterfaceDescription);
        description.UInt16(LinkTypeRaw);
        description.UInt16(0);
        description.UInt32((uint)snapLength);
        description.Text(InterfaceName, interfaceName);
        description.Option(InterfaceResolution, 1);
        description.Bytes([NanosecondResolution]);
        description.Option(EndOfOptions, 0);
        return length + description.Finish();
    }

    /// <summary>Writes a packet, of which <paramref name="captured"/> bytes are kept; returns the block's length.</summary>
    internal static int WritePacket(
        Span<byte> destination, ulong nanoseconds, ReadOnlySpan<byte> captured, int originalLength, PacketDirection direction)
    {
        var block = new BlockWriter(destination, EnhancedPacket);
        block.UInt32(0); // the first interface
        block.UInt32((uint)(nanoseconds >> 32));
        block.UInt32((uint)nanoseconds);
        block.UInt32((uint)captured.Length);
        block.UInt32((uint)originalLength);
        block.Bytes(captured);
        block.Option(PacketFlags, 4);
        block.UInt32((uint)direction);
        block.Option(EndOfOptions, 0);
        return block.Finish();
    }

    /// <summary>Writes how many packets were seen and how many of them left out; returns the block's length.</summary>
    internal static int WriteStatistics(Span<byte> destination, ulong nanoseconds, ulong seen, ulong dropped)
    {
        var block = new BlockWriter(destination, InterfaceStatistics);
        block.UInt32(0);
        block.UInt32((uint)(nanoseconds >> 32));
        block.UInt32((uint)nanoseconds);
        block.Option(StatisticsReceived, 8);
        block.UInt64(seen);
        block.Option(StatisticsDropped, 8);
        block.UInt64(dropped);
        block.Option(EndOfOptions, 0);
        return block.Finish();
    }

    /// <summary>A length rounded up to the 32 bits that everything in the file is aligned to.</summary>
    internal static int Align(int length) => (length + 3) & ~3;

    private ref struct BlockWriter
    {
        private readonly Span<byte> _block;
        private int _length;

        internal BlockWriter(Span<byte> destination, uint type)
        {
            _block = destination;
            UInt32(type);
            UInt32(0); // the block's length, known at the end
        }

        internal void UInt16(ushort value)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(_block[_length..], value);
            _length += sizeof(ushort);
        }

        internal void UInt32(uint value)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(_block[_length..], value);
            _length += sizeof(uint);
        }

        internal void UInt64(ulong value)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(_block[_length..], value);
            _length += sizeof(ulong);
        }

        /// <summary>Bytes and the zeros that align what follows.</summary>
        internal void Bytes(scoped ReadOnlySpan<byte> value)
        {
            int padded = Align(value.Length);
            value.CopyTo(_block[_length..]);
            _block[(_length + value.Length)..(_length + padded)].Clear();
            _length += padded;
        }

        internal void Option(ushort code, ushort length)
        {
            UInt16(code);
            UInt16(length);
        }

        internal void Text(ushort code, string value)
        {
            Span<byte> utf8 = stackalloc byte[256];
            Utf8.FromUtf16(value, utf8, out _, out int length); // what does not fit is cut off between characters
            Option(code, (ushort)length);
            Bytes(utf8[..length]);
        }

        internal int Finish()
        {
            int length = _length + sizeof(uint);
            UInt32((uint)length);
            BinaryPrimitives.WriteUInt32LittleEndian(_block[sizeof(uint)..], (uint)length);
            return length;
        }
    }
}
