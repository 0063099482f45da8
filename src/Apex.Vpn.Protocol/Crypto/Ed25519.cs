using System.Diagnostics;
using System.Security.Cryptography;

namespace Apex.Vpn.Protocol.Crypto;

/// <summary>Signatures on edwards25519 (RFC 8032), on raw 32-byte keys.</summary>
internal static class Ed25519
{
    internal const int KeySize = 32;
    internal const int SignatureSize = 64;

    // What the library calls a secret key: the seed and the public key, so that signing need not derive the latter.
    private const int ExpandedSize = 2 * KeySize;

    /// <summary>Computes the public key of a seed.</summary>
    internal static void DerivePublicKey(ReadOnlySpan<byte> seed, Span<byte> publicKey)
    {
        Debug.Assert(seed.Length == KeySize && publicKey.Length >= KeySize);
        Span<byte> expanded = stackalloc byte[ExpandedSize];
        _ = Libsodium.crypto_sign_ed25519_seed_keypair(publicKey, expanded, seed);
        CryptographicOperations.ZeroMemory(expanded);
    }

    internal static void Sign(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, Span<byte> signature)
    {
        Debug.Assert(seed.Length == KeySize && publicKey.Length == KeySize && signature.Length >= SignatureSize);
        Span<byte> expanded = stackalloc byte[ExpandedSize];
        seed.CopyTo(expanded);
        publicKey.CopyTo(expanded[KeySize..]);
        _ = Libsodium.crypto_sign_ed25519_detached(signature, 0, message, (ulong)message.Length, expanded);
        CryptographicOperations.ZeroMemory(expanded);
    }

    /// <summary>
    /// Whether the signature is right; never for a key of low order or a form of the signature that is not the canonical one.
    /// </summary>
    internal static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        Debug.Assert(publicKey.Length == KeySize);
        return signature.Length == SignatureSize
            && Libsodium.crypto_sign_ed25519_verify_detached(signature, message, (ulong)message.Length, publicKey) == 0;
    }
}
