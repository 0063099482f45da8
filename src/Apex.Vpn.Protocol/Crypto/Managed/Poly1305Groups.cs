using System.Runtime.CompilerServices;

namespace Apex.Vpn.Protocol.Crypto.Managed;

/// <summary>
/// Poly1305 of several messages at a time, one in each lane, in groups of up to four blocks that share one carry. The widths differ in
/// their vectors alone; the code is there twice because helpers that are generic over the vector overrun the runtime's inlining budget.
/// </summary>
/// <param name="lanes">How many messages are absorbed at a time.</param>
internal abstract class Poly1305Groups(int lanes)
{
    /// <summary>The most blocks in a group.</summary>
    internal const int Blocks = 4;

    /// <summary>What is taken of each message at a time.</summary>
    internal const int GroupSize = Blocks * Poly1305State.BlockSize;

    /// <summary>How many messages are absorbed at a time.</summary>
    internal int Lanes { get; } = lanes;

    /// <summary>Absorbs the first groups of messages of which nothing was absorbed before.</summary>
    /// <param name="offsets">Where each message starts: 1 to <see cref="Lanes"/>.</param>
    /// <param name="states">Their states.</param>
    /// <param name="slab">What they lie in.</param>
    /// <param name="groups">How many whole groups to take of each.</param>
    /// <param name="tailBlocks">How many blocks to take of each message's tail in the scratch memory, after the groups.</param>
    /// <param name="scratch">Working memory; the caller erases it.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal void Absorb(
        ReadOnlySpan<int> offsets, Span<Poly1305State> states, ref readonly byte slab, int groups, int tailBlocks,
        ref Poly1305Scratch scratch)
    {
        // Lanes without a message repeat the last one; nobody reads their result.
        Span<ulong> words = scratch.Words, accumulators = scratch.Accumulators;
        Span<int> starts = scratch.Starts;
        for (int lane = 0; lane < Lanes; lane++)
        {
            int message = Math.Min(lane, offsets.Length - 1);
            starts[lane] = offsets[message];
            words[lane] = states[message].FactorLow;
            words[Lanes + lane] = states[message].FactorHigh;
        }
        PreparePowers(ref scratch);
        accumulators.Clear();
        AbsorbGroups(in slab, groups, Blocks, ref scratch);
        if (tailBlocks > 0)
        {
            for (int lane = 0; lane < Lanes; lane++) starts[lane] = Poly1305Scratch.TailSize * Math.Min(lane, offsets.Length - 1);
            ref byte tails = ref scratch.Tails[0];
            int whole = tailBlocks / Blocks;
            AbsorbGroups(in tails, whole, Blocks, ref scratch);
            tails = ref Unsafe.Add(ref tails, whole * GroupSize);
            if (tailBlocks > whole * Blocks) AbsorbGroups(in tails, 1, tailBlocks - (whole * Blocks), ref scratch);
        }
        for (int lane = 0; lane < offsets.Length; lane++)
        {
            states[lane].SetAccumulator(
                accumulators[lane], accumulators[Lanes + lane], accumulators[(2 * Lanes) + lane], accumulators[(3 * Lanes) + lane],
                accumulators[(4 * Lanes) + lane]);
        }
    }

    /// <summary>Computes r^4, r^3, r^2 and r from the factors r in the first two words of each lane.</summary>
    protected abstract void PreparePowers(ref Poly1305Scratch scratch);

    /// <summary>Absorbs groups of as many blocks each into the accumulators.</summary>
    /// <param name="data">What the starts of the lanes count from.</param>
    /// <param name="groups">How many groups.</param>
    /// <param name="blocks">How many blocks of a group count: 1 to <see cref="Blocks"/>.</param>
    /// <param name="scratch">Starts, powers and accumulators of the lanes.</param>
    protected abstract void AbsorbGroups(ref readonly byte data, int groups, int blocks, ref Poly1305Scratch scratch);
}
