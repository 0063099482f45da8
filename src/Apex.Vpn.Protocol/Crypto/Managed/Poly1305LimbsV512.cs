using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Apex.Vpn.Protocol.Crypto.Managed;

/// <summary>Arithmetic modulo 2^130 - 5 in eight lanes, on five limbs of 26 bits. Needs AVX-512.</summary>
/// <remarks>
/// After a carry a limb has 26 bits and a little more: below 2^27 with a block of the message added, times 5 below 2^29. One product stays
/// below 2^56, the sum of the 20 of four blocks below 2^61, so that four blocks need one carry. The helpers are small enough, and their
/// callers few enough, for the runtime to inline every one: a vector passed by reference to a real call costs more than its arithmetic.
/// </remarks>
internal static class Poly1305LimbsV512
{
    /// <summary>How many lanes there are.</summary>
    internal const int Count = 8;

    /// <summary>How many words a power of r takes: five limbs, and limbs 1 to 4 times 5, in every lane.</summary>
    internal const int PowerSize = 9 * Count;

    /// <summary>Splits 128 bits into limbs; what is above them comes ready for the last limb.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Split(
        Vector512<ulong> low, Vector512<ulong> high, Vector512<ulong> top,
        out Vector512<ulong> m0, out Vector512<ulong> m1, out Vector512<ulong> m2, out Vector512<ulong> m3, out Vector512<ulong> m4)
    {
        Vector512<ulong> mask = Vector512.Create((1UL << 26) - 1);
        m0 = low & mask;
        m1 = (low >>> 26) & mask;
        m2 = ((low >>> 52) | (high << 12)) & mask;
        m3 = (high >>> 14) & mask;
        m4 = (high >>> 40) | top;
    }

    /// <summary>Keeps a power of r in the form that <see cref="MultiplyAdd"/> takes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void StorePower(
        ref ulong power, Vector512<ulong> r0, Vector512<ulong> r1, Vector512<ulong> r2, Vector512<ulong> r3, Vector512<ulong> r4)
    {
        r0.StoreUnsafe(ref power);
        r1.StoreUnsafe(ref power, Count);
        r2.StoreUnsafe(ref power, 2 * Count);
        r3.StoreUnsafe(ref power, 3 * Count);
        r4.StoreUnsafe(ref power, 4 * Count);
        (r1 + (r1 << 2)).StoreUnsafe(ref power, 5 * Count);
        (r2 + (r2 << 2)).StoreUnsafe(ref power, 6 * Count);
        (r3 + (r3 << 2)).StoreUnsafe(ref power, 7 * Count);
        (r4 + (r4 << 2)).StoreUnsafe(ref power, 8 * Count);
    }

    /// <summary>d += a * power. A product of limbs that would lie above 2^130 takes the limb times 5 and comes in below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void MultiplyAdd(
        Vector512<uint> a0, Vector512<uint> a1, Vector512<uint> a2, Vector512<uint> a3, Vector512<uint> a4, ref ulong power,
        ref Vector512<ulong> d0, ref Vector512<ulong> d1, ref Vector512<ulong> d2, ref Vector512<ulong> d3, ref Vector512<ulong> d4)
    {
        d0 += Avx512F.Multiply(a0, Vector512.LoadUnsafe(ref power).AsUInt32());
        d1 += Avx512F.Multiply(a0, Vector512.LoadUnsafe(ref power, Count).AsUInt32());
        d2 += Avx512F.Multiply(a0, Vector512.LoadUnsafe(ref power, 2 * Count).AsUInt32());
        d3 += Avx512F.Multiply(a0, Vector512.LoadUnsafe(ref power, 3 * Count).AsUInt32());
        d4 += Avx512F.Multiply(a0, Vector512.LoadUnsafe(ref power, 4 * Count).AsUInt32());
        d0 += Avx512F.Multiply(a1, Vector512.LoadUnsafe(ref power, 8 * Count).AsUInt32());
        d1 += Avx512F.Multiply(a1, Vector512.LoadUnsafe(ref power).AsUInt32());
        d2 += Avx512F.Multiply(a1, Vector512.LoadUnsafe(ref power, Count).AsUInt32());
        d3 += Avx512F.Multiply(a1, Vector512.LoadUnsafe(ref power, 2 * Count).AsUInt32());
        d4 += Avx512F.Multiply(a1, Vector512.LoadUnsafe(ref power, 3 * Count).AsUInt32());
        d0 += Avx512F.Multiply(a2, Vector512.LoadUnsafe(ref power, 7 * Count).AsUInt32());
        d1 += Avx512F.Multiply(a2, Vector512.LoadUnsafe(ref power, 8 * Count).AsUInt32());
        d2 += Avx512F.Multiply(a2, Vector512.LoadUnsafe(ref power).AsUInt32());
        d3 += Avx512F.Multiply(a2, Vector512.LoadUnsafe(ref power, Count).AsUInt32());
        d4 += Avx512F.Multiply(a2, Vector512.LoadUnsafe(ref power, 2 * Count).AsUInt32());
        d0 += Avx512F.Multiply(a3, Vector512.LoadUnsafe(ref power, 6 * Count).AsUInt32());
        d1 += Avx512F.Multiply(a3, Vector512.LoadUnsafe(ref power, 7 * Count).AsUInt32());
        d2 += Avx512F.Multiply(a3, Vector512.LoadUnsafe(ref power, 8 * Count).AsUInt32());
        d3 += Avx512F.Multiply(a3, Vector512.LoadUnsafe(ref power).AsUInt32());
        d4 += Avx512F.Multiply(a3, Vector512.LoadUnsafe(ref power, Count).AsUInt32());
        d0 += Avx512F.Multiply(a4, Vector512.LoadUnsafe(ref power, 5 * Count).AsUInt32());
        d1 += Avx512F.Multiply(a4, Vector512.LoadUnsafe(ref power, 6 * Count).AsUInt32());
        d2 += Avx512F.Multiply(a4, Vector512.LoadUnsafe(ref power, 7 * Count).AsUInt32());
        d3 += Avx512F.Multiply(a4, Vector512.LoadUnsafe(ref power, 8 * Count).AsUInt32());
        d4 += Avx512F.Multiply(a4, Vector512.LoadUnsafe(ref power).AsUInt32());
    }

    /// <summary>Makes limbs of sums of products, in two chains at once: from limb 3 up and round to 0, and from limb 0 up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Carry(
        ref Vector512<ulong> d0, ref Vector512<ulong> d1, ref Vector512<ulong> d2, ref Vector512<ulong> d3, ref Vector512<ulong> d4)
    {
        Vector512<ulong> mask = Vector512.Create((1UL << 26) - 1);
        d4 += d3 >>> 26;
        d3 &= mask;
        d1 += d0 >>> 26;
        d0 &= mask;
        Vector512<ulong> over = d4 >>> 26;
        d0 += over + (over << 2);
        d4 &= mask;
        d2 += d1 >>> 26;
        d1 &= mask;
        d3 += d2 >>> 26;
        d2 &= mask;
        d1 += d0 >>> 26;
        d0 &= mask;
        d4 += d3 >>> 26;
        d3 &= mask;
    }
}
