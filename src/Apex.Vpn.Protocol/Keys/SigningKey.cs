using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Apex.Vpn.Protocol.Crypto;

namespace Apex.Vpn.Protocol;

/// <summary>An Ed25519 private key (RFC 8032): the seed of 32 bytes that it is made from. Signs what a control plane says.</summary>
/// <remarks>Signing is safe from any thread; dispose once no one signs.</remarks>
public sealed class SigningKey : SecretKey
{
    private SigningKey() { }

    /// <summary>A key from its seed.</summary>
    /// <param name="seed">Exactly 32 bytes; all values are allowed.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public SigningKey(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != Size) throw new ArgumentException($"A signing key has {Size} bytes.", nameof(seed));
        seed.CopyTo(Writable);
        Complete();
    }

    /// <summary>The public key, by which its signatures are known.</summary>
    public SignaturePublicKey PublicKey { get; private set; }

    /// <summary>A new random key.</summary>
    public static SigningKey Generate()
    {
        var key = new SigningKey();
        RandomNumberGenerator.Fill(key.Writable);
        key.Complete();
        return key;
    }

    /// <summary>Parses a seed in base64 (44 characters) or hex (64 characters).</summary>
    /// <param name="text">The text, without surrounding space; the caller answers for erasing it.</param>
    /// <param name="key">The key; null when the text is neither.</param>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out SigningKey? key)
    {
        key = new SigningKey();
        if (KeyText.TryParse(text, key.Writable))
        {
            key.Complete();
            return true;
        }
        key.Dispose();
        key = null;
        return false;
    }

    /// <summary>Parses a seed in base64 (44 characters) or hex (64 characters).</summary>
    /// <param name="text">The text, without surrounding space; the caller answers for erasing it.</param>
    /// <exception cref="FormatException">The text is neither; the message does not repeat it.</exception>
    public static SigningKey Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out SigningKey? key) ? key : throw new FormatException("Not a key: expected 44 characters of base64 or 64 of hex.");

    /// <summary>Signs a message. The same message gives the same signature.</summary>
    /// <param name="message">
    /// What to sign. It must begin with what says of which kind it is, so that a signature of one kind fits no other: the key asks nothing.
    /// </param>
    /// <param name="signature">At least <see cref="SignaturePublicKey.SignatureSize"/> bytes.</param>
    /// <exception cref="ArgumentException">There is no room for the signature.</exception>
    /// <exception cref="ObjectDisposedException">The key was disposed.</exception>
    public void Sign(ReadOnlySpan<byte> message, Span<byte> signature)
    {
        if (signature.Length < SignaturePublicKey.SignatureSize)
            throw new ArgumentException("A signature has 64 bytes.", nameof(signature));
        Span<byte> publicKey = stackalloc byte[SignaturePublicKey.Size];
        PublicKey.CopyTo(publicKey);
        Ed25519.Sign(Bytes, publicKey, message, signature);
    }

    private void Complete()
    {
        Span<byte> publicKey = stackalloc byte[SignaturePublicKey.Size];
        Ed25519.DerivePublicKey(Bytes, publicKey);
        PublicKey = new SignaturePublicKey(publicKey);
    }
}
