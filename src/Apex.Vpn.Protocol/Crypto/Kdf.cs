using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Apex.Vpn.Protocol.Crypto;

/// <summary>HMAC (RFC 2104) over BLAKE2s and the key derivation built on it (WG 5.4, HKDF of RFC 5869 with an empty info).</summary>
internal static class Kdf
{
    /// <summary>HMAC-BLAKE2s: 32 bytes. <paramref name="mac"/> may overlap the key or the data.</summary>
    internal static void Hmac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> mac)
    {
        Span<byte> pad = stackalloc byte[Blake2s.BlockSize];
        Span<byte> inner = stackalloc byte[Blake2s.HashSize];
        pad.Clear();
        if (key.Length <= pad.Length) key.CopyTo(pad);
        else Blake2s.Hash(key, pad);
        Xor(pad, 0x36);
        Blake2s.Hash(pad, data, inner);
        Xor(pad, 0x36 ^ 0x5c);
        Blake2s.Hash(pad, inner, mac);
        CryptographicOperations.ZeroMemory(pad);
        CryptographicOperations.ZeroMemory(inner);
    }

    /// <summary>Kdf1: one output; <paramref name="t1"/> may be the chaining key itself.</summary>
    internal static void Derive1(ReadOnlySpan<byte> chainingKey, ReadOnlySpan<byte> input, Span<byte> t1) =>
        Derive(chainingKey, input, t1, default, default);

    /// <summary>Kdf2: two outputs; each may be the chaining key itself.</summary>
    internal static void Derive2(ReadOnlySpan<byte> chainingKey, ReadOnlySpan<byte> input, Span<byte> t1, Span<byte> t2)
    {
        Debug.Assert(t2.Length == Blake2s.HashSize);
        Derive(chainingKey, input, t1, t2, default);
    }

    /// <summary>Kdf3: three outputs; each may be the chaining key itself.</summary>
    internal static void Derive3(ReadOnlySpan<byte> chainingKey, ReadOnlySpan<byte> input, Span<byte> t1, Span<byte> t2, Span<byte> t3)
    {
        Debug.Assert(t2.Length == Blake2s.HashSize && t3.Length == Blake2s.HashSize);
        Derive(chainingKey, input, t1, t2, t3);
    }

    private static void Derive(ReadOnlySpan<byte> chainingKey, ReadOnlySpan<byte> input, Span<byte> t1, Span<byte> t2, Span<byte> t3)
    {
        Debug.Assert(t1.Length == Blake2s.HashSize);
        Span<byte> secret = stackalloc byte[Blake2s.HashSize];
        Span<byte> chained = stackalloc byte[Blake2s.HashSize + 1]; // the previous output and the number of this one
        Hmac(chainingKey, input, secret);
        PrepareKey(secret, out Blake2sState inner, out Blake2sState outer);
        chained[0] = 1;
        Hmac(in inner, in outer, chained[..1], chained);
        chained[..Blake2s.HashSize].CopyTo(t1);
        if (!t2.IsEmpty) Next(in inner, in outer, chained, 2, t2);
        if (!t3.IsEmpty) Next(in inner, in outer, chained, 3, t3);
        inner.Erase();
        outer.Erase();
        CryptographicOperations.ZeroMemory(secret);
        CryptographicOperations.ZeroMemory(chained);
    }

    private static void Next(in Blake2sState inner, in Blake2sState outer, Span<byte> chained, byte number, Span<byte> output)
    {
        chained[Blake2s.HashSize] = number;
        Hmac(in inner, in outer, chained, chained);
        chained[..Blake2s.HashSize].CopyTo(output);
    }

    /// <summary>Hashes both pads of a key once for all outputs under it: half of what an HMAC of short data costs.</summary>
    private static void PrepareKey(ReadOnlySpan<byte> key, out Blake2sState inner, out Blake2sState outer)
    {
        Span<byte> pad = stackalloc byte[Blake2s.BlockSize];
        pad.Clear();
        key.CopyTo(pad);
        Xor(pad, 0x36);
        inner = new Blake2sState(Blake2s.HashSize);
        inner.UpdateByBlock(pad);
        Xor(pad, 0x36 ^ 0x5c);
        outer = new Blake2sState(Blake2s.HashSize);
        outer.UpdateByBlock(pad);
        CryptographicOperations.ZeroMemory(pad);
    }

    // The data must not be empty: the inner pad would be the last block then.
    private static void Hmac(in Blake2sState inner, in Blake2sState outer, ReadOnlySpan<byte> data, Span<byte> mac)
    {
        Span<byte> hash = stackalloc byte[Blake2s.HashSize];
        Blake2sState state = inner;
        state.Update(data);
        state.Finish(hash);
        state = outer;
        state.Update(hash);
        state.Finish(mac[..Blake2s.HashSize]);
        CryptographicOperations.ZeroMemory(hash);
    }

    private static void Xor(Span<byte> pad, byte value)
    {
        ulong word = value * 0x0101010101010101ul;
        foreach (ref ulong part in MemoryMarshal.Cast<byte, ulong>(pad)) part ^= word;
    }
}
