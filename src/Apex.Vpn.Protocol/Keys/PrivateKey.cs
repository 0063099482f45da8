using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Apex.Vpn.Protocol.Crypto;

namespace Apex.Vpn.Protocol;

/// <summary>A Curve25519 private key, clamped (RFC 7748 section 5). All zeros stay all zeros and mean none.</summary>
public sealed class PrivateKey : SecretKey
{
    private PrivateKey() { }

    /// <summary>A key from its bytes, which are clamped unless all are zero.</summary>
    /// <param name="bytes">Exactly 32 bytes.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public PrivateKey(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size) throw new ArgumentException($"A private key has {Size} bytes.", nameof(bytes));
        bytes.CopyTo(Writable);
        Clamp();
    }

    /// <summary>A new random key.</summary>
    public static PrivateKey Generate()
    {
        var key = new PrivateKey();
        RandomNumberGenerator.Fill(key.Writable);
        key.Clamp();
        return key;
    }

    /// <summary>Parses base64 (44 characters) or hex (64 characters).</summary>
    /// <param name="text">The text, without surrounding space; the caller answers for erasing it.</param>
    /// <param name="key">The key; null when the text is neither.</param>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out PrivateKey? key)
    {
        key = new PrivateKey();
        if (KeyText.TryParse(text, key.Writable))
        {
            key.Clamp();
            return true;
        }
        key.Dispose();
        key = null;
        return false;
    }

    /// <summary>Parses base64 (44 characters) or hex (64 characters).</summary>
    /// <param name="text">The text, without surrounding space; the caller answers for erasing it.</param>
    /// <exception cref="FormatException">The text is neither; the message does not repeat it.</exception>
    public static PrivateKey Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out PrivateKey? key) ? key : throw new FormatException("Not a key: expected 44 characters of base64 or 64 of hex.");

    /// <summary>The public key that belongs to this private key.</summary>
    public PublicKey DerivePublicKey()
    {
        Span<byte> publicKey = stackalloc byte[PublicKey.Size];
        X25519.DerivePublicKey(Bytes, publicKey);
        return new PublicKey(publicKey);
    }

    private void Clamp()
    {
        if (IsZero) return; // "no key" of the configuration protocols; clamped it would be a key like any other
        Writable[0] &= 248;
        Writable[31] = (byte)((Writable[31] & 127) | 64);
    }
}
