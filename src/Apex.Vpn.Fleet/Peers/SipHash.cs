using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Apex.Vpn.Fleet.Peers;

/// <summary>A key of <see cref="SipHash"/>: 128 bits.</summary>
internal readonly struct SipKey(ulong low, ulong high)
{
    internal const int Size = 16;

    internal readonly ulong Low = low, High = high;

    internal static SipKey Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));

    internal static SipKey Generate()
    {
        Span<byte> bytes = stackalloc byte[Size];
        RandomNumberGenerator.Fill(bytes);
        SipKey key = Read(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return key;
    }

    public override string ToString() => "SipKey(hidden)";
}

/// <summary>A 128-bit result of <see cref="SipHash"/>.</summary>
internal readonly struct SipTag(ulong low, ulong high)
{
    internal readonly ulong Low = low, High = high;
}

/// <summary>
/// SipHash-2-4 with 128 bits (Aumasson and Bernstein, 2012): a keyed hash for tables whose keys others choose. Who does not know the key
/// can neither aim at a place nor make two keys fall together, and it is made for short inputs.
/// </summary>
internal static class SipHash
{
    internal static SipTag Hash(in SipKey key, ReadOnlySpan<byte> data)
    {
        ulong v0 = key.Low ^ 0x736f6d6570736575, v1 = key.High ^ 0x646f72616e646f6d ^ 0xee;
        ulong v2 = key.Low ^ 0x6c7967656e657261, v3 = key.High ^ 0x7465646279746573;
        ulong last = (ulong)data.Length << 56;
        for (; data.Length >= sizeof(ulong); data = data[sizeof(ulong)..])
        {
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(data);
            v3 ^= word;
            Round(ref v0, ref v1, ref v2, ref v3);
            Round(ref v0, ref v1, ref v2, ref v3);
            v0 ^= word;
        }
        for (int i = 0; i < data.Length; i++) last |= (ulong)data[i] << (8 * i);
        v3 ^= last;
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        v0 ^= last;
        v2 ^= 0xee;
        for (int i = 0; i < 4; i++) Round(ref v0, ref v1, ref v2, ref v3);
        ulong low = v0 ^ v1 ^ v2 ^ v3;
        v1 ^= 0xdd;
        for (int i = 0; i < 4; i++) Round(ref v0, ref v1, ref v2, ref v3);
        return new SipTag(low, v0 ^ v1 ^ v2 ^ v3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v0 += v1;
        v2 += v3;
        v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
        v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
        v0 = BitOperations.RotateLeft(v0, 32);
        v2 += v1;
        v0 += v3;
        v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
        v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
        v2 = BitOperations.RotateLeft(v2, 32);
    }
}
