using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using Apex.Vpn.Fleet.Keys;

namespace Apex.Vpn.Fleet.Accounts;

/// <summary>Writes and reads refresh tokens: a session, a generation, and a MAC.</summary>
/// <remarks>
/// <para><c>u8 1 | session[16] | u32 generation | HMAC-SHA-256[32]</c>, big-endian, as 71 characters of base64url. A session's tokens
/// follow from its id and a number, so that a row without any secret is all that is stored, a dump makes no token, and an answer that got
/// lost can be given again.</para>
/// <para>The key lies in a <see cref="KeyEnvelope"/>. Safe from any thread until disposed.</para>
/// </remarks>
public sealed class RefreshTokens : IDisposable
{
    /// <summary>The length of a token in characters.</summary>
    public const int TextLength = 71;

    /// <summary>The size of the key in bytes.</summary>
    public const int KeySize = 32;

    private const byte Version = 1;
    private const int SignedSize = 1 + 16 + sizeof(uint), Size = SignedSize + HMACSHA256.HashSizeInBytes;

    private readonly SecretBytes _key;

    /// <summary>Copies the key.</summary>
    /// <param name="key"><see cref="KeySize"/> bytes, used for nothing else; stays the caller's.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public RefreshTokens(SecretBytes key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Length != KeySize) throw new ArgumentException($"The key has {KeySize} bytes.", nameof(key));
        _key = new SecretBytes(key.Span);
    }

    /// <summary>Writes a session's token.</summary>
    /// <param name="claim">The session and the generation.</param>
    /// <param name="destination">At least <see cref="TextLength"/> characters; the caller answers for erasing them.</param>
    /// <returns>The number of characters written.</returns>
    public int Write(RefreshClaim claim, Span<char> destination)
    {
        Span<byte> token = stackalloc byte[Size];
        token[0] = Version;
        claim.Session.TryWriteBytes(token[1..], bigEndian: true, out _);
        BinaryPrimitives.WriteUInt32BigEndian(token[17..], claim.Generation);
        HMACSHA256.HashData(_key.Span, token[..SignedSize], token[SignedSize..]);
        int written = Base64Url.EncodeToChars(token, destination);
        CryptographicOperations.ZeroMemory(token);
        return written;
    }

    /// <summary>Reads a token. Never throws.</summary>
    /// <param name="text">The token; anything may come.</param>
    /// <param name="claim">What it says; default when it is none of ours.</param>
    public bool TryRead(ReadOnlySpan<char> text, out RefreshClaim claim)
    {
        claim = default;
        Span<byte> token = stackalloc byte[Size], mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        if (text.Length != TextLength || !TokenText.TryDecode(text, token, out int length) || length != Size || token[0] != Version)
            return false;
        HMACSHA256.HashData(_key.Span, token[..SignedSize], mac);
        if (!CryptographicOperations.FixedTimeEquals(mac, token[SignedSize..])) return false;
        claim = new RefreshClaim(new Guid(token.Slice(1, 16), bigEndian: true), BinaryPrimitives.ReadUInt32BigEndian(token[17..]));
        return true;
    }

    /// <summary>A fixed text that does not show the key.</summary>
    public override string ToString() => "RefreshTokens(hidden)";

    /// <summary>Erases the key. May be called more than once.</summary>
    public void Dispose() => _key.Dispose();
}
