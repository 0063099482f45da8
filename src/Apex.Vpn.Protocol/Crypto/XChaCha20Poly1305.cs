namespace Apex.Vpn.Protocol.Crypto;

/// <summary>XChaCha20-Poly1305 with a random 24-byte nonce, for the cookies of WireGuard (WG 5.4.7): libsodium, called directly.</summary>
internal static class XChaCha20Poly1305
{
    internal const int KeySize = 32;
    internal const int NonceSize = 24;
    internal const int TagSize = 16;

    /// <summary>Encrypts; <paramref name="ciphertextAndTag"/> has 16 bytes more than <paramref name="plaintext"/>.</summary>
    internal static void Seal(
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> associatedData,
        ReadOnlySpan<byte> plaintext,
        Span<byte> ciphertextAndTag)
    {
        CheckSizes(key, nonce);
        ArgumentOutOfRangeException.ThrowIfNotEqual(ciphertextAndTag.Length, plaintext.Length + TagSize, nameof(ciphertextAndTag));
        _ = Libsodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
            ciphertextAndTag, 0, plaintext, (ulong)plaintext.Length, associatedData, (ulong)associatedData.Length, 0, nonce, key);
    }

    /// <summary>Decrypts if the tag is right; if not, false, and <paramref name="plaintext"/> holds none.</summary>
    internal static bool TryOpen(
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> associatedData,
        ReadOnlySpan<byte> ciphertextAndTag,
        Span<byte> plaintext)
    {
        CheckSizes(key, nonce);
        if (ciphertextAndTag.Length < TagSize) return false;
        ArgumentOutOfRangeException.ThrowIfNotEqual(plaintext.Length, ciphertextAndTag.Length - TagSize, nameof(plaintext));
        return Libsodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
            plaintext, 0, 0, ciphertextAndTag, (ulong)ciphertextAndTag.Length, associatedData, (ulong)associatedData.Length,
            nonce, key) == 0;
    }

    private static void CheckSizes(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeySize, nameof(key));
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, NonceSize, nameof(nonce));
    }
}
