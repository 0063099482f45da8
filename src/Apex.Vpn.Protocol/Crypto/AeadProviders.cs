using System.Security.Cryptography;

namespace Apex.Vpn.Protocol.Crypto;

/// <summary>Gives out the providers, each after its self-test. Safe from any thread; the answers do not change while the process runs.</summary>
internal static class AeadProviders
{
    private static readonly Lazy<AeadProvider> Libsodium = new(static () => Tested(new LibsodiumAead()));

    /// <summary>The provider of a choice.</summary>
    /// <exception cref="CryptographicException">It failed its self-test on this machine.</exception>
    /// <exception cref="DllNotFoundException">libsodium was asked for and is not there.</exception>
    internal static AeadProvider Select(AeadChoice choice) => choice switch
    {
        AeadChoice.Automatic or AeadChoice.Libsodium => Libsodium.Value,
        AeadChoice.Managed => throw new PlatformNotSupportedException("The managed AEAD provider is not part of this build."),
        _ => throw new ArgumentOutOfRangeException(nameof(choice)),
    };

    /// <summary>The provider itself, once it has passed its self-test.</summary>
    /// <exception cref="CryptographicException">It did not pass.</exception>
    internal static AeadProvider Tested(AeadProvider provider) => AeadSelfTest.Passes(provider)
        ? provider
        : throw new CryptographicException($"The AEAD provider '{provider.Name}' failed its self-test on this machine.");
}
