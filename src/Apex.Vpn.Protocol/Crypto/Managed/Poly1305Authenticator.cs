using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Apex.Vpn.Protocol.Crypto.Managed;

/// <summary>The authentication of the AEAD construction (RFC 8439 section 2.8), in vectors where there is enough to do for them.</summary>
/// <param name="kernel">Vectors for several messages; null where there are none that pay.</param>
internal sealed class Poly1305Authenticator(Poly1305Groups? kernel)
{
    private const int BlockSize = Poly1305State.BlockSize;

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
        int most = kernel is null ? 1 : kernel.Lanes;
        for (int start = 0; start < order.Length;)
        {
            int count = CountAlike(segments, order.Slice(start, Math.Min(most, order.Length - start)));
            // With a quarter of the lanes idle the blocks of each message make the better lanes (measured).
            if (count * 4 > most * 3 && kernel is not null) AuthenticateLanes(kernel, ref scratch, in slab, segments, order, start, count);
            else AuthenticateEach(ref scratch, in slab, segments, order, start, count);
            start += count;
        }
    }

    /// <summary>The length of a message without its tag.</summary>
    internal static int TextLength(ref readonly AeadSegment segment) => segment.Length - AeadProvider.TagSize;

    // How many of the next messages to take together: those at least half as long as the longest of them.
    private static int CountAlike(ReadOnlySpan<AeadSegment> segments, ReadOnlySpan<byte> order)
    {
        int longest = TextLength(in segments[order[0]]), count = 1;
        while (count < order.Length && TextLength(in segments[order[count]]) >= longest / 2) count++;
        return count;
    }

    private static int BlocksOf(int length) => (length + BlockSize - 1) / BlockSize;

    // Messages of equally many blocks stay in their lanes to the end; of others, what the shortest lacks is done singly.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AuthenticateLanes(
        Poly1305Groups lanes, ref AeadScratch scratch, ref readonly byte slab, ReadOnlySpan<AeadSegment> segments,
        ReadOnlySpan<byte> order, int start, int count)
    {
        int longest = TextLength(in segments[order[start]]), shortest = TextLength(in segments[order[start + count - 1]]);
        int groups = shortest / Poly1305Groups.GroupSize, absorbed = groups * Poly1305Groups.GroupSize;
        bool isWhole = BlocksOf(longest) == BlocksOf(shortest);
        if (!isWhole && groups < FewestGroups)
        {
            AuthenticateEach(ref scratch, in slab, segments, order, start, count);
            return;
        }
        Span<int> offsets = stackalloc int[count];
        for (int lane = 0; lane < count; lane++)
        {
            ref readonly AeadSegment segment = ref segments[order[start + lane]];
            offsets[lane] = segment.Offset;
            if (!isWhole) continue;
            ref byte tail = ref scratch.Poly1305.Tails[lane * Poly1305Scratch.TailSize];
            WriteTail(in Unsafe.Add(ref Unsafe.AsRef(in slab), segment.Offset), TextLength(in segment), absorbed, ref tail);
        }
        Span<Poly1305State> states = ((Span<Poly1305State>)scratch.States).Slice(start, count);
        lanes.Absorb(offsets, states, in slab, groups, isWhole ? 1 + BlocksOf(longest - absorbed) : 0, ref scratch.Poly1305);
        for (int lane = 0; lane < count; lane++)
        {
            ref readonly byte text = ref Unsafe.Add(ref Unsafe.AsRef(in slab), offsets[lane]);
            scratch.Tags[start + lane] = isWhole
                ? states[lane].Tag()
                : Finish(ref states[lane], in text, TextLength(in segments[order[start + lane]]), absorbed, 0, ref scratch.Poly1305);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AuthenticateEach(
        ref AeadScratch scratch, ref readonly byte slab, ReadOnlySpan<AeadSegment> segments, ReadOnlySpan<byte> order, int start, int count)
    {
        for (int i = start; i < start + count; i++)
        {
            ref readonly AeadSegment segment = ref segments[order[i]];
            ref readonly byte text = ref Unsafe.Add(ref Unsafe.AsRef(in slab), segment.Offset);
            scratch.Tags[i] = Finish(ref scratch.States[i], in text, TextLength(in segment), 0, 0, ref scratch.Poly1305);
        }
    }

    // What is left of a text, padded with zeros, and the block with the lengths. The last block is read whole: behind a text is its tag.
    private static void WriteTail(ref readonly byte text, int length, int absorbed, ref byte tail)
    {
        for (; absorbed < length; absorbed += BlockSize, tail = ref Unsafe.Add(ref tail, BlockSize))
        {
            Vector128<byte> ofText = Vector128.LessThan(
                Vector128<byte>.Indices, Vector128.Create((byte)Math.Min(length - absorbed, BlockSize)));
            (Vector128.LoadUnsafe(in text, (nuint)absorbed) & ofText).StoreUnsafe(ref tail);
        }
        Vector128.Create(0, (ulong)length).AsByte().StoreUnsafe(ref tail);
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
        int blocks = (length - absorbed) / BlockSize;
        if (kernel is not null && blocks >= FewestBlocks)
        {
            int steps = blocks / Poly1305BlocksV256.BlocksPerStep;
            Poly1305BlocksV256.Absorb(ref state, in Unsafe.Add(ref Unsafe.AsRef(in text), absorbed), steps, ref scratch);
            absorbed += steps * Poly1305BlocksV256.BlocksPerStep * BlockSize;
        }
        ref readonly byte rest = ref Unsafe.Add(ref Unsafe.AsRef(in text), absorbed);
        return state.Finish(in rest, length - absorbed, associatedLength, (ulong)length);
    }
}
