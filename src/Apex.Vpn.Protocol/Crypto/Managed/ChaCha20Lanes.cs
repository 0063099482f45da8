using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Apex.Vpn.Protocol.Crypto.Managed;

/// <summary>
/// What one pass of ChaCha20 computes: one block in each lane, all under one key. Lanes have a block counter and a nonce of their own, so
/// one pass can serve consecutive blocks of one message or blocks of many messages.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 448)]
internal struct ChaCha20Lanes
{
    /// <summary>The most lanes that any kernel has.</summary>
    internal const int Most = 16;

    /// <summary>The block counter of each lane: word 12 of the state (RFC 8439 section 2.3).</summary>
    internal LaneWords Counter;

    /// <summary>Word 14 of each lane: the middle of the nonce.</summary>
    internal LaneWords NonceLow;

    /// <summary>Word 15 of each lane: the end of the nonce.</summary>
    internal LaneWords NonceHigh;

    /// <summary>Words 4 to 11: the key.</summary>
    internal KeyWords Key;

    /// <summary>Word 13 of all lanes: the start of the nonce, zero in WireGuard.</summary>
    internal uint NoncePrefix;

    /// <summary>Lets the lanes from <paramref name="lane"/> on compute consecutive blocks under one nonce.</summary>
    /// <param name="lane">The first of them; all behind it are set, however many are needed.</param>
    /// <param name="counter">The block counter of the first.</param>
    /// <param name="nonce">The nonce but for its start.</param>
    internal void Assign(int lane, uint counter, ulong nonce)
    {
        CountFrom(lane, counter);
        Fill(ref NonceLow[lane], (uint)nonce, 0);
        Fill(ref NonceHigh[lane], (uint)(nonce >> 32), 0);
    }

    /// <summary>Lets one lane compute a block.</summary>
    internal void AssignOne(int lane, uint counter, ulong nonce)
    {
        Counter[lane] = counter;
        NonceLow[lane] = (uint)nonce;
        NonceHigh[lane] = (uint)(nonce >> 32);
    }

    /// <summary>Lets the lanes from <paramref name="lane"/> on compute consecutive blocks under the nonces they have.</summary>
    internal void CountFrom(int lane, uint counter) => Fill(ref Counter[lane], counter, 1);

    /// <summary>Sets the key of all lanes.</summary>
    internal void UseKey(ReadOnlySpan<byte> key)
    {
        for (int i = 0; i < 8; i++) Key[i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(4 * i)..]);
    }

    // In stores as wide as the loads of the pass that follows: a load out of several stores waits until they have left the core.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fill(ref uint words, uint first, uint step)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            (Vector512.Create(first) + (Vector512<uint>.Indices * step)).StoreUnsafe(ref words);
            return;
        }
        for (uint i = 0; i < Most; i += (uint)Vector<uint>.Count)
        {
            (new Vector<uint>(first + (i * step)) + (Vector<uint>.Indices * step)).StoreUnsafe(ref words, i);
        }
    }

    // Twice as long as needed, so that whole vectors can be written from any lane on.
    [InlineArray(2 * Most)]
    internal struct LaneWords
    {
        private uint _first;
    }

    [InlineArray(8)]
    internal struct KeyWords
    {
        private uint _first;
    }
}
