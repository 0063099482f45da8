using System.Security.Cryptography;
using Apex.Vpn.Protocol.Crypto;

namespace Apex.Vpn.Protocol;

/// <summary>Encrypts to the holder of a Curve25519 key, who needs to know nothing of the sender: an anonymous sealed box.</summary>
/// <remarks>
/// <para><c>ephemeral public key[32] | ciphertext | tag[16]</c>. The key is HKDF-BLAKE2s over the X25519 of a fresh ephemeral key and the
/// recipient's, bound to both public keys; XChaCha20-Poly1305 under it with a zero nonce, since no key serves twice. The context is
/// authenticated and not sent: both sides must name the same.</para>
/// <para>It says nothing about who sent it: authenticate the way it came by. Safe from any thread.</para>
/// </remarks>
public static class SealedBox
{
    /// <summary>How many bytes a box is longer than what is in it.</summary>
    public const int Overhead = PublicKey.Size + XChaCha20Poly1305.TagSize;

    /// <summary>Encrypts.</summary>
    /// <param name="recipient">Who can open it.</param>
    /// <param name="context">What both sides know: the purpose, and what the content belongs to.</param>
    /// <param name="plaintext">The content.</param>
    /// <param name="box">Exactly <see cref="Overhead"/> bytes more than the content.</param>
    /// <returns>False, with nothing of the content in the box, when the recipient's key is none that anybody can hold (low
    /// order).</returns>
    /// <exception cref="ArgumentException"><paramref name="box"/> has another length.</exception>
    public static bool TrySeal(PublicKey recipient, ReadOnlySpan<byte> context, ReadOnlySpan<byte> plaintext, Span<byte> box)
    {
        if (box.Length != plaintext.Length + Overhead)
            throw new ArgumentException($"A box is {Overhead} bytes longer than its content.", nameof(box));
        using var ephemeral = PrivateKey.Generate();
        PublicKey sender = ephemeral.DerivePublicKey();
        Span<byte> key = stackalloc byte[XChaCha20Poly1305.KeySize], nonce = stackalloc byte[XChaCha20Poly1305.NonceSize];
        nonce.Clear();
        box.Clear();
        if (!TryDeriveKey(ephemeral, recipient, in sender, in recipient, key)) return false;
        sender.CopyTo(box);
        XChaCha20Poly1305.Seal(key, nonce, context, plaintext, box[PublicKey.Size..]);
        CryptographicOperations.ZeroMemory(key);
        return true;
    }

    /// <summary>Decrypts if the box is for this key and context and nobody changed it.</summary>
    /// <param name="recipient">The recipient's key.</param>
    /// <param name="context">What the sender named.</param>
    /// <param name="box">The box; anything may come.</param>
    /// <param name="plaintext">At least as long as the content; cleared when the box does not open.</param>
    /// <param name="written">The length of the content; 0 when the box does not open.</param>
    public static bool TryOpen(
        PrivateKey recipient, ReadOnlySpan<byte> context, ReadOnlySpan<byte> box, Span<byte> plaintext, out int written)
    {
        ArgumentNullException.ThrowIfNull(recipient);
        written = 0;
        int length = box.Length - Overhead;
        if (length < 0 || plaintext.Length < length) return false;
        var sender = new PublicKey(box[..PublicKey.Size]);
        PublicKey own = recipient.DerivePublicKey();
        Span<byte> key = stackalloc byte[XChaCha20Poly1305.KeySize], nonce = stackalloc byte[XChaCha20Poly1305.NonceSize];
        nonce.Clear();
        bool opened = TryDeriveKey(recipient, sender, in sender, in own, key)
            && XChaCha20Poly1305.TryOpen(key, nonce, context, box[PublicKey.Size..], plaintext[..length]);
        CryptographicOperations.ZeroMemory(key);
        if (opened) written = length;
        else CryptographicOperations.ZeroMemory(plaintext[..length]);
        return opened;
    }

    private static bool TryDeriveKey(PrivateKey own, PublicKey other, in PublicKey sender, in PublicKey recipient, Span<byte> key)
    {
        Span<byte> shared = stackalloc byte[X25519.KeySize], salt = stackalloc byte[Blake2s.HashSize];
        if (!X25519.TryAgree(own.Bytes, PublicKey.AsSpan(in other), shared)) return false;
        Blake2s.Hash("Apex.Vpn sealed box 1"u8, PublicKey.AsSpan(in sender), salt);
        Blake2s.Hash(salt, PublicKey.AsSpan(in recipient), salt);
        Kdf.Derive1(salt, shared, key);
        CryptographicOperations.ZeroMemory(shared);
        return true;
    }
}
