namespace Apex.Vpn.Protocol.Crypto;

/// <summary>The reference provider: libsodium, called directly.</summary>
internal sealed class LibsodiumAead : AeadProvider
{
    internal override string Name => "libsodium";

    protected override void SealCore(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, Span<byte> buffer)
    {
        Span<byte> text = buffer[..^TagSize];
        _ = Libsodium.crypto_aead_chacha20poly1305_ietf_encrypt_detached(
            text, buffer[^TagSize..], 0, text, (ulong)text.Length, associatedData, (ulong)associatedData.Length, 0, nonce, key);
    }

    protected override bool TryOpenCore(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, Span<byte> buffer)
    {
        // A wrong tag makes libsodium clear the text.
        Span<byte> text = buffer[..^TagSize];
        return Libsodium.crypto_aead_chacha20poly1305_ietf_decrypt_detached(
            text, 0, text, (ulong)text.Length, buffer[^TagSize..], associatedData, (ulong)associatedData.Length, nonce, key) == 0;
    }
}
