using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace Apex.Vpn.Routing.Directory.Wire;

/// <summary>
/// Reads what <see cref="WireWriter"/> wrote, from any bytes. The first read that fails empties the rest and makes all later ones fail too,
/// so that a form is read straight through and <see cref="Failed"/> asked at its end. Integers are little-endian.
/// </summary>
internal ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    // Beyond the year 6000, and a date for DateTimeOffset.
    internal const long MaxTime = 1L << 37;

    private ReadOnlySpan<byte> _rest = bytes;

    internal bool Failed { get; private set; }

    internal readonly bool IsAtEnd => _rest.IsEmpty;

    internal ReadOnlySpan<byte> Rest()
    {
        ReadOnlySpan<byte> rest = _rest;
        _rest = default;
        return rest;
    }

    internal ReadOnlySpan<byte> Bytes(int length)
    {
        if (length > _rest.Length)
        {
            Fail();
            return default;
        }
        ReadOnlySpan<byte> taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }

    internal byte Byte() => Bytes(1) is [byte value] ? value : (byte)0;

    internal ushort UInt16() =>
        Bytes(sizeof(ushort)) is { IsEmpty: false } read ? BinaryPrimitives.ReadUInt16LittleEndian(read) : (ushort)0;

    internal uint UInt32() => Bytes(sizeof(uint)) is { IsEmpty: false } read ? BinaryPrimitives.ReadUInt32LittleEndian(read) : 0;

    internal int Int32() => (int)UInt32();

    internal long Int64() => Bytes(sizeof(long)) is { IsEmpty: false } read ? BinaryPrimitives.ReadInt64LittleEndian(read) : 0;

    /// <summary>A number above zero in eight bytes.</summary>
    internal long Count()
    {
        long value = Int64();
        if (value <= 0) Fail();
        return value;
    }

    /// <summary>Seconds since 1970, UTC, in eight bytes.</summary>
    internal DateTimeOffset Time() => Date(Int64());

    /// <summary>Seconds since 1970, UTC, as a date; another when they are none.</summary>
    internal DateTimeOffset Date(long seconds)
    {
        if (seconds is >= 0 and < MaxTime) return DateTimeOffset.FromUnixTimeSeconds(seconds);
        Fail();
        return DateTimeOffset.UnixEpoch;
    }

    /// <summary>An unsigned number, seven bits a byte, the lowest first (LEB128); only its shortest form counts.</summary>
    internal ulong Varint(ulong most)
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = Byte();
            ulong bits = next & 0x7FUL;
            if ((bits << shift) >> shift != bits) break;
            value |= bits << shift;
            if (next >= 0x80) continue;
            if ((next == 0 && shift != 0) || value > most) break;
            return value;
        }
        Fail();
        return 0;
    }

    internal int Number(int most) => (int)Varint((ulong)most);

    /// <summary>A signed number whose sign is its lowest bit (zigzag).</summary>
    internal long SignedVarint()
    {
        ulong value = Varint(ulong.MaxValue);
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>Bytes after their length.</summary>
    internal ReadOnlySpan<byte> Block(int most) => Bytes(Number(most));

    /// <summary>
    /// UTF-8 after its length in bytes, without control characters; fails when it is longer than <paramref name="most"/> bytes.
    /// </summary>
    internal string Text(int most)
    {
        ReadOnlySpan<byte> text = Block(most);
        if (Utf8.IsValid(text) && Encoding.UTF8.GetString(text) is var read && !read.AsSpan().ContainsAnyInRange('\0', '\x1F')
            && !read.AsSpan().ContainsAnyInRange('\x7F', '\x9F'))
            return read;
        Fail();
        return "";
    }

    internal void Fail()
    {
        Failed = true;
        _rest = default;
    }
}
