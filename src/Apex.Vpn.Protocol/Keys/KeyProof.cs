using System.Security.Cryptography;
using Apex.Vpn.Protocol.Crypto;

namespace Apex.Vpn.Protocol;

/// <summary>Proves to one verifier that one holds a Curve25519 key: a MAC under the secret that both keys share.</summary>
/// <remarks>
/// <para>HKDF-BLAKE2s over the X25519 of the two static keys, bound to both public keys and to a label of its own, so that the secret is
/// none that a handshake derives; then BLAKE2s keyed by it over the statement. A device thus proves its tunnel key without a signing key
/// beside it. Only the verifier can check a proof, and the verifier could have made it: it convinces nobody else.</para>
/// <para>A proof is as fresh as its statement: put something into that serves once. Safe from any thread; one X25519 per call.</para>
/// </remarks>
public static class KeyProof
{
    /// <summary>The size of a proof in bytes.</summary>
    public const int Size = Blake2s.HashSize;

    /// <summary>Makes a proof.</summary>
    /// <param name="prover">The key that is proven.</param>
    /// <param name="verifier">The verifier's public key.</param>
    /// <param name="statement">What is said with it: a purpose, and something that serves once.</param>
    /// <param name="proof">At least <see cref="Size"/> bytes.</param>
    /// <returns>False when the verifier's key is none that anybody can hold (low order).</returns>
    public static bool TryCreate(PrivateKey prover, PublicKey verifier, ReadOnlySpan<byte> statement, Span<byte> proof)
    {
        ArgumentNullException.ThrowIfNull(prover);
        PublicKey own = prover.DerivePublicKey();
        return TryCompute(prover, verifier, in own, in verifier, statement, proof[..Size]);
    }

    /// <summary>Whether a proof is right; compared in constant time.</summary>
    /// <param name="verifier">The verifier's key.</param>
    /// <param name="prover">The public key that is to be proven.</param>
    /// <param name="statement">What must have been said.</param>
    /// <param name="proof">The proof; anything may come.</param>
    public static bool Verify(PrivateKey verifier, PublicKey prover, ReadOnlySpan<byte> statement, ReadOnlySpan<byte> proof)
    {
        ArgumentNullException.ThrowIfNull(verifier);
        if (proof.Length != Size) return false;
        Span<byte> expected = stackalloc byte[Size];
        PublicKey own = verifier.DerivePublicKey();
        return TryCompute(verifier, prover, in prover, in own, statement, expected)
            && CryptographicOperations.FixedTimeEquals(expected, proof);
    }

    private static bool TryCompute(
        PrivateKey own, PublicKey other, in PublicKey prover, in PublicKey verifier, ReadOnlySpan<byte> statement, Span<byte> proof)
    {
        Span<byte> secret = stackalloc byte[X25519.KeySize], salt = stackalloc byte[Blake2s.HashSize];
        if (!X25519.TryAgree(own.Bytes, PublicKey.AsSpan(in other), secret)) return false;
        Blake2s.Hash("Apex.Vpn key proof 1"u8, PublicKey.AsSpan(in prover), salt);
        Blake2s.Hash(salt, PublicKey.AsSpan(in verifier), salt);
        Kdf.Derive1(salt, secret, secret);
        Blake2s.Mac(secret, statement, proof);
        CryptographicOperations.ZeroMemory(secret);
        return true;
    }
}
