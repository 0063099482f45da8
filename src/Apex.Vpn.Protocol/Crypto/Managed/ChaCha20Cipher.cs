using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Apex.Vpn.Protocol.Crypto.Managed;

/// <summary>Spreads the blocks of one message, or of a batch, over the passes of the kernels so that few lanes stay idle.</summary>
internal sealed class ChaCha20Cipher(params ChaCha20Kernel[] kernels)
{
    private const int BlockSize = ChaCha20Kernel.BlockSize;

    // From the one with the most lanes to the one with the fewest.
    private readonly ChaCha20Kernel[] _kernels = kernels;

    /// <summary>
    /// Starts a message: block 0, whose first half is the one-time key of Poly1305, comes to lie at the start of the keystream, and the
    /// first blocks for the text behind it.
    /// </summary>
    /// <returns>How many bytes of keystream for the text there are.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal int Start(ref AeadScratch scratch, ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, int textLength)
    {
        scratch.Run.UseKey(key);
        scratch.Run.NoncePrefix = BinaryPrimitives.ReadUInt32LittleEndian(nonce);
        scratch.Run.Assign(0, 0, BinaryPrimitives.ReadUInt64LittleEndian(nonce[4..]));
        ChaCha20Kernel kernel = KernelFor(1 + Blocks(textLength));
        kernel.Pass(ref scratch.Run, ref scratch.Keystream[0], xor: false);
        return (kernel.Lanes - 1) * BlockSize;
    }

    /// <summary>Encrypts or decrypts the whole text of the message that was started.</summary>
    /// <param name="scratch">As <see cref="Start"/> left it.</param>
    /// <param name="text">The text.</param>
    /// <param name="ready">What <see cref="Start"/> returned.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Apply(ref AeadScratch scratch, Span<byte> text, int ready)
    {
        if (text.IsEmpty) return;
        ref byte first = ref text[0];
        Xor(ref first, ref scratch.Keystream[BlockSize], Math.Min(ready, text.Length));
        for (int position = ready; position < text.Length;)
        {
            scratch.Run.CountFrom(0, (uint)(1 + (position / BlockSize)));
            ChaCha20Kernel kernel = KernelFor(Blocks(text.Length - position));
            int size = kernel.Lanes * BlockSize;
            if (size <= text.Length - position)
            {
                kernel.Pass(ref scratch.Run, ref Unsafe.Add(ref first, position), xor: true);
            }
            else
            {
                kernel.Pass(ref scratch.Run, ref scratch.Keystream[0], xor: false);
                Xor(ref Unsafe.Add(ref first, position), ref scratch.Keystream[0], text.Length - position);
            }
            position += size;
        }
    }

    /// <summary>Starts a batch under one key; the start of all nonces is zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void StartBatch(ref AeadScratch scratch, ReadOnlySpan<byte> key)
    {
        scratch.Run.UseKey(key);
        scratch.Run.NoncePrefix = 0;
        scratch.Gathered.UseKey(key);
        scratch.Gathered.NoncePrefix = 0;
        scratch.GatheredLanes = scratch.Pieces = 0;
    }

    /// <summary>Starts the authentication of messages with the one-time keys that belong to their counters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void StartStates(ref AeadScratch scratch, ReadOnlySpan<AeadSegment> segments, ReadOnlySpan<byte> order)
    {
        for (int start = 0; start < order.Length;)
        {
            ChaCha20Kernel kernel = KernelFor(order.Length - start);
            int count = Math.Min(kernel.Lanes, order.Length - start);
            for (int lane = 0; lane < count; lane++) scratch.Gathered.AssignOne(lane, 0, segments[order[start + lane]].Counter);
            kernel.Pass(ref scratch.Gathered, ref scratch.Keystream[0], xor: false);
            for (int lane = 0; lane < count; lane++) scratch.States[start + lane].Initialize(in scratch.Keystream[lane * BlockSize]);
            start += count;
        }
    }

    /// <summary>
    /// Encrypts or decrypts the text of one message of a batch, but for its last blocks that do not fill a pass: those are gathered, to
    /// share passes with blocks of other messages.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Apply(ref AeadScratch scratch, ref byte slab, int offset, int length, ulong counter)
    {
        ChaCha20Kernel widest = _kernels[0];
        int size = widest.Lanes * BlockSize, whole = length / size * size;
        // The lanes for the rest are set before the whole passes, so that they have reached memory when a pass reads them.
        int gathered = Gather(ref scratch, offset, whole, length, counter);
        if (whole > 0)
        {
            scratch.Run.Assign(0, 1, counter);
            for (int position = 0; position < whole; position += size)
            {
                if (position > 0) scratch.Run.CountFrom(0, (uint)(1 + (position / BlockSize)));
                widest.Pass(ref scratch.Run, ref Unsafe.Add(ref slab, offset + position), xor: true);
            }
        }
        if (scratch.GatheredLanes < widest.Lanes) return;
        ApplyGathered(ref scratch, ref slab);
        Gather(ref scratch, offset, gathered, length, counter);
    }

    // Takes lanes for the blocks of a text from a position on, as far as there are any; returns the position behind them.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Gather(ref AeadScratch scratch, int offset, int position, int length, ulong counter)
    {
        int piece = Math.Min(length - position, (_kernels[0].Lanes - scratch.GatheredLanes) * BlockSize);
        if (piece == 0) return position;
        scratch.Gathered.Assign(scratch.GatheredLanes, (uint)(1 + (position / BlockSize)), counter);
        scratch.PieceOffsets[scratch.Pieces] = offset + position;
        scratch.PieceLengths[scratch.Pieces++] = piece;
        scratch.GatheredLanes += Blocks(piece);
        return position + piece;
    }

    /// <summary>Encrypts or decrypts what was gathered.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void ApplyGathered(ref AeadScratch scratch, ref byte slab)
    {
        if (scratch.Pieces == 0) return;
        KernelFor(scratch.GatheredLanes).Pass(ref scratch.Gathered, ref scratch.Keystream[0], xor: false);
        int position = 0;
        for (int i = 0; i < scratch.Pieces; i++)
        {
            Xor(ref Unsafe.Add(ref slab, scratch.PieceOffsets[i]), ref scratch.Keystream[position], scratch.PieceLengths[i]);
            position += Blocks(scratch.PieceLengths[i]) * BlockSize;
        }
        scratch.GatheredLanes = scratch.Pieces = 0;
    }

    private static int Blocks(int length) => (length + BlockSize - 1) / BlockSize;

    // The narrowest kernel that does it in one pass, else the widest.
    private ChaCha20Kernel KernelFor(int blocks)
    {
        int i = _kernels.Length - 1;
        while (i > 0 && _kernels[i].Lanes < blocks) i--;
        return _kernels[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Xor(ref byte text, ref byte keystream, int length)
    {
        int i = 0;
        for (; i <= length - Vector256<byte>.Count; i += Vector256<byte>.Count)
        {
            (Vector256.LoadUnsafe(ref text, (nuint)i) ^ Vector256.LoadUnsafe(ref keystream, (nuint)i)).StoreUnsafe(ref text, (nuint)i);
        }
        if (i <= length - Vector128<byte>.Count)
        {
            (Vector128.LoadUnsafe(ref text, (nuint)i) ^ Vector128.LoadUnsafe(ref keystream, (nuint)i)).StoreUnsafe(ref text, (nuint)i);
            i += Vector128<byte>.Count;
        }
        if (i <= length - sizeof(ulong))
        {
            Unsafe.As<byte, ulong>(ref Unsafe.Add(ref text, i)) ^= Unsafe.As<byte, ulong>(ref Unsafe.Add(ref keystream, i));
            i += sizeof(ulong);
        }
        for (; i < length; i++) Unsafe.Add(ref text, i) ^= Unsafe.Add(ref keystream, i);
    }
}
