using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Apex.Vpn.Protocol.Crypto.Managed;

/// <summary>Poly1305 in four lanes of 64 bits. Needs AVX2.</summary>
/// <remarks>
/// A limb has 26 bits and, after a carry, a little more: below 2^27 with a block of the message added, times 5 below 2^29. One product
/// stays below 2^56, the sum of the 20 of a group below 2^61, so a group needs one carry.
/// </remarks>
internal sealed class Poly1305V256 : Poly1305Kernel
{
    private const int Count = 4;
    private const int PowerSize = 9 * Count;

    internal override int Lanes => Count;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal override void AbsorbGroups(
        ReadOnlySpan<int> offsets, Span<Poly1305State> states, ref readonly byte slab, int groups, ref Poly1305Scratch scratch)
    {
        // Lanes without a message repeat the last one; nobody reads their result.
        Span<ulong> words = scratch.Words;
        Span<int> starts = stackalloc int[Count];
        for (int lane = 0; lane < Count; lane++)
        {
            int message = Math.Min(lane, offsets.Length - 1);
            starts[lane] = offsets[message];
            words[lane] = states[message].FactorLow;
            words[Count + lane] = states[message].FactorHigh;
        }
        PreparePowers(ref scratch);
        AbsorbGroups(starts, in slab, groups, ref scratch);
        for (int lane = 0; lane < offsets.Length; lane++)
        {
            states[lane].SetAccumulator(
                words[lane], words[Count + lane], words[(2 * Count) + lane], words[(3 * Count) + lane], words[(4 * Count) + lane]);
        }
    }

    // From the factors r in the first two words of each lane: r^4, r^3, r^2, r.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void PreparePowers(ref Poly1305Scratch scratch)
    {
        ref ulong words = ref scratch.Words[0], powers = ref scratch.Powers[0];
        Split(
            Vector256.LoadUnsafe(ref words), Vector256.LoadUnsafe(ref words, Count), default,
            out Vector256<ulong> r0, out Vector256<ulong> r1, out Vector256<ulong> r2, out Vector256<ulong> r3, out Vector256<ulong> r4);
        ref ulong factor = ref Unsafe.Add(ref powers, 3 * PowerSize);
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

    // Leaves the limbs of the accumulators in the first five words of each lane.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AbsorbGroups(ReadOnlySpan<int> starts, ref readonly byte slab, int groups, ref Poly1305Scratch scratch)
    {
        ref ulong words = ref scratch.Words[0], powers = ref scratch.Powers[0];
        Vector256<ulong> h0 = default, h1 = default, h2 = default, h3 = default, h4 = default;
        for (int group = 0; group < groups; group++)
        {
            LoadGroups(starts, in Unsafe.Add(ref Unsafe.AsRef(in slab), group * GroupSize), ref words);
            // h = (h + m0) r^4 + m1 r^3 + m2 r^2 + m3 r
            Vector256<ulong> d0 = default, d1 = default, d2 = default, d3 = default, d4 = default;
            for (int block = 0; block < 4; block++)
            {
                ref ulong low = ref Unsafe.Add(ref words, 2 * block * Count);
                Split(
                    Vector256.LoadUnsafe(ref low), Vector256.LoadUnsafe(ref low, Count), Vector256.Create(1UL << 24),
                    out Vector256<ulong> m0, out Vector256<ulong> m1, out Vector256<ulong> m2, out Vector256<ulong> m3, out Vector256<ulong> m4);
                MultiplyAdd(
                    (h0 + m0).AsUInt32(), (h1 + m1).AsUInt32(), (h2 + m2).AsUInt32(), (h3 + m3).AsUInt32(), (h4 + m4).AsUInt32(),
                    ref Unsafe.Add(ref powers, block * PowerSize), ref d0, ref d1, ref d2, ref d3, ref d4);
                h0 = h1 = h2 = h3 = h4 = default;
            }
            Carry(ref d0, ref d1, ref d2, ref d3, ref d4);
            (h0, h1, h2, h3, h4) = (d0, d1, d2, d3, d4);
        }
        h0.StoreUnsafe(ref words);
        h1.StoreUnsafe(ref words, Count);
        h2.StoreUnsafe(ref words, 2 * Count);
        h3.StoreUnsafe(ref words, 3 * Count);
        h4.StoreUnsafe(ref words, 4 * Count);
    }

    // Word w of the group of each message goes into vector w, one lane for each message.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LoadGroups(ReadOnlySpan<int> starts, ref readonly byte group, ref ulong words)
    {
        StoreWords(starts, in group, ref words);
        StoreWords(starts, in Unsafe.Add(ref Unsafe.AsRef(in group), 32), ref Unsafe.Add(ref words, 4 * Count));
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal override void AbsorbBlocks(ref Poly1305State state, ref readonly byte data, int steps, ref Poly1305Scratch scratch)
    {
        PreparePowers(in state, ref scratch);
        AbsorbSteps(in state, in data, steps, ref scratch);
        Span<ulong> words = scratch.Words;
        state.SetAccumulator(words[0], words[1], words[2], words[3], words[4]);
    }

    // r^4 in every lane, and for the last step the power that the block in each lane is away from the end.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void PreparePowers(ref readonly Poly1305State state, ref Poly1305Scratch scratch)
    {
        Span<ulong> words = scratch.Words;
        (ulong low, ulong middle, ulong high) = (state.FactorLow, state.FactorHigh, 0);
        foreach (int lane in BlocksByDistance)
        {
            words[lane] = low;
            words[Count + lane] = middle;
            words[(2 * Count) + lane] = high;
            if (lane == 0) break;
            Poly1305State.Multiply(ref low, ref middle, ref high, state.FactorLow, state.FactorHigh);
        }
        ref ulong first = ref words[0], powers = ref scratch.Powers[0];
        Split(
            Vector256.LoadUnsafe(ref first), Vector256.LoadUnsafe(ref first, Count), Vector256.LoadUnsafe(ref first, 2 * Count) << 24,
            out Vector256<ulong> r0, out Vector256<ulong> r1, out Vector256<ulong> r2, out Vector256<ulong> r3, out Vector256<ulong> r4);
        StorePower(ref Unsafe.Add(ref powers, PowerSize), r0, r1, r2, r3, r4);
        // Lane 0 holds the first block, the one farthest away.
        StorePower(
            ref powers, Vector256.Create(r0.ToScalar()), Vector256.Create(r1.ToScalar()), Vector256.Create(r2.ToScalar()),
            Vector256.Create(r3.ToScalar()), Vector256.Create(r4.ToScalar()));
    }

    // The lanes from the last block of a step to the first, after the words of two vectors were interleaved.
    private static ReadOnlySpan<int> BlocksByDistance => [3, 1, 2, 0];

    // Leaves the limbs of the accumulator in the first five words.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AbsorbSteps(ref readonly Poly1305State state, ref readonly byte data, int steps, ref Poly1305Scratch scratch)
    {
        ref ulong powers = ref scratch.Powers[0];
        ref byte next = ref Unsafe.AsRef(in data);
        (ulong low, ulong middle, ulong high) = state.Accumulator;
        Split(
            Vector256.CreateScalar(low), Vector256.CreateScalar(middle), Vector256.CreateScalar(high) << 24,
            out Vector256<ulong> h0, out Vector256<ulong> h1, out Vector256<ulong> h2, out Vector256<ulong> h3, out Vector256<ulong> h4);
        for (; steps > 0; steps--, next = ref Unsafe.Add(ref next, Count * Poly1305State.BlockSize))
        {
            Vector256<ulong> left = Vector256.LoadUnsafe(ref next).AsUInt64(), right = Vector256.LoadUnsafe(ref next, 32).AsUInt64();
            Split(
                Avx2.UnpackLow(left, right), Avx2.UnpackHigh(left, right), Vector256.Create(1UL << 24),
                out Vector256<ulong> m0, out Vector256<ulong> m1, out Vector256<ulong> m2, out Vector256<ulong> m3, out Vector256<ulong> m4);
            Vector256<ulong> d0 = default, d1 = default, d2 = default, d3 = default, d4 = default;
            MultiplyAdd(
                (h0 + m0).AsUInt32(), (h1 + m1).AsUInt32(), (h2 + m2).AsUInt32(), (h3 + m3).AsUInt32(), (h4 + m4).AsUInt32(),
                ref Unsafe.Add(ref powers, steps == 1 ? PowerSize : 0), ref d0, ref d1, ref d2, ref d3, ref d4);
            Carry(ref d0, ref d1, ref d2, ref d3, ref d4);
            (h0, h1, h2, h3, h4) = (d0, d1, d2, d3, d4);
        }
        Span<ulong> words = scratch.Words;
        words[0] = Vector256.Sum(h0);
        words[1] = Vector256.Sum(h1);
        words[2] = Vector256.Sum(h2);
        words[3] = Vector256.Sum(h3);
        words[4] = Vector256.Sum(h4);
    }

    // 128 bits into limbs; what is above them comes ready for the last limb.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Split(
        Vector256<ulong> low, Vector256<ulong> high, Vector256<ulong> top,
        out Vector256<ulong> m0, out Vector256<ulong> m1, out Vector256<ulong> m2, out Vector256<ulong> m3, out Vector256<ulong> m4)
    {
        Vector256<ulong> mask = Vector256.Create((1UL << 26) - 1);
        m0 = low & mask;
        m1 = (low >>> 26) & mask;
        m2 = ((low >>> 52) | (high << 12)) & mask;
        m3 = (high >>> 14) & mask;
        m4 = (high >>> 40) | top;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StorePower(
        ref ulong power, Vector256<ulong> r0, Vector256<ulong> r1, Vector256<ulong> r2, Vector256<ulong> r3, Vector256<ulong> r4)
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

    // d += a * power. A limb product that would lie above 2^130 takes the limb times 5 and comes in below.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyAdd(
        Vector256<uint> a0, Vector256<uint> a1, Vector256<uint> a2, Vector256<uint> a3, Vector256<uint> a4, ref ulong power,
        ref Vector256<ulong> d0, ref Vector256<ulong> d1, ref Vector256<ulong> d2, ref Vector256<ulong> d3, ref Vector256<ulong> d4)
    {
        d0 += Avx2.Multiply(a0, Vector256.LoadUnsafe(ref power).AsUInt32());
        d1 += Avx2.Multiply(a0, Vector256.LoadUnsafe(ref power, Count).AsUInt32());
        d2 += Avx2.Multiply(a0, Vector256.LoadUnsafe(ref power, 2 * Count).AsUInt32());
        d3 += Avx2.Multiply(a0, Vector256.LoadUnsafe(ref power, 3 * Count).AsUInt32());
        d4 += Avx2.Multiply(a0, Vector256.LoadUnsafe(ref power, 4 * Count).AsUInt32());
        d0 += Avx2.Multiply(a1, Vector256.LoadUnsafe(ref power, 8 * Count).AsUInt32());
        d1 += Avx2.Multiply(a1, Vector256.LoadUnsafe(ref power).AsUInt32());
        d2 += Avx2.Multiply(a1, Vector256.LoadUnsafe(ref power, Count).AsUInt32());
        d3 += Avx2.Multiply(a1, Vector256.LoadUnsafe(ref power, 2 * Count).AsUInt32());
        d4 += Avx2.Multiply(a1, Vector256.LoadUnsafe(ref power, 3 * Count).AsUInt32());
        d0 += Avx2.Multiply(a2, Vector256.LoadUnsafe(ref power, 7 * Count).AsUInt32());
        d1 += Avx2.Multiply(a2, Vector256.LoadUnsafe(ref power, 8 * Count).AsUInt32());
        d2 += Avx2.Multiply(a2, Vector256.LoadUnsafe(ref power).AsUInt32());
        d3 += Avx2.Multiply(a2, Vector256.LoadUnsafe(ref power, Count).AsUInt32());
        d4 += Avx2.Multiply(a2, Vector256.LoadUnsafe(ref power, 2 * Count).AsUInt32());
        d0 += Avx2.Multiply(a3, Vector256.LoadUnsafe(ref power, 6 * Count).AsUInt32());
        d1 += Avx2.Multiply(a3, Vector256.LoadUnsafe(ref power, 7 * Count).AsUInt32());
        d2 += Avx2.Multiply(a3, Vector256.LoadUnsafe(ref power, 8 * Count).AsUInt32());
        d3 += Avx2.Multiply(a3, Vector256.LoadUnsafe(ref power).AsUInt32());
        d4 += Avx2.Multiply(a3, Vector256.LoadUnsafe(ref power, Count).AsUInt32());
        d0 += Avx2.Multiply(a4, Vector256.LoadUnsafe(ref power, 5 * Count).AsUInt32());
        d1 += Avx2.Multiply(a4, Vector256.LoadUnsafe(ref power, 6 * Count).AsUInt32());
        d2 += Avx2.Multiply(a4, Vector256.LoadUnsafe(ref power, 7 * Count).AsUInt32());
        d3 += Avx2.Multiply(a4, Vector256.LoadUnsafe(ref power, 8 * Count).AsUInt32());
        d4 += Avx2.Multiply(a4, Vector256.LoadUnsafe(ref power).AsUInt32());
    }

    // Two chains at once: from limb 3 up and round to 0, and from limb 0 up.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Carry(
        ref Vector256<ulong> d0, ref Vector256<ulong> d1, ref Vector256<ulong> d2, ref Vector256<ulong> d3, ref Vector256<ulong> d4)
    {
        Vector256<ulong> mask = Vector256.Create((1UL << 26) - 1);
        d4 += d3 >>> 26;
        d3 &= mask;
        d1 += d0 >>> 26;
        d0 &= mask;
        Vector256<ulong> over = d4 >>> 26;
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
