using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Apex.Vpn.Protocol;

/// <summary>A symmetric key mixed into the handshake in addition to the public keys (WG 5.2). All zeros means none.</summary>
public sealed class PresharedKey : SecretKey
{
    private PresharedKey() { }

    /// <summary>A key from its bytes.</summary>
    /// <param name="bytes">Exactly 32 bytes.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public PresharedKey(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size) throw new ArgumentException($"A preshared key has {Size} bytes.", nameof(bytes));
        bytes.CopyTo(Writable);
    }

    /// <summary>A new random key.</summary>
    public static PresharedKey Generate()
    {
        var key = new PresharedKey();
        RandomNumberGenerator.Fill(key.Writable);
        return key;
    }

    /// <summary>Parses base64 (44 characters) or hex (64 characters).</summary>
    /// <param name="text">The text, without surrounding space; the caller answers for erasing it.</param>
    /// <param name="key">The key; null when the text is neither.</param>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out PresharedKey? key)
    {
        key = new PresharedKey();
        if (KeyText.TryParse(text, key.Writable)) return true;
        key.Dispose();
        key = null;
        return false;
    }

    /// <summary>Parses base64 (44 characters) or hex (64 characters).</summary>
    /// <param name="text">The text, without surrounding space; the caller answers for erasing it.</param>
    /// <exception cref="FormatException">The text is neither; the message does not repeat it.</exception>
    public static PresharedKey Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out PresharedKey? key) ? key : throw new FormatException("Not a key: expected 44 characters of base64 or 64 of hex.");
}
