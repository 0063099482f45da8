using Apex.Vpn.Protocol.Crypto;

namespace Apex.Vpn.Protocol.Engine.Defense;

/// <summary>Where MACs and the parts of a cookie reply lie (WG 5.4.4, 5.4.7), and the keys that follow from a public key.</summary>
internal static class CookieLayout
{
    internal const int MacSize = Blake2s.MacSize;

    /// <summary>mac1 and mac2, the end of every initiation and response.</summary>
    internal const int MacsSize = 2 * MacSize;

    /// <summary>A cookie has the size of a MAC, since it is one.</summary>
    internal const int CookieSize = MacSize;

    internal const int ReplySize = 64;
    internal const byte ReplyType = 3;
    internal const int ReplyReceiverOffset = 4;
    internal const int ReplyNonceOffset = 8;
    internal const int ReplyCookieOffset = ReplyNonceOffset + XChaCha20Poly1305.NonceSize;

    /// <summary>What mac1 covers: all before it.</summary>
    internal static ReadOnlySpan<byte> CoveredByMac1(ReadOnlySpan<byte> message) => message[..^MacsSize];

    /// <summary>What mac2 covers: all before it, mac1 too (item 7).</summary>
    internal static ReadOnlySpan<byte> CoveredByMac2(ReadOnlySpan<byte> message) => message[..^MacSize];

    internal static ReadOnlySpan<byte> Mac1(ReadOnlySpan<byte> message) => message[^MacsSize..^MacSize];

    internal static ReadOnlySpan<byte> Mac2(ReadOnlySpan<byte> message) => message[^MacSize..];

    /// <summary>The key of mac1 in messages to the owner of a static key.</summary>
    internal static void DeriveMac1Key(in PublicKey receiver, Span<byte> key) =>
        Blake2s.Hash("mac1----"u8, PublicKey.AsSpan(in receiver), key);

    /// <summary>The key under which the owner of a static key sends cookies.</summary>
    internal static void DeriveCookieKey(in PublicKey sender, Span<byte> key) =>
        Blake2s.Hash("cookie--"u8, PublicKey.AsSpan(in sender), key);
}
