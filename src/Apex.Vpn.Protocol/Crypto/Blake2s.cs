using System.Diagnostics;
using System.Security.Cryptography;

namespace Apex.Vpn.Protocol.Crypto;

/// <summary>BLAKE2s (RFC 7693): the hash and the keyed MAC of WireGuard. Stateless, allocates nothing.</summary>
internal static class Blake2s
{
    /// <summary>Length in bytes of a hash, and the longest output and key there are.</summary>
    internal const int HashSize = 32;

    /// <summary>Length in bytes of mac1 and mac2 (WG 5.4.4).</summary>
    internal const int MacSize = 16;

    /// <summary>Length in bytes of the block that the compression function takes.</summary>
    internal const int BlockSize = 64;

    /// <summary>The unkeyed 32-byte hash.</summary>
    internal static void Hash(ReadOnlySpan<byte> data, Span<byte> hash) => Hash(data, default, hash);

    /// <summary>The unkeyed 32-byte hash of a concatenation; <paramref name="hash"/> may overlap either part.</summary>
    internal static void Hash(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> hash)
    {
        var state = new Blake2sState(HashSize);
        state.Update(first);
        state.Update(second);
        state.Finish(hash[..HashSize]);
    }

    /// <summary>The keyed hash, as long as <paramref name="mac"/>.</summary>
    /// <param name="key">1 to 32 bytes.</param>
    /// <param name="data">What to authenticate.</param>
    /// <param name="mac">1 to 32 bytes; the length is part of what is hashed.</param>
    internal static void Mac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> mac)
    {
        Debug.Assert(!key.IsEmpty);
        var state = new Blake2sState(mac.Length, key);
        state.Update(data);
        state.Finish(mac);
    }

    /// <summary>Whether <paramref name="mac"/> is the keyed hash of the data; compared in constant time.</summary>
    internal static bool VerifyMac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, ReadOnlySpan<byte> mac)
    {
        Span<byte> expected = stackalloc byte[HashSize];
        expected = expected[..mac.Length];
        Mac(key, data, expected);
        return CryptographicOperations.FixedTimeEquals(expected, mac);
    }
}
