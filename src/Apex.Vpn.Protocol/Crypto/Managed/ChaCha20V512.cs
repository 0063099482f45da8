using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Apex.Vpn.Protocol.Crypto.Managed;

/// <summary>Sixteen blocks a pass: each vector holds one word of the state of all blocks. Needs AVX-512.</summary>
internal sealed class ChaCha20V512() : ChaCha20Kernel(16)
{
    // Not inlined into callers that the runtime finds hot: there its inlining budget would run out and leave calls in the loop.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal override void Pass(ref ChaCha20Lanes lanes, ref byte blocks, bool xor)
    {
        ref uint key = ref lanes.Key[0];
        Vector512<uint> x0 = Vector512.Create(0x61707865u);
        Vector512<uint> x1 = Vector512.Create(0x3320646eu);
        Vector512<uint> x2 = Vector512.Create(0x79622d32u);
        Vector512<uint> x3 = Vector512.Create(0x6b206574u);
        Vector512<uint> x4 = Vector512.Create(Unsafe.Add(ref key, 0));
        Vector512<uint> x5 = Vector512.Create(Unsafe.Add(ref key, 1));
        Vector512<uint> x6 = Vector512.Create(Unsafe.Add(ref key, 2));
        Vector512<uint> x7 = Vector512.Create(Unsafe.Add(ref key, 3));
        Vector512<uint> x8 = Vector512.Create(Unsafe.Add(ref key, 4));
        Vector512<uint> x9 = Vector512.Create(Unsafe.Add(ref key, 5));
        Vector512<uint> x10 = Vector512.Create(Unsafe.Add(ref key, 6));
        Vector512<uint> x11 = Vector512.Create(Unsafe.Add(ref key, 7));
        Vector512<uint> x12 = Vector512.LoadUnsafe(ref lanes.Counter[0]);
        Vector512<uint> x13 = Vector512.Create(lanes.NoncePrefix);
        Vector512<uint> x14 = Vector512.LoadUnsafe(ref lanes.NonceLow[0]);
        Vector512<uint> x15 = Vector512.LoadUnsafe(ref lanes.NonceHigh[0]);
        for (int round = 0; round < 20; round += 2)
        {
            Mix(ref x0, x4, ref x12, 16);
            Mix(ref x1, x5, ref x13, 16);
            Mix(ref x2, x6, ref x14, 16);
            Mix(ref x3, x7, ref x15, 16);
            Mix(ref x8, x12, ref x4, 12);
            Mix(ref x9, x13, ref x5, 12);
            Mix(ref x10, x14, ref x6, 12);
            Mix(ref x11, x15, ref x7, 12);
            Mix(ref x0, x4, ref x12, 8);
            Mix(ref x1, x5, ref x13, 8);
            Mix(ref x2, x6, ref x14, 8);
            Mix(ref x3, x7, ref x15, 8);
            Mix(ref x8, x12, ref x4, 7);
            Mix(ref x9, x13, ref x5, 7);
            Mix(ref x10, x14, ref x6, 7);
            Mix(ref x11, x15, ref x7, 7);

            Mix(ref x0, x5, ref x15, 16);
            Mix(ref x1, x6, ref x12, 16);
            Mix(ref x2, x7, ref x13, 16);
            Mix(ref x3, x4, ref x14, 16);
            Mix(ref x10, x15, ref x5, 12);
            Mix(ref x11, x12, ref x6, 12);
            Mix(ref x8, x13, ref x7, 12);
            Mix(ref x9, x14, ref x4, 12);
            Mix(ref x0, x5, ref x15, 8);
            Mix(ref x1, x6, ref x12, 8);
            Mix(ref x2, x7, ref x13, 8);
            Mix(ref x3, x4, ref x14, 8);
            Mix(ref x10, x15, ref x5, 7);
            Mix(ref x11, x12, ref x6, 7);
            Mix(ref x8, x13, ref x7, 7);
            Mix(ref x9, x14, ref x4, 7);
        }
        x0 += Vector512.Create(0x61707865u);
        x1 += Vector512.Create(0x3320646eu);
        x2 += Vector512.Create(0x79622d32u);
        x3 += Vector512.Create(0x6b206574u);
        x4 += Vector512.Create(Unsafe.Add(ref key, 0));
        x5 += Vector512.Create(Unsafe.Add(ref key, 1));
        x6 += Vector512.Create(Unsafe.Add(ref key, 2));
        x7 += Vector512.Create(Unsafe.Add(ref key, 3));
        x8 += Vector512.Create(Unsafe.Add(ref key, 4));
        x9 += Vector512.Create(Unsafe.Add(ref key, 5));
        x10 += Vector512.Create(Unsafe.Add(ref key, 6));
        x11 += Vector512.Create(Unsafe.Add(ref key, 7));
        x12 += Vector512.LoadUnsafe(ref lanes.Counter[0]);
        x13 += Vector512.Create(lanes.NoncePrefix);
        x14 += Vector512.LoadUnsafe(ref lanes.NonceLow[0]);
        x15 += Vector512.LoadUnsafe(ref lanes.NonceHigh[0]);

        // Four words of a block come together in each 128-bit lane...
        Transpose(ref x0, ref x1, ref x2, ref x3);
        Transpose(ref x4, ref x5, ref x6, ref x7);
        Transpose(ref x8, ref x9, ref x10, ref x11);
        Transpose(ref x12, ref x13, ref x14, ref x15);
        // ...and then the four quarters of a block.
        Store(x0, x4, x8, x12, ref blocks, 0, xor);
        Store(x1, x5, x9, x13, ref blocks, 1, xor);
        Store(x2, x6, x10, x14, ref blocks, 2, xor);
        Store(x3, x7, x11, x15, ref blocks, 3, xor);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(ref Vector512<uint> a, Vector512<uint> b, ref Vector512<uint> d, [ConstantExpected] byte bits)
    {
        a += b;
        d = Avx512F.RotateLeft(d ^ a, bits);
    }

    // From four words of blocks 4g..4g+3 in lane g of each vector to the words of block 4g+j in lane g of vector j.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(ref Vector512<uint> a, ref Vector512<uint> b, ref Vector512<uint> c, ref Vector512<uint> d)
    {
        Vector512<ulong> abLow = Avx512F.UnpackLow(a, b).AsUInt64(), abHigh = Avx512F.UnpackHigh(a, b).AsUInt64();
        Vector512<ulong> cdLow = Avx512F.UnpackLow(c, d).AsUInt64(), cdHigh = Avx512F.UnpackHigh(c, d).AsUInt64();
        a = Avx512F.UnpackLow(abLow, cdLow).AsUInt32();
        b = Avx512F.UnpackHigh(abLow, cdLow).AsUInt32();
        c = Avx512F.UnpackLow(abHigh, cdHigh).AsUInt32();
        d = Avx512F.UnpackHigh(abHigh, cdHigh).AsUInt32();
    }

    // Blocks j, 4+j, 8+j and 12+j, whose quarters lie in lanes 0 to 3 of the four vectors.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(
        Vector512<uint> a, Vector512<uint> b, Vector512<uint> c, Vector512<uint> d, ref byte blocks, int j, bool xor)
    {
        Vector512<uint> abLow = Avx512F.Shuffle4x128(a, b, 0x44), abHigh = Avx512F.Shuffle4x128(a, b, 0xee);
        Vector512<uint> cdLow = Avx512F.Shuffle4x128(c, d, 0x44), cdHigh = Avx512F.Shuffle4x128(c, d, 0xee);
        Vector512<byte> block0 = Avx512F.Shuffle4x128(abLow, cdLow, 0x88).AsByte();
        Vector512<byte> block4 = Avx512F.Shuffle4x128(abLow, cdLow, 0xdd).AsByte();
        Vector512<byte> block8 = Avx512F.Shuffle4x128(abHigh, cdHigh, 0x88).AsByte();
        Vector512<byte> block12 = Avx512F.Shuffle4x128(abHigh, cdHigh, 0xdd).AsByte();
        ref byte first = ref Unsafe.Add(ref blocks, j * BlockSize);
        if (xor)
        {
            block0 ^= Vector512.LoadUnsafe(ref first);
            block4 ^= Vector512.LoadUnsafe(ref first, 4 * BlockSize);
            block8 ^= Vector512.LoadUnsafe(ref first, 8 * BlockSize);
            block12 ^= Vector512.LoadUnsafe(ref first, 12 * BlockSize);
        }
        block0.StoreUnsafe(ref first);
        block4.StoreUnsafe(ref first, 4 * BlockSize);
        block8.StoreUnsafe(ref first, 8 * BlockSize);
        block12.StoreUnsafe(ref first, 12 * BlockSize);
    }
}
