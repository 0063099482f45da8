using System.Security.Cryptography;
using Apex.Vpn.Protocol.Crypto;

namespace Apex.Vpn.Protocol.Diagnostics;

/// <summary>Tells which implementation of ChaCha20-Poly1305 (RFC 8439) devices use on this machine. Safe from any thread.</summary>
public static class AeadDiagnostics
{
    /// <summary>The name of the implementation that a choice stands for.</summary>
    /// <param name="choice">The choice, as in <see cref="WireGuardDeviceOptions.Aead"/>.</param>
    /// <returns>Such as <c>libsodium</c>, or <c>managed-512</c> for the managed one with vectors of 512 bits.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such choice.</exception>
    /// <exception cref="CryptographicException">It is of no use on this machine.</exception>
    /// <remarks>The first call takes some milliseconds: it tests what it names.</remarks>
    public static string NameOf(AeadChoice choice) => AeadProviders.Select(choice).Name;
}
