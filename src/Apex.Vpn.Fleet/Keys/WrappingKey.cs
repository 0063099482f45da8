using System.Security.Cryptography;

namespace Apex.Vpn.Fleet.Keys;

/// <summary>A vault key that this process holds: AES-256-GCM with random nonces. <c>nonce[12] | ciphertext[32] | tag[16]</c>.</summary>
/// <remarks>Random nonces allow 2^32 wraps under one key; a fleet has thousands.</remarks>
internal sealed class WrappingKey : IDisposable
{
    internal const int Size = 32;
    private const int NonceSize = 12, TagSize = 16;
    internal const int WrappedSize = NonceSize + KeyEnvelope.DataKeySize + TagSize;

    private readonly SecretBytes _key;

    private WrappingKey(SecretBytes key)
    {
        _key = key;
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key.Span, "Apex.Vpn vault key id"u8, hash);
        Id = Convert.ToHexStringLower(hash[..8]);
    }

    internal string Id { get; }

    /// <summary>Takes the key over.</summary>
    internal static WrappingKey Own(SecretBytes key) => new(key);

    /// <summary>
    /// Reads the text form: base64 of 32 bytes, with space around it allowed. The message of an error does not repeat it.
    /// </summary>
    internal static WrappingKey Parse(ReadOnlySpan<char> text, string where)
    {
        ReadOnlySpan<char> trimmed = text.Trim();
        var key = new SecretBytes(Size);
        if (trimmed.Length == TextLength && Convert.TryFromBase64Chars(trimmed, key.Writable.Span, out int written) && written == Size)
            return new WrappingKey(key);
        key.Dispose();
        throw new KeyVaultException($"{where} is no vault key: expected {Size} bytes as {TextLength} characters of base64.");
    }

    internal const int TextLength = 44;

    internal byte[] Wrap(ReadOnlySpan<byte> dataKey)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(dataKey.Length, KeyEnvelope.DataKeySize, nameof(dataKey));
        byte[] wrapped = new byte[WrappedSize];
        Span<byte> nonce = wrapped.AsSpan(0, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_key.Span, TagSize);
        aes.Encrypt(nonce, dataKey, wrapped.AsSpan(NonceSize, KeyEnvelope.DataKeySize), wrapped.AsSpan(^TagSize), "Apex.Vpn data key"u8);
        return wrapped;
    }

    internal bool TryUnwrap(ReadOnlySpan<byte> wrapped, Span<byte> dataKey)
    {
        if (wrapped.Length != WrappedSize || dataKey.Length != KeyEnvelope.DataKeySize) return false;
        using var aes = new AesGcm(_key.Span, TagSize);
        try
        {
            aes.Decrypt(wrapped[..NonceSize], wrapped[NonceSize..^TagSize], wrapped[^TagSize..], dataKey, "Apex.Vpn data key"u8);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    public void Dispose() => _key.Dispose();
}
