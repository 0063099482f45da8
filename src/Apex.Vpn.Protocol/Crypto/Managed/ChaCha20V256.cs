using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Apex.Vpn.Protocol.Crypto.Managed;

/// <summary>Eight blocks a pass: each vector holds one word of the state of all blocks. Needs AVX2.</summary>
internal sealed class ChaCha20V256() : ChaCha20Kernel(8)
{
    // Not inlined into callers that the runtime finds hot: there its inlining budget would run out and leave calls in the loop.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal override void Pass(ref ChaCha20Lanes lanes, ref byte blocks, bool xor)
    {
        // As locals the patterns stay in registers.
        Vector256<byte> by16 = Vector256.Create(
            (byte)2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
        Vector256<byte> by8 = Vector256.Create(
            (byte)3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14, 3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14);
        ref uint key = ref lanes.Key[0];
        Vector256<uint> x0 = Vector256.Create(0x61707865u);
        Vector256<uint> x1 = Vector256.Create(0x3320646eu);
        Vector256<uint> x2 = Vector256.Create(0x79622d32u);
        Vector256<uint> x3 = Vector256.Create(0x6b206574u);
        Vector256<uint> x4 = Vector256.Create(Unsafe.Add(ref key, 0));
        Vector256<uint> x5 = Vector256.Create(Unsafe.Add(ref key, 1));
        Vector256<uint> x6 = Vector256.Create(Unsafe.Add(ref key, 2));
        Vector256<uint> x7 = Vector256.Create(Unsafe.Add(ref key, 3));
        Vector256<uint> x8 = Vector256.Create(Unsafe.Add(ref key, 4));
        Vector256<uint> x9 = Vector256.Create(Unsafe.Add(ref key, 5));
        Vector256<uint> x10 = Vector256.Create(Unsafe.Add(ref key, 6));
        Vector256<uint> x11 = Vector256.Create(Unsafe.Add(ref key, 7));
        Vector256<uint> x12 = Vector256.LoadUnsafe(ref lanes.Counter[0]);
        Vector256<uint> x13 = Vector256.Create(lanes.NoncePrefix);
        Vector256<uint> x14 = Vector256.LoadUnsafe(ref lanes.NonceLow[0]);
        Vector256<uint> x15 = Vector256.LoadUnsafe(ref lanes.NonceHigh[0]);
        for (int round = 0; round < 20; round += 2)
        {
            MixBytes(ref x0, x4, ref x12, by16, 16);
            MixBytes(ref x1, x5, ref x13, by16, 16);
            MixBytes(ref x2, x6, ref x14, by16, 16);
            MixBytes(ref x3, x7, ref x15, by16, 16);
            Mix(ref x8, x12, ref x4, 12);
            Mix(ref x9, x13, ref x5, 12);
            Mix(ref x10, x14, ref x6, 12);
            Mix(ref x11, x15, ref x7, 12);
            MixBytes(ref x0, x4, ref x12, by8, 8);
            MixBytes(ref x1, x5, ref x13, by8, 8);
            MixBytes(ref x2, x6, ref x14, by8, 8);
            MixBytes(ref x3, x7, ref x15, by8, 8);
            Mix(ref x8, x12, ref x4, 7);
            Mix(ref x9, x13, ref x5, 7);
            Mix(ref x10, x14, ref x6, 7);
            Mix(ref x11, x15, ref x7, 7);

            MixBytes(ref x0, x5, ref x15, by16, 16);
            MixBytes(ref x1, x6, ref x12, by16, 16);
            MixBytes(ref x2, x7, ref x13, by16, 16);
            MixBytes(ref x3, x4, ref x14, by16, 16);
            Mix(ref x10, x15, ref x5, 12);
            Mix(ref x11, x12, ref x6, 12);
            Mix(ref x8, x13, ref x7, 12);
            Mix(ref x9, x14, ref x4, 12);
            MixBytes(ref x0, x5, ref x15, by8, 8);
            MixBytes(ref x1, x6, ref x12, by8, 8);
            MixBytes(ref x2, x7, ref x13, by8, 8);
            MixBytes(ref x3, x4, ref x14, by8, 8);
            Mix(ref x10, x15, ref x5, 7);
            Mix(ref x11, x12, ref x6, 7);
            Mix(ref x8, x13, ref x7, 7);
            Mix(ref x9, x14, ref x4, 7);
        }
        x0 += Vector256.Create(0x61707865u);
        x1 += Vector256.Create(0x3320646eu);
        x2 += Vector256.Create(0x79622d32u);
        x3 += Vector256.Create(0x6b206574u);
        x4 += Vector256.Create(Unsafe.Add(ref key, 0));
        x5 += Vector256.Create(Unsafe.Add(ref key, 1));
        x6 += Vector256.Create(Unsafe.Add(ref key, 2));
        x7 += Vector256.Create(Unsafe.Add(ref key, 3));
        x8 += Vector256.Create(Unsafe.Add(ref key, 4));
        x9 += Vector256.Create(Unsafe.Add(ref key, 5));
        x10 += Vector256.Create(Unsafe.Add(ref key, 6));
        x11 += Vector256.Create(Unsafe.Add(ref key, 7));
        x12 += Vector256.LoadUnsafe(ref lanes.Counter[0]);
        x13 += Vector256.Create(lanes.NoncePrefix);
        x14 += Vector256.LoadUnsafe(ref lanes.NonceLow[0]);
        x15 += Vector256.LoadUnsafe(ref lanes.NonceHigh[0]);

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

    // Turning a word by whole bytes is one shuffle; AVX-512 has an instruction for any number of bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MixBytes(
        ref Vector256<uint> a, Vector256<uint> b, ref Vector256<uint> d, Vector256<byte> pattern, [ConstantExpected] byte bits)
    {
        a += b;
        d ^= a;
        d = Avx512F.VL.IsSupported ? Avx512F.VL.RotateLeft(d, bits) : Avx2.Shuffle(d.AsByte(), pattern).AsUInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(ref Vector256<uint> c, Vector256<uint> d, ref Vector256<uint> b, [ConstantExpected] byte bits)
    {
        c += d;
        b ^= c;
        b = Avx512F.VL.IsSupported ? Avx512F.VL.RotateLeft(b, bits) : (b << bits) | (b >>> (32 - bits));
    }

    // From four words of blocks 4g..4g+3 in lane g of each vector to the words of block 4g+j in lane g of vector j.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(ref Vector256<uint> a, ref Vector256<uint> b, ref Vector256<uint> c, ref Vector256<uint> d)
    {
        Vector256<ulong> abLow = Avx2.UnpackLow(a, b).AsUInt64(), abHigh = Avx2.UnpackHigh(a, b).AsUInt64();
        Vector256<ulong> cdLow = Avx2.UnpackLow(c, d).AsUInt64(), cdHigh = Avx2.UnpackHigh(c, d).AsUInt64();
        a = Avx2.UnpackLow(abLow, cdLow).AsUInt32();
        b = Avx2.UnpackHigh(abLow, cdLow).AsUInt32();
        c = Avx2.UnpackLow(abHigh, cdHigh).AsUInt32();
        d = Avx2.UnpackHigh(abHigh, cdHigh).AsUInt32();
    }

    // Blocks j and 4+j, whose quarters lie in lanes 0 and 1 of the four vectors.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(
        Vector256<uint> a, Vector256<uint> b, Vector256<uint> c, Vector256<uint> d, ref byte blocks, int j, bool xor)
    {
        Vector256<byte> block0 = Avx2.Permute2x128(a, b, 0x20).AsByte(), block0End = Avx2.Permute2x128(c, d, 0x20).AsByte();
        Vector256<byte> block4 = Avx2.Permute2x128(a, b, 0x31).AsByte(), block4End = Avx2.Permute2x128(c, d, 0x31).AsByte();
        ref byte first = ref Unsafe.Add(ref blocks, j * BlockSize);
        if (xor)
        {
            block0 ^= Vector256.LoadUnsafe(ref first);
            block0End ^= Vector256.LoadUnsafe(ref first, 32);
            block4 ^= Vector256.LoadUnsafe(ref first, 4 * BlockSize);
            block4End ^= Vector256.LoadUnsafe(ref first, (4 * BlockSize) + 32);
        }
        block0.StoreUnsafe(ref first);
        block0End.StoreUnsafe(ref first, 32);
        block4.StoreUnsafe(ref first, 4 * BlockSize);
        block4End.StoreUnsafe(ref first, (4 * BlockSize) + 32);
    }
}
