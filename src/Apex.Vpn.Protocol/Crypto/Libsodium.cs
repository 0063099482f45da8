using System.Runtime.InteropServices;
using NSec.Cryptography;

namespace Apex.Vpn.Protocol.Crypto;

/// <summary>
/// The native library that NSec ships, called directly where NSec's own types cost too much: an NSec key is a guarded memory block of its
/// own (about 8 KiB and 13 µs), too dear for one per session. The functions used here are stateless and safe from any thread.
/// </summary>
/// <remarks>Lengths are the caller's duty: the library trusts them. A parameter <c>nsec</c> or one that returns a length is zero.</remarks>
internal static partial class Libsodium
{
    internal const string Library = "libsodium";

    static Libsodium()
    {
        LibsodiumResolver.Register();
        // Touching an NSec algorithm loads the library and runs sodium_init, before any of our own calls.
        _ = KeyAgreementAlgorithm.X25519.PublicKeySize;
    }

    [LibraryImport(Library)]
    internal static partial void randombytes_buf(Span<byte> buffer, nuint size);

    [LibraryImport(Library)]
    internal static partial int crypto_scalarmult_curve25519(Span<byte> result, ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> point);

    [LibraryImport(Library)]
    internal static partial int crypto_scalarmult_curve25519_base(Span<byte> result, ReadOnlySpan<byte> scalar);

    [LibraryImport(Library)]
    internal static partial int crypto_sign_ed25519_seed_keypair(Span<byte> publicKey, Span<byte> secretKey, ReadOnlySpan<byte> seed);

    [LibraryImport(Library)]
    internal static partial int crypto_sign_ed25519_detached(
        Span<byte> signature, nint signatureLength, ReadOnlySpan<byte> message, ulong messageLength, ReadOnlySpan<byte> secretKey);

    [LibraryImport(Library)]
    internal static partial int crypto_sign_ed25519_verify_detached(
        ReadOnlySpan<byte> signature, ReadOnlySpan<byte> message, ulong messageLength, ReadOnlySpan<byte> publicKey);

    [LibraryImport(Library)]
    internal static partial int crypto_aead_chacha20poly1305_ietf_encrypt_detached(
        Span<byte> ciphertext,
        Span<byte> tag,
        nint tagLength,
        ReadOnlySpan<byte> plaintext,
        ulong plaintextLength,
        ReadOnlySpan<byte> associatedData,
        ulong associatedDataLength,
        nint nsec,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> key);

    [LibraryImport(Library)]
    internal static partial int crypto_aead_chacha20poly1305_ietf_decrypt_detached(
        Span<byte> plaintext,
        nint nsec,
        ReadOnlySpan<byte> ciphertext,
        ulong ciphertextLength,
        ReadOnlySpan<byte> tag,
        ReadOnlySpan<byte> associatedData,
        ulong associatedDataLength,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> key);

    [LibraryImport(Library)]
    internal static partial int crypto_aead_xchacha20poly1305_ietf_encrypt(
        Span<byte> ciphertextAndTag,
        nint ciphertextLength,
        ReadOnlySpan<byte> plaintext,
        ulong plaintextLength,
        ReadOnlySpan<byte> associatedData,
        ulong associatedDataLength,
        nint nsec,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> key);

    [LibraryImport(Library)]
    internal static partial int crypto_aead_xchacha20poly1305_ietf_decrypt(
        Span<byte> plaintext,
        nint plaintextLength,
        nint nsec,
        ReadOnlySpan<byte> ciphertextAndTag,
        ulong ciphertextLength,
        ReadOnlySpan<byte> associatedData,
        ulong associatedDataLength,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> key);
}
