using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static Apex.Vpn.Protocol.Crypto.Managed.Poly1305LimbsV256;

namespace Apex.Vpn.Protocol.Crypto.Managed;

/// <summary>
/// Poly1305 of one message, four consecutive blocks at a time, and two such steps with one carry. Needs AVX2. There is no wider form:
/// eight lanes need four more powers of r, which takes about as long as they save on a packet.
/// </summary>
internal static class Poly1305BlocksV256
{
    /// <summary>How many blocks a step absorbs.</summary>
    internal const int BlocksPerStep = Count;

    /// <summary>How many words of powers it works with.</summary>
    internal const int WordsOfPowers = 4 * PowerSize;

    private const int StepSize = BlocksPerStep * Poly1305State.BlockSize;

    // Where the powers lie: r^8 and r^4 in every lane, for two steps; and for the last two r^8 to r^5 and r^4 to r, in each lane the power
    // by which its block is away from the end.
    private const int Two = 0, One = PowerSize, LastTwo = 2 * PowerSize, LastOne = 3 * PowerSize;

    // The lanes from the last block of a step to the first, in the order that interleaving two vectors gives.
    private static ReadOnlySpan<int> LanesFromLast => [3, 1, 2, 0];

    /// <summary>Absorbs whole blocks.</summary>
    /// <param name="state">The message.</param>
    /// <param name="data">The blocks.</param>
    /// <param name="steps">How many times <see cref="BlocksPerStep"/>, at least one.</param>
    /// <param name="scratch">Working memory; the caller erases it.</param>
    internal static void Absorb(ref Poly1305State state, ref readonly byte data, int steps, ref Poly1305Scratch scratch)
    {
        PreparePowers(in state, steps > 1, ref scratch);
        AbsorbSteps(in state, in data, steps, ref scratch);
        Span<ulong> words = scratch.Words;
        state.SetAccumulator(words[0], words[1], words[2], words[3], words[4]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void PreparePowers(ref readonly Poly1305State state, bool alsoForTwo, ref Poly1305Scratch scratch)
    {
        Span<ulong> words = scratch.Words;
        (ulong low, ulong middle, ulong high) = (state.FactorLow, state.FactorHigh, 0);
        foreach (int lane in LanesFromLast)
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
        StorePower(ref Unsafe.Add(ref powers, LastOne), r0, r1, r2, r3, r4);
        StoreFirstLane(ref Unsafe.Add(ref powers, One), r0, r1, r2, r3, r4);
        if (!alsoForTwo) return;
        Vector256<ulong> d0 = default, d1 = default, d2 = default, d3 = default, d4 = default;
        MultiplyAdd(
            r0.AsUInt32(), r1.AsUInt32(), r2.AsUInt32(), r3.AsUInt32(), r4.AsUInt32(), ref Unsafe.Add(ref powers, One),
            ref d0, ref d1, ref d2, ref d3, ref d4);
        Carry(ref d0, ref d1, ref d2, ref d3, ref d4);
        StorePower(ref Unsafe.Add(ref powers, LastTwo), d0, d1, d2, d3, d4);
        StoreFirstLane(ref Unsafe.Add(ref powers, Two), d0, d1, d2, d3, d4);
    }

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
        for (int left = steps; left > 0;)
        {
            // An odd number of steps starts with one by itself, which is also the last where there is one only.
            bool isOne = left % 2 != 0;
            ref ulong power = ref Unsafe.Add(ref powers, isOne ? (left == 1 ? LastOne : One) : left == 2 ? LastTwo : Two);
            Vector256<ulong> d0 = default, d1 = default, d2 = default, d3 = default, d4 = default;
            Vector256<ulong> m0, m1, m2, m3, m4;
            if (!isOne)
            {
                // What does not wait for the accumulator comes first.
                Load(in Unsafe.Add(ref next, StepSize), out m0, out m1, out m2, out m3, out m4);
                MultiplyAdd(
                    m0.AsUInt32(), m1.AsUInt32(), m2.AsUInt32(), m3.AsUInt32(), m4.AsUInt32(),
                    ref Unsafe.Add(ref power, PowerSize), ref d0, ref d1, ref d2, ref d3, ref d4);
            }
            Load(in next, out m0, out m1, out m2, out m3, out m4);
            MultiplyAdd(
                (h0 + m0).AsUInt32(), (h1 + m1).AsUInt32(), (h2 + m2).AsUInt32(), (h3 + m3).AsUInt32(), (h4 + m4).AsUInt32(),
                ref power, ref d0, ref d1, ref d2, ref d3, ref d4);
            Carry(ref d0, ref d1, ref d2, ref d3, ref d4);
            (h0, h1, h2, h3, h4) = (d0, d1, d2, d3, d4);
            int absorbed = isOne ? 1 : 2;
            left -= absorbed;
            next = ref Unsafe.Add(ref next, absorbed * StepSize);
        }
        Span<ulong> words = scratch.Words;
        words[0] = Vector256.Sum(h0);
        words[1] = Vector256.Sum(h1);
        words[2] = Vector256.Sum(h2);
        words[3] = Vector256.Sum(h3);
        words[4] = Vector256.Sum(h4);
    }

    // The limbs of four blocks.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load(
        ref readonly byte data,
        out Vector256<ulong> m0, out Vector256<ulong> m1, out Vector256<ulong> m2, out Vector256<ulong> m3, out Vector256<ulong> m4)
    {
        Vector256<ulong> left = Vector256.LoadUnsafe(in data).AsUInt64(), right = Vector256.LoadUnsafe(in data, 32).AsUInt64();
        Split(
            Avx2.UnpackLow(left, right), Avx2.UnpackHigh(left, right), Vector256.Create(1UL << 24),
            out m0, out m1, out m2, out m3, out m4);
    }

    // Keeps the power of the first lane for every lane.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreFirstLane(
        ref ulong power, Vector256<ulong> r0, Vector256<ulong> r1, Vector256<ulong> r2, Vector256<ulong> r3, Vector256<ulong> r4) =>
        StorePower(
            ref power, Vector256.Create(r0.ToScalar()), Vector256.Create(r1.ToScalar()), Vector256.Create(r2.ToScalar()),
            Vector256.Create(r3.ToScalar()), Vector256.Create(r4.ToScalar()));
}
