using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Apex.Vpn.Routing.Directory.Wire;

/// <summary>Writes numbers, texts and blocks one after the other, in the forms that <see cref="WireReader"/> reads.</summary>
internal sealed class WireWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new(256);

    internal ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    internal void Bytes(ReadOnlySpan<byte> bytes) => _buffer.Write(bytes);

    internal void Byte(byte value) => Bytes([value]);

    internal void UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer.GetSpan(sizeof(ushort)), value);
        _buffer.Advance(sizeof(ushort));
    }

    internal void UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.GetSpan(sizeof(uint)), value);
        _buffer.Advance(sizeof(uint));
    }

    internal void Int32(int value) => UInt32((uint)value);

    internal void Int64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_buffer.GetSpan(sizeof(long)), value);
        _buffer.Advance(sizeof(long));
    }

    /// <summary>Whole seconds since 1970; fractions are cut off.</summary>
    internal void Time(DateTimeOffset time) => Int64(time.ToUnixTimeSeconds());

    internal void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7) Byte((byte)(value | 0x80));
        Byte((byte)value);
    }

    internal void SignedVarint(long value) => Varint((ulong)((value << 1) ^ (value >> 63)));

    internal void Block(ReadOnlySpan<byte> bytes)
    {
        Varint((ulong)bytes.Length);
        Bytes(bytes);
    }

    internal void Text(string text) => Block(Encoding.UTF8.GetBytes(text));
}
