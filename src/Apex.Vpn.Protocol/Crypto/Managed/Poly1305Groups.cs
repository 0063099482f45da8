namespace Apex.Vpn.Protocol.Crypto.Managed;

/// <summary>Poly1305 of several messages at a time, one in each lane, on their first groups of four blocks.</summary>
internal abstract class Poly1305Groups
{
    /// <summary>What is taken of each message at a time.</summary>
    internal const int GroupSize = 4 * Poly1305State.BlockSize;

    /// <summary>How many messages are absorbed at a time.</summary>
    internal abstract int Lanes { get; }

    /// <summary>Absorbs the first groups of messages of which nothing was absorbed before.</summary>
    /// <param name="offsets">Where each message starts: 1 to <see cref="Lanes"/>.</param>
    /// <param name="states">Their states.</param>
    /// <param name="slab">What they lie in.</param>
    /// <param name="groups">How many groups to take of each.</param>
    /// <param name="scratch">Working memory; the caller erases it.</param>
    internal abstract void Absorb(
        ReadOnlySpan<int> offsets, Span<Poly1305State> states, ref readonly byte slab, int groups, ref Poly1305Scratch scratch);
}
