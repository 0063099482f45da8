using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Apex.Vpn.Protocol.Crypto;

/// <summary>The compression function F of BLAKE2s (RFC 7693 section 3.2), four columns of the state at a time.</summary>
internal static class Blake2sCompression
{
    /// <summary>The initialization vector (RFC 7693 section 2.6).</summary>
    internal static ReadOnlySpan<uint> InitialVector =>
    [
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
    ];

    // The message schedule (RFC 7693 section 2.7), each round in the order in which four columns need it: the even entries of the first
    // half, its odd ones, then the same of the second half.
    private static ReadOnlySpan<byte> Schedule =>
    [
        0, 2, 4, 6, 1, 3, 5, 7, 8, 10, 12, 14, 9, 11, 13, 15,
        14, 4, 9, 13, 10, 8, 15, 6, 1, 0, 11, 5, 12, 2, 7, 3,
        11, 12, 5, 15, 8, 0, 2, 13, 10, 3, 7, 9, 14, 6, 1, 4,
        7, 3, 13, 11, 9, 1, 12, 14, 2, 5, 4, 15, 6, 10, 0, 8,
        9, 5, 2, 10, 0, 7, 4, 15, 14, 11, 6, 3, 1, 12, 8, 13,
        2, 6, 0, 8, 12, 10, 11, 3, 4, 7, 15, 1, 13, 5, 14, 9,
        12, 1, 14, 4, 5, 15, 13, 10, 0, 6, 9, 8, 7, 3, 2, 11,
        13, 7, 12, 3, 11, 14, 1, 9, 5, 15, 8, 2, 0, 4, 6, 10,
        6, 14, 11, 0, 15, 9, 3, 8, 12, 13, 1, 10, 2, 7, 4, 5,
        10, 8, 7, 1, 2, 4, 6, 5, 15, 9, 3, 13, 11, 14, 12, 0,
    ];

    /// <summary>Mixes one block into the chain.</summary>
    /// <param name="chain">The eight words h.</param>
    /// <param name="block">At least 64 bytes; the first 64 are taken.</param>
    /// <param name="count">How many bytes were hashed, this block's included.</param>
    /// <param name="isLast">Whether this is the last block.</param>
    internal static void Compress(Span<uint> chain, ReadOnlySpan<byte> block, ulong count, bool isLast)
    {
        Span<uint> words = stackalloc uint[16];
        block[..Blake2s.BlockSize].CopyTo(MemoryMarshal.AsBytes(words));
        if (!BitConverter.IsLittleEndian) BinaryPrimitives.ReverseEndianness(words, words);
        ref uint m = ref MemoryMarshal.GetReference(words);
        ref uint h = ref MemoryMarshal.GetReference(chain[..8]);
        Vector128<uint> h0 = Vector128.LoadUnsafe(ref h), h1 = Vector128.LoadUnsafe(ref h, 4);
        Vector128<uint> a = h0, b = h1, c = Vector128.Create(InitialVector[..4]);
        Vector128<uint> position = Vector128.Create((uint)count, (uint)(count >> 32), isLast ? uint.MaxValue : 0, 0);
        Vector128<uint> d = Vector128.Create(InitialVector[4..]) ^ position;
        for (ReadOnlySpan<byte> round = Schedule; round.Length >= 16; round = round[16..])
        {
            ref byte s = ref MemoryMarshal.GetReference(round);
            Mix(ref a, ref b, ref c, ref d, Gather(ref m, ref s, 0), Gather(ref m, ref s, 4));
            b = Vector128.Shuffle(b, Vector128.Create(1u, 2, 3, 0));
            c = Vector128.Shuffle(c, Vector128.Create(2u, 3, 0, 1));
            d = Vector128.Shuffle(d, Vector128.Create(3u, 0, 1, 2));
            Mix(ref a, ref b, ref c, ref d, Gather(ref m, ref s, 8), Gather(ref m, ref s, 12));
            b = Vector128.Shuffle(b, Vector128.Create(3u, 0, 1, 2));
            c = Vector128.Shuffle(c, Vector128.Create(2u, 3, 0, 1));
            d = Vector128.Shuffle(d, Vector128.Create(1u, 2, 3, 0));
        }
        (h0 ^ a ^ c).StoreUnsafe(ref h);
        (h1 ^ b ^ d).StoreUnsafe(ref h, 4);
        words.Clear();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Gather(ref uint m, ref byte s, int i) => Vector128.Create(
        Unsafe.Add(ref m, Unsafe.Add(ref s, i)),
        Unsafe.Add(ref m, Unsafe.Add(ref s, i + 1)),
        Unsafe.Add(ref m, Unsafe.Add(ref s, i + 2)),
        Unsafe.Add(ref m, Unsafe.Add(ref s, i + 3)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(
        ref Vector128<uint> a, ref Vector128<uint> b, ref Vector128<uint> c, ref Vector128<uint> d, Vector128<uint> x, Vector128<uint> y)
    {
        // The message word first: it is there long before b, on which everything waits.
        a = a + x + b;
        d = RotateRight(d ^ a, 16);
        c += d;
        b = RotateRight(b ^ c, 12);
        a = a + y + b;
        d = RotateRight(d ^ a, 8);
        c += d;
        b = RotateRight(b ^ c, 7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> RotateRight(Vector128<uint> value, [ConstantExpected] byte bits) =>
        Avx512F.VL.IsSupported ? Avx512F.VL.RotateRight(value, bits) : (value >>> bits) | (value << (32 - bits));
}
