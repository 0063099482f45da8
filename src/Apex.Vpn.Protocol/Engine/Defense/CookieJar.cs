using System.Diagnostics;
using System.Security.Cryptography;
using Apex.Vpn.Protocol.Crypto;

namespace Apex.Vpn.Protocol.Engine.Defense;

/// <summary>What an initiator needs to end its messages with mac1, and with mac2 once the peer gave it a cookie (WG 5.4.4).</summary>
/// <remarks>
/// The keys are hashed anew for each message, which costs far less than the message's Diffie-Hellman, and memory for cookie and mac1 is
/// taken at the first one: a peer that never shook hands holds its key only. Not thread-safe: the control worker's.
/// </remarks>
/// <param name="peer">The peer's static public key.</param>
internal sealed class CookieJar(PublicKey peer)
{
    private readonly PublicKey _peer = peer;
    private byte[]? _memory; // the last mac1, the cookie
    private Instant _cookieReceivedAt;

    /// <summary>Whether a message was sent whose cookie reply has not come yet.</summary>
    internal bool AwaitsReply { get; private set; }

    /// <summary>Writes mac1 and mac2 at the end of an initiation or response; mac2 is zero without a fresh cookie.</summary>
    /// <param name="message">A whole message: 148 or 92 bytes.</param>
    /// <param name="now">The time.</param>
    internal void AddMacs(Span<byte> message, Instant now)
    {
        Span<byte> key = stackalloc byte[Blake2s.HashSize];
        CookieLayout.DeriveMac1Key(in _peer, key);
        Span<byte> mac1 = message[^CookieLayout.MacsSize..^CookieLayout.MacSize];
        Blake2s.Mac(key, CookieLayout.CoveredByMac1(message), mac1);

        _memory ??= new byte[CookieLayout.MacSize + CookieLayout.CookieSize];
        mac1.CopyTo(_memory);
        AwaitsReply = true;

        Span<byte> mac2 = message[^CookieLayout.MacSize..];
        if (HasCookie(now)) Blake2s.Mac(Cookie, CookieLayout.CoveredByMac2(message), mac2);
        else mac2.Clear();
    }

    /// <summary>Keeps the cookie of a reply to the last message. A second reply to one message is refused: it may be a recording.</summary>
    /// <param name="reply">A whole cookie reply: 64 bytes.</param>
    /// <param name="now">The time.</param>
    /// <returns>False when no reply is due, or it does not decrypt under the last mac1.</returns>
    internal bool TryConsumeReply(ReadOnlySpan<byte> reply, Instant now)
    {
        Debug.Assert(reply.Length == CookieLayout.ReplySize);
        if (!AwaitsReply) return false;
        Span<byte> key = stackalloc byte[XChaCha20Poly1305.KeySize];
        Span<byte> cookie = stackalloc byte[CookieLayout.CookieSize];
        CookieLayout.DeriveCookieKey(in _peer, key);
        ReadOnlySpan<byte> nonce = reply.Slice(CookieLayout.ReplyNonceOffset, XChaCha20Poly1305.NonceSize);
        ReadOnlySpan<byte> mac1 = _memory.AsSpan(0, CookieLayout.MacSize);
        // Opened aside, because a forged reply must not destroy the cookie at hand.
        if (!XChaCha20Poly1305.TryOpen(key, nonce, mac1, reply[CookieLayout.ReplyCookieOffset..], cookie)) return false;

        cookie.CopyTo(Cookie);
        CryptographicOperations.ZeroMemory(cookie);
        _cookieReceivedAt = now;
        AwaitsReply = false;
        return true;
    }

    /// <summary>Forgets the cookie and the last mac1.</summary>
    internal void Clear()
    {
        CryptographicOperations.ZeroMemory(_memory);
        _memory = null;
        _cookieReceivedAt = Instant.Never;
        AwaitsReply = false;
    }

    private Span<byte> Cookie => _memory.AsSpan(CookieLayout.MacSize);

    private bool HasCookie(Instant now) =>
        _cookieReceivedAt.IsSet && now - _cookieReceivedAt < Limits.CookieLifetime - Limits.CookieLatency;
}
