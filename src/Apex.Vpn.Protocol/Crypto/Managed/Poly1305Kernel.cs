namespace Apex.Vpn.Protocol.Crypto.Managed;

/// <summary>The bulk of Poly1305 in vectors of 26-bit limbs; <see cref="Poly1305State"/> does the rest of each message.</summary>
internal abstract class Poly1305Kernel
{
    /// <summary>What <see cref="AbsorbGroups"/> takes of each message at a time.</summary>
    internal const int GroupSize = 4 * Poly1305State.BlockSize;

    /// <summary>How many messages, or blocks of one message, are absorbed at a time.</summary>
    internal abstract int Lanes { get; }

    /// <summary>Absorbs the first groups of 64 bytes of several messages, one in each lane; nothing was absorbed before.</summary>
    /// <param name="states">The messages: 1 to <see cref="Lanes"/>.</param>
    /// <param name="slab">What they lie in.</param>
    /// <param name="offsets">Where each starts.</param>
    /// <param name="groups">How many groups to take of each.</param>
    /// <param name="scratch">Working memory; the caller erases it.</param>
    internal abstract void AbsorbGroups(
        ReadOnlySpan<int> offsets, Span<Poly1305State> states, ref readonly byte slab, int groups, ref Poly1305Scratch scratch);

    /// <summary>Absorbs whole blocks of one message, consecutive ones in the lanes.</summary>
    /// <param name="state">The message.</param>
    /// <param name="data">The blocks.</param>
    /// <param name="steps">How many times <see cref="Lanes"/> blocks, at least one.</param>
    /// <param name="scratch">Working memory; the caller erases it.</param>
    internal abstract void AbsorbBlocks(ref Poly1305State state, ref readonly byte data, int steps, ref Poly1305Scratch scratch);
}
