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
        scratch.Run.UseNonce(BinaryPrimitives.ReadUInt64LittleEndian(nonce[4..]));
        scratch.Run.CountFrom(0);
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
            scratch.Run.CountFrom((uint)(1 + (position / BlockSize)));
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
    internal static void StartBatch(ref AeadScratch scratch, ReadOnlySpan<byte> key)
    {
        scratch.Run.UseKey(key);
        scratch.Run.NoncePrefix = 0;
        scratch.Gathered.UseKey(key);
        scratch.Gathered.NoncePrefix = 0;
    }

    /// <summary>Starts the authentication of messages with the one-time keys that belong to their counters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void StartStates(ref AeadScratch scratch, ReadOnlySpan<AeadSegment> segments, ReadOnlySpan<byte> order)
    {
        for (int start = 0; start < order.Length;)
        {
            ChaCha20Kernel kernel = KernelFor(order.Length - start);
            int count = Math.Min(kernel.Lanes, order.Length - start);
            for (int lane = 0; lane < count; lane++)
            {
                SetLane(ref scratch.Gathered, lane, segments[order[start + lane]].Counter, 0);
            }
            kernel.Pass(ref scratch.Gathered, ref scratch.Keystream[0], xor: false);
            for (int lane = 0; lane < count; lane++) scratch.States[start + lane].Initialize(in scratch.Keystream[lane * BlockSize]);
            start += count;
        }
    }

    /// <summary>
    /// Encrypts or decrypts the text of one message of a batch, but for blocks at its end that do not fill a pass: those are gathered, to
    /// share passes with those of other messages.
    /// </summary>
    /// <returns>How many blocks are gathered now.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal int Apply(ref AeadScratch scratch, ref byte slab, int offset, int length, ulong counter, int gathered)
    {
        ChaCha20Kernel widest = _kernels[0];
        int size = widest.Lanes * BlockSize;
        uint block = 1;
        if (length >= size)
        {
            scratch.Run.UseNonce(counter);
            for (; length >= size; offset += size, length -= size, block += (uint)widest.Lanes)
            {
                scratch.Run.CountFrom(block);
                widest.Pass(ref scratch.Run, ref Unsafe.Add(ref slab, offset), xor: true);
            }
        }
        for (; length > 0; offset += BlockSize, length -= BlockSize, block++)
        {
            SetLane(ref scratch.Gathered, gathered, counter, block);
            scratch.GatheredOffsets[gathered] = offset;
            scratch.GatheredLengths[gathered] = Math.Min(length, BlockSize);
            if (++gathered < widest.Lanes) continue;
            ApplyGathered(ref scratch, ref slab, gathered);
            gathered = 0;
        }
        return gathered;
    }

    /// <summary>Encrypts or decrypts the gathered blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void ApplyGathered(ref AeadScratch scratch, ref byte slab, int gathered)
    {
        if (gathered == 0) return;
        // Lanes beyond the gathered ones compute something that nobody reads.
        KernelFor(gathered).Pass(ref scratch.Gathered, ref scratch.Keystream[0], xor: false);
        for (int lane = 0; lane < gathered; lane++)
        {
            ref byte text = ref Unsafe.Add(ref slab, scratch.GatheredOffsets[lane]);
            Xor(ref text, ref scratch.Keystream[lane * BlockSize], scratch.GatheredLengths[lane]);
        }
    }

    private static int Blocks(int length) => (length + BlockSize - 1) / BlockSize;

    // The narrowest kernel that does it in one pass, else the widest.
    private ChaCha20Kernel KernelFor(int blocks)
    {
        int i = _kernels.Length - 1;
        while (i > 0 && _kernels[i].Lanes < blocks) i--;
        return _kernels[i];
    }

    private static void SetLane(ref ChaCha20Lanes lanes, int lane, ulong nonce, uint block)
    {
        lanes.Counter[lane] = block;
        lanes.NonceLow[lane] = (uint)nonce;
        lanes.NonceHigh[lane] = (uint)(nonce >> 32);
    }

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
        for (; i < length; i++) Unsafe.Add(ref text, i) ^= Unsafe.Add(ref keystream, i);
    }
}
