using System.Runtime.InteropServices;
using NSec.Cryptography;

namespace Apex.Vpn.Protocol.Crypto;

/// <summary>
/// The native library that NSec ships, called directly where NSec's own types cost too much: an NSec key is a guarded memory block of its
/// own (about 8 KiB and 13 µs), too dear for one per session. The functions used here are stateless and safe from any thread.
/// </summary>
internal static partial class Libsodium
{
    private const string Library = "libsodium";

    // Touching an NSec algorithm loads the library and runs sodium_init, before any of our own calls.
    static Libsodium() => _ = KeyAgreementAlgorithm.X25519.PublicKeySize;

    [LibraryImport(Library)]
    internal static partial int crypto_scalarmult_curve25519(Span<byte> result, ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> point);

    [LibraryImport(Library)]
    internal static partial int crypto_scalarmult_curve25519_base(Span<byte> result, ReadOnlySpan<byte> scalar);
}
