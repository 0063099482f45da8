namespace Apex.Vpn.Fleet.Keys;

/// <summary>Keeps the one key that is not in the database: it wraps the data keys under which private keys are stored.</summary>
/// <remarks>
/// <para>Whoever has a dump of the database and not this key has nothing: see <see cref="KeyEnvelope"/>. Files, the environment and a
/// vault for development are here; a key management service plugs in, which is why both calls may wait.</para>
/// <para>Safe from any thread.</para>
/// </remarks>
public interface IKeyVault
{
    /// <summary>Names the key, the same on all replicas that have it; says nothing about it. 1 to 64 printable ASCII characters.</summary>
    string KeyId { get; }

    /// <summary>Whether the vault protects nothing, because everybody has its key. Hosts refuse it in production.</summary>
    bool IsForDevelopment { get; }

    /// <summary>Encrypts a data key.</summary>
    /// <param name="dataKey">The data key, 32 bytes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The wrapped data key, at most <see cref="KeyEnvelope.MaxWrappedLength"/> bytes.</returns>
    /// <exception cref="KeyVaultException">The vault cannot serve now.</exception>
    ValueTask<byte[]> WrapAsync(ReadOnlyMemory<byte> dataKey, CancellationToken cancellationToken);

    /// <summary>Decrypts a data key.</summary>
    /// <param name="wrapped">What <see cref="WrapAsync"/> returned; anything may come.</param>
    /// <param name="dataKey">Where the data key goes, 32 bytes. The caller erases it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when it was not wrapped by this key, or was changed.</returns>
    /// <exception cref="KeyVaultException">The vault cannot serve now.</exception>
    ValueTask<bool> TryUnwrapAsync(ReadOnlyMemory<byte> wrapped, Memory<byte> dataKey, CancellationToken cancellationToken);
}
