using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Engine.Defense;

/// <summary>
/// What a responder asks of handshake messages before it spends a Diffie-Hellman on them (WG 5.3): mac1 shows that the sender knows our
/// public key; under load, mac2 shows that it receives at the address it sends from. One per identity.
/// </summary>
/// <remarks>mac1 may be checked on any thread; all else, which uses the rotating secret, on the control worker alone.</remarks>
internal sealed class CookieChecker : IDisposable
{
    private const int SecretSize = 32;
    private const int MaxSourceSize = 16 + sizeof(ushort);

    private readonly Blake2sState _mac1; // under its key, begun: a third of each hash is done
    private readonly byte[] _cookieKey = new byte[XChaCha20Poly1305.KeySize];
    private readonly byte[] _secret = GC.AllocateArray<byte>(SecretSize, pinned: true);
    private Instant _secretMadeAt;

    internal CookieChecker(PublicKey identity)
    {
        Span<byte> mac1Key = stackalloc byte[Blake2s.HashSize];
        CookieLayout.DeriveMac1Key(in identity, mac1Key);
        _mac1.InitializeByKey(CookieLayout.MacSize, mac1Key);
        CookieLayout.DeriveCookieKey(in identity, _cookieKey);
    }

    /// <summary>Whether mac1 of an initiation or response was made for this identity. Any thread.</summary>
    /// <param name="message">A whole message: 148 or 92 bytes.</param>
    internal bool IsMac1Valid(ReadOnlySpan<byte> message)
    {
        Blake2sState state = _mac1;
        state.Update(CookieLayout.CoveredByMac1(message));
        Span<byte> expected = stackalloc byte[CookieLayout.MacSize];
        state.Finish(expected);
        return CryptographicOperations.FixedTimeEquals(expected, CookieLayout.Mac1(message));
    }

    /// <summary>Whether mac2 was made with a cookie that is still good and was given to this source, address and port (item 9).</summary>
    /// <param name="message">A whole message: 148 or 92 bytes.</param>
    /// <param name="source">Where it came from.</param>
    /// <param name="now">The time.</param>
    internal bool IsMac2Valid(ReadOnlySpan<byte> message, in UdpEndpoint source, Instant now)
    {
        ReadOnlySpan<byte> mac2 = CookieLayout.Mac2(message);
        // All zeros is how a message says that it has none: most of a flood is turned away by this look.
        if (!HasSecret(now) || !mac2.ContainsAnyExcept((byte)0)) return false;
        Span<byte> cookie = stackalloc byte[CookieLayout.CookieSize];
        MakeCookie(in source, cookie);
        bool isValid = Blake2s.VerifyMac(cookie, CookieLayout.CoveredByMac2(message), mac2);
        CryptographicOperations.ZeroMemory(cookie);
        return isValid;
    }

    /// <summary>Answers a handshake message by a cookie, bound to the message by its mac1 (item 10).</summary>
    /// <param name="message">A whole message with a valid mac1.</param>
    /// <param name="receiverIndex">The sender index of that message.</param>
    /// <param name="source">Where it came from.</param>
    /// <param name="now">The time.</param>
    /// <param name="random">For the nonce, and for the secret when a new one is due.</param>
    /// <param name="reply">64 bytes.</param>
    internal void WriteCookieReply(
        ReadOnlySpan<byte> message,
        uint receiverIndex,
        in UdpEndpoint source,
        Instant now,
        EngineRandom random,
        Span<byte> reply)
    {
        Debug.Assert(reply.Length == CookieLayout.ReplySize);
        RenewSecret(now, random);
        BinaryPrimitives.WriteUInt32LittleEndian(reply, CookieLayout.ReplyType);
        BinaryPrimitives.WriteUInt32LittleEndian(reply[CookieLayout.ReplyReceiverOffset..], receiverIndex);
        Span<byte> nonce = reply.Slice(CookieLayout.ReplyNonceOffset, XChaCha20Poly1305.NonceSize);
        random.Fill(nonce);

        Span<byte> cookie = stackalloc byte[CookieLayout.CookieSize];
        MakeCookie(in source, cookie);
        XChaCha20Poly1305.Seal(_cookieKey, nonce, CookieLayout.Mac1(message), cookie, reply[CookieLayout.ReplyCookieOffset..]);
        CryptographicOperations.ZeroMemory(cookie);
    }

    /// <summary>Forgets the secret: cookies given so far are worth nothing.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_secret);
        _secretMadeAt = Instant.Never;
    }

    private bool HasSecret(Instant now) => _secretMadeAt.IsSet && now - _secretMadeAt < Limits.CookieLifetime;

    private void RenewSecret(Instant now, EngineRandom random)
    {
        if (HasSecret(now)) return;
        random.Fill(_secret);
        _secretMadeAt = now;
    }

    private void MakeCookie(in UdpEndpoint source, Span<byte> cookie)
    {
        Span<byte> bytes = stackalloc byte[MaxSourceSize];
        int length = source.WriteAddress(bytes);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[length..], source.Port);
        Blake2s.Mac(_secret, bytes[..(length + sizeof(ushort))], cookie);
    }
}
