using System.Diagnostics;
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
        chained[0] = 1;
        Hmac(secret, chained[..1], chained);
        chained[..Blake2s.HashSize].CopyTo(t1);
        if (!t2.IsEmpty) Next(secret, chained, 2, t2);
        if (!t3.IsEmpty) Next(secret, chained, 3, t3);
        CryptographicOperations.ZeroMemory(secret);
        CryptographicOperations.ZeroMemory(chained);
    }

    private static void Next(ReadOnlySpan<byte> secret, Span<byte> chained, byte number, Span<byte> output)
    {
        chained[Blake2s.HashSize] = number;
        Hmac(secret, chained, chained);
        chained[..Blake2s.HashSize].CopyTo(output);
    }

    private static void Xor(Span<byte> pad, byte value)
    {
        foreach (ref byte b in pad) b ^= value;
    }
}
