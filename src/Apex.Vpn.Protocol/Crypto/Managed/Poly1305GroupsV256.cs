using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static Apex.Vpn.Protocol.Crypto.Managed.Poly1305LimbsV256;

namespace Apex.Vpn.Protocol.Crypto.Managed;

/// <summary>Poly1305 of four messages at a time. Needs AVX2.</summary>
internal sealed class Poly1305GroupsV256() : Poly1305Groups(Count)
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    protected override void PreparePowers(ref Poly1305Scratch scratch)
    {
        ref ulong words = ref scratch.Words[0], powers = ref scratch.Powers[0], factor = ref Unsafe.Add(ref powers, 3 * PowerSize);
        Split(
            Vector256.LoadUnsafe(ref words), Vector256.LoadUnsafe(ref words, Count), default,
            out Vector256<ulong> r0, out Vector256<ulong> r1, out Vector256<ulong> r2, out Vector256<ulong> r3, out Vector256<ulong> r4);
        StorePower(ref factor, r0, r1, r2, r3, r4);
        for (int power = 2; power >= 0; power--)
        {
            Vector256<ulong> d0 = default, d1 = default, d2 = default, d3 = default, d4 = default;
            MultiplyAdd(
                r0.AsUInt32(), r1.AsUInt32(), r2.AsUInt32(), r3.AsUInt32(), r4.AsUInt32(), ref factor,
                ref d0, ref d1, ref d2, ref d3, ref d4);
            Carry(ref d0, ref d1, ref d2, ref d3, ref d4);
            (r0, r1, r2, r3, r4) = (d0, d1, d2, d3, d4);
            StorePower(ref Unsafe.Add(ref powers, power * PowerSize), r0, r1, r2, r3, r4);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    protected override void AbsorbGroups(ref readonly byte data, int groups, int blocks, ref Poly1305Scratch scratch)
    {
        ReadOnlySpan<int> starts = scratch.Starts;
        ref ulong words = ref scratch.Words[0], accumulators = ref scratch.Accumulators[0];
        ref ulong powers = ref scratch.Powers[(Blocks - blocks) * PowerSize];
        Vector256<ulong> top = Vector256.Create(1UL << 24);
        Vector256<ulong> h0 = Vector256.LoadUnsafe(ref accumulators), h1 = Vector256.LoadUnsafe(ref accumulators, Count);
        Vector256<ulong> h2 = Vector256.LoadUnsafe(ref accumulators, 2 * Count), h3 = Vector256.LoadUnsafe(ref accumulators, 3 * Count);
        Vector256<ulong> h4 = Vector256.LoadUnsafe(ref accumulators, 4 * Count);
        for (int group = 0; group < groups; group++)
        {
            LoadGroups(starts, in Unsafe.Add(ref Unsafe.AsRef(in data), group * GroupSize), ref words);
            // h = m1 r^3 + m2 r^2 + m3 r + (h + m0) r^4, or less of it: what waits for the group before comes last.
            Vector256<ulong> d0 = default, d1 = default, d2 = default, d3 = default, d4 = default;
            Vector256<ulong> m0, m1, m2, m3, m4;
            for (int block = 1; block < blocks; block++)
            {
                ref ulong low = ref Unsafe.Add(ref words, 2 * block * Count);
                Split(Vector256.LoadUnsafe(ref low), Vector256.LoadUnsafe(ref low, Count), top, out m0, out m1, out m2, out m3, out m4);
                MultiplyAdd(
                    m0.AsUInt32(), m1.AsUInt32(), m2.AsUInt32(), m3.AsUInt32(), m4.AsUInt32(),
                    ref Unsafe.Add(ref powers, block * PowerSize), ref d0, ref d1, ref d2, ref d3, ref d4);
            }
            Split(Vector256.LoadUnsafe(ref words), Vector256.LoadUnsafe(ref words, Count), top, out m0, out m1, out m2, out m3, out m4);
            MultiplyAdd(
                (h0 + m0).AsUInt32(), (h1 + m1).AsUInt32(), (h2 + m2).AsUInt32(), (h3 + m3).AsUInt32(), (h4 + m4).AsUInt32(),
                ref powers, ref d0, ref d1, ref d2, ref d3, ref d4);
            Carry(ref d0, ref d1, ref d2, ref d3, ref d4);
            (h0, h1, h2, h3, h4) = (d0, d1, d2, d3, d4);
        }
        h0.StoreUnsafe(ref accumulators);
        h1.StoreUnsafe(ref accumulators, Count);
        h2.StoreUnsafe(ref accumulators, 2 * Count);
        h3.StoreUnsafe(ref accumulators, 3 * Count);
        h4.StoreUnsafe(ref accumulators, 4 * Count);
    }

    // Word w of the group of each message goes into vector w, one lane for each message.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LoadGroups(ReadOnlySpan<int> starts, ref readonly byte group, ref ulong words)
    {
        StoreWords(starts, in group, ref words);
        StoreWords(starts, in Unsafe.Add(ref Unsafe.AsRef(in group), GroupSize / 2), ref Unsafe.Add(ref words, 4 * Count));
    }

    // Four words of each message.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreWords(ReadOnlySpan<int> starts, ref readonly byte group, ref ulong words)
    {
        Vector256<ulong> a = Load(starts, in group, 0), b = Load(starts, in group, 1);
        Vector256<ulong> c = Load(starts, in group, 2), d = Load(starts, in group, 3);
        Vector256<ulong> abLow = Avx2.UnpackLow(a, b), abHigh = Avx2.UnpackHigh(a, b);
        Vector256<ulong> cdLow = Avx2.UnpackLow(c, d), cdHigh = Avx2.UnpackHigh(c, d);
        Avx2.Permute2x128(abLow, cdLow, 0x20).StoreUnsafe(ref words);
        Avx2.Permute2x128(abHigh, cdHigh, 0x20).StoreUnsafe(ref words, Count);
        Avx2.Permute2x128(abLow, cdLow, 0x31).StoreUnsafe(ref words, 2 * Count);
        Avx2.Permute2x128(abHigh, cdHigh, 0x31).StoreUnsafe(ref words, 3 * Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Load(ReadOnlySpan<int> starts, ref readonly byte group, int lane) =>
        Vector256.LoadUnsafe(in group, (nuint)starts[lane]).AsUInt64();
}
