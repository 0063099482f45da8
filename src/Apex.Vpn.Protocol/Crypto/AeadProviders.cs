using System.Security.Cryptography;
using Apex.Vpn.Protocol.Crypto.Managed;

namespace Apex.Vpn.Protocol.Crypto;

/// <summary>
/// Gives out the providers, each after its self-test. Safe from any thread; what was found out at first use, in some milliseconds, holds
/// while the process runs.
/// </summary>
internal static class AeadProviders
{
    private static readonly Lazy<AeadProvider> Libsodium = new(static () => Tested(new LibsodiumAead()));
    private static readonly Lazy<AeadProvider> Managed = new(static () => Tested(new ManagedAead()));
#if APEX_NULL_CIPHER
    private static readonly Lazy<AeadProvider> Automatic = new(static () => new NullCipher(Fastest(Managed, Libsodium)));
#else
    private static readonly Lazy<AeadProvider> Automatic = new(static () => Fastest(Managed, Libsodium));
#endif

    /// <summary>The provider of a choice.</summary>
    /// <exception cref="CryptographicException">It, or with <see cref="AeadChoice.Automatic"/> every one, is of no use here.</exception>
    internal static AeadProvider Select(AeadChoice choice) => choice switch
    {
        AeadChoice.Automatic => Automatic.Value,
        AeadChoice.Libsodium => Libsodium.Value,
        AeadChoice.Managed => Managed.Value,
        _ => throw new ArgumentOutOfRangeException(nameof(choice)),
    };

    /// <summary>The provider itself, once it has passed its self-test.</summary>
    /// <exception cref="CryptographicException">It did not pass, or what it needs is not there.</exception>
    internal static AeadProvider Tested(AeadProvider provider)
    {
        bool passes;
        try
        {
            passes = AeadSelfTest.Passes(provider);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or TypeInitializationException)
        {
            throw new CryptographicException($"What the AEAD provider '{provider.Name}' needs is not on this machine.", e);
        }
        return passes
            ? provider
            : throw new CryptographicException($"The AEAD provider '{provider.Name}' failed its self-test on this machine.");
    }

    /// <summary>The fastest of those that are of use.</summary>
    /// <exception cref="CryptographicException">None is.</exception>
    internal static AeadProvider Fastest(params ReadOnlySpan<Lazy<AeadProvider>> candidates)
    {
        List<AeadProvider> usable = [];
        List<Exception> failures = [];
        foreach (Lazy<AeadProvider> candidate in candidates)
        {
            try
            {
                usable.Add(candidate.Value);
            }
            catch (CryptographicException e)
            {
                failures.Add(e);
            }
        }
        return usable.Count switch
        {
            0 => throw new CryptographicException("No AEAD provider is of use on this machine.", new AggregateException(failures)),
            1 => usable[0],
            _ => AeadRace.Winner(usable),
        };
    }
}
