using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Apex.Vpn.Protocol.Crypto.Managed;

/// <summary>The authentication of the AEAD construction (RFC 8439 section 2.8), in vectors where there is enough to do for them.</summary>
/// <param name="kernel">The vectors; null where there are none that pay.</param>
internal sealed class Poly1305Authenticator(Poly1305Kernel? kernel)
{
    // Below this the powers of r cost more than the vectors save (measured: about 17 blocks in eight lanes or in four).
    private const int FewestBlocks = 20;

    private const int FewestGroups = 2;

    /// <summary>Computes the tag of one message whose state has its key.</summary>
    internal (ulong Low, ulong High) Authenticate(
        ref Poly1305State state, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertext, ref Poly1305Scratch scratch)
    {
        if (!associatedData.IsEmpty) Absorb(ref state, in MemoryMarshal.GetReference(associatedData), associatedData.Length, ref scratch);
        Absorb(ref state, in MemoryMarshal.GetReference(ciphertext), ciphertext.Length, ref scratch);
        state.AddBlock((ulong)associatedData.Length, (ulong)ciphertext.Length, 1);
        return state.Finish();
    }

    /// <summary>Absorbs the texts of messages of a batch, all but the block with their lengths.</summary>
    /// <param name="scratch">Its states belong to the messages, in the order of <paramref name="order"/>.</param>
    /// <param name="slab">What the messages lie in.</param>
    /// <param name="segments">The messages.</param>
    /// <param name="order">Which of them, from the longest to the shortest.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Absorb(ref AeadScratch scratch, ref readonly byte slab, ReadOnlySpan<AeadSegment> segments, ReadOnlySpan<byte> order)
    {
        Span<int> offsets = stackalloc int[AeadScratch.Messages];
        Span<Poly1305State> states = scratch.States;
        for (int start = 0; start < order.Length;)
        {
            int count = LanesFrom(segments, order[start..], offsets, out int groups);
            int absorbed = groups * Poly1305Kernel.GroupSize;
            if (groups > 0) kernel!.AbsorbGroups(offsets[..count], states.Slice(start, count), in slab, groups, ref scratch.Poly1305);
            for (int lane = 0; lane < count; lane++)
            {
                int length = TextLength(in segments[order[start + lane]]);
                ref readonly byte rest = ref Unsafe.Add(ref Unsafe.AsRef(in slab), offsets[lane] + absorbed);
                Absorb(ref states[start + lane], in rest, length - absorbed, ref scratch.Poly1305);
            }
            start += count;
        }
    }

    /// <summary>The length of a message without its tag.</summary>
    internal static int TextLength(ref readonly AeadSegment segment) => segment.Length - AeadProvider.TagSize;

    // The next messages to absorb together: those at least half as long as the longest of them; what the shortest lacks is done singly.
    private int LanesFrom(ReadOnlySpan<AeadSegment> segments, ReadOnlySpan<byte> order, Span<int> offsets, out int groups)
    {
        int most = Math.Min(kernel is null ? 1 : kernel.Lanes, order.Length), longest = TextLength(in segments[order[0]]), count = 0;
        for (; count < most && TextLength(in segments[order[count]]) >= longest / 2; count++) offsets[count] = segments[order[count]].Offset;
        groups = TextLength(in segments[order[count - 1]]) / Poly1305Kernel.GroupSize;
        // With half of the lanes idle the blocks of each message make the better lanes.
        if (kernel is null || count * 2 <= kernel.Lanes || groups < FewestGroups) groups = 0;
        return count;
    }

    private void Absorb(ref Poly1305State state, ref readonly byte data, int length, ref Poly1305Scratch scratch)
    {
        int absorbed = 0, blocks = length / Poly1305State.BlockSize;
        if (kernel is not null && blocks >= FewestBlocks)
        {
            int steps = blocks / kernel.Lanes;
            kernel.AbsorbBlocks(ref state, in data, steps, ref scratch);
            absorbed = steps * kernel.Lanes * Poly1305State.BlockSize;
        }
        state.AddPadded(in Unsafe.Add(ref Unsafe.AsRef(in data), absorbed), length - absorbed);
    }
}
