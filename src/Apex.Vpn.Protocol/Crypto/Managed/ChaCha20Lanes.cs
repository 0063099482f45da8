using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Apex.Vpn.Protocol.Crypto.Managed;

/// <summary>
/// What one pass of ChaCha20 computes: one block in each lane, all under one key. Lanes have a block counter and a nonce of their own, so
/// one pass can serve consecutive blocks of one message or blocks of many messages.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 256)]
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

    /// <summary>Lets the lanes compute consecutive blocks, from <paramref name="counter"/> on, under the nonce they have.</summary>
    internal void CountFrom(uint counter)
    {
        ref uint first = ref Counter[0];
        Vector128<uint> counters = Vector128.Create(counter) + Vector128<uint>.Indices;
        for (int i = 0; i < Most; i += Vector128<uint>.Count)
        {
            counters.StoreUnsafe(ref first, (nuint)i);
            counters += Vector128.Create((uint)Vector128<uint>.Count);
        }
    }

    /// <summary>Gives all lanes one nonce, but for its start.</summary>
    internal void UseNonce(ulong nonce)
    {
        ref uint low = ref NonceLow[0], high = ref NonceHigh[0];
        for (int i = 0; i < Most; i += Vector128<uint>.Count)
        {
            Vector128.Create((uint)nonce).StoreUnsafe(ref low, (nuint)i);
            Vector128.Create((uint)(nonce >> 32)).StoreUnsafe(ref high, (nuint)i);
        }
    }

    /// <summary>Sets the key of all lanes.</summary>
    internal void UseKey(ReadOnlySpan<byte> key)
    {
        for (int i = 0; i < 8; i++) Key[i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(4 * i)..]);
    }

    [InlineArray(Most)]
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
