using System.Diagnostics;

namespace Apex.Vpn.Protocol.Crypto;

/// <summary>Diffie-Hellman on Curve25519 (RFC 7748), on raw 32-byte keys.</summary>
internal static class X25519
{
    internal const int KeySize = 32;

    /// <summary>Computes the public key of a private key.</summary>
    internal static void DerivePublicKey(ReadOnlySpan<byte> privateKey, Span<byte> publicKey)
    {
        Debug.Assert(privateKey.Length == KeySize && publicKey.Length >= KeySize);
        Libsodium.crypto_scalarmult_curve25519_base(publicKey, privateKey);
    }

    /// <summary>Computes the shared secret; false, with zeros in it, if the public key has low order (WG 5.4.2 forbids it).</summary>
    internal static bool TryAgree(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> publicKey, Span<byte> sharedSecret)
    {
        Debug.Assert(privateKey.Length == KeySize && publicKey.Length == KeySize && sharedSecret.Length >= KeySize);
        if (Libsodium.crypto_scalarmult_curve25519(sharedSecret, privateKey, publicKey) == 0) return true;
        sharedSecret[..KeySize].Clear();
        return false;
    }
}
