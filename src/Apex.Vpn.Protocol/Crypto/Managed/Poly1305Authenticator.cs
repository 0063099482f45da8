using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Apex.Vpn.Protocol.Crypto.Managed;

/// <summary>The authentication of the AEAD construction (RFC 8439 section 2.8), in vectors where there is enough to do for them.</summary>
/// <param name="kernel">Vectors for several messages; null where there are none that pay.</param>
internal sealed class Poly1305Authenticator(Poly1305Groups? kernel)
{
    // Below these, powers of r cost more than vectors save (measured).
    private const int FewestBlocks = 16;
    private const int FewestGroups = 2;

    /// <summary>Computes the tag of one message, whose state has its key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal (ulong Low, ulong High) Authenticate(
        ref Poly1305State state, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertext, ref Poly1305Scratch scratch)
    {
        if (!associatedData.IsEmpty) state.AddPadded(in MemoryMarshal.GetReference(associatedData), associatedData.Length);
        ref readonly byte text = ref MemoryMarshal.GetReference(ciphertext);
        return Finish(ref state, in text, ciphertext.Length, 0, (ulong)associatedData.Length, ref scratch);
    }

    /// <summary>Computes the tags of messages of a batch, without associated data.</summary>
    /// <param name="scratch">Its states belong to the messages, in the order of <paramref name="order"/>; its tags become theirs.</param>
    /// <param name="slab">What the messages lie in.</param>
    /// <param name="segments">The messages.</param>
    /// <param name="order">Which of them, from the longest to the shortest.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Authenticate(
        ref AeadScratch scratch, ref readonly byte slab, ReadOnlySpan<AeadSegment> segments, ReadOnlySpan<byte> order)
    {
        Span<int> offsets = stackalloc int[AeadScratch.Messages];
        Span<Poly1305State> states = scratch.States;
        for (int start = 0; start < order.Length;)
        {
            int count = LanesFrom(segments, order[start..], offsets, out int groups);
            if (groups > 0) kernel!.Absorb(offsets[..count], states.Slice(start, count), in slab, groups, ref scratch.Poly1305);
            for (int lane = 0; lane < count; lane++)
            {
                int length = TextLength(in segments[order[start + lane]]), absorbed = groups * Poly1305Groups.GroupSize;
                ref readonly byte text = ref Unsafe.Add(ref Unsafe.AsRef(in slab), offsets[lane]);
                scratch.Tags[start + lane] = Finish(ref states[start + lane], in text, length, absorbed, 0, ref scratch.Poly1305);
            }
            start += count;
        }
    }

    /// <summary>The length of a message without its tag.</summary>
    internal static int TextLength(ref readonly AeadSegment segment) => segment.Length - AeadProvider.TagSize;

    // The next messages to take together: those at least half as long as the longest of them. What the shortest lacks is done singly.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int LanesFrom(ReadOnlySpan<AeadSegment> segments, ReadOnlySpan<byte> order, Span<int> offsets, out int groups)
    {
        int most = Math.Min(kernel is null ? 1 : kernel.Lanes, order.Length), longest = TextLength(in segments[order[0]]), count = 0;
        for (; count < most && TextLength(in segments[order[count]]) >= longest / 2; count++)
        {
            offsets[count] = segments[order[count]].Offset;
        }
        groups = TextLength(in segments[order[count - 1]]) / Poly1305Groups.GroupSize;
        // With half of the lanes idle the blocks of each message make the better lanes.
        if (kernel is null || count * 2 <= kernel.Lanes || groups < FewestGroups) groups = 0;
        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (ulong Low, ulong High) Finish(
        ref Poly1305State state,
        ref readonly byte text,
        int length,
        int absorbed,
        ulong associatedLength,
        ref Poly1305Scratch scratch)
    {
        int blocks = (length - absorbed) / Poly1305State.BlockSize;
        if (kernel is not null && blocks >= FewestBlocks)
        {
            int steps = blocks / Poly1305BlocksV256.BlocksPerStep;
            Poly1305BlocksV256.Absorb(ref state, in Unsafe.Add(ref Unsafe.AsRef(in text), absorbed), steps, ref scratch);
            absorbed += steps * Poly1305BlocksV256.BlocksPerStep * Poly1305State.BlockSize;
        }
        ref readonly byte rest = ref Unsafe.Add(ref Unsafe.AsRef(in text), absorbed);
        return state.Finish(in rest, length - absorbed, associatedLength, (ulong)length);
    }
}
