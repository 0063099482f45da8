namespace Apex.Vpn.Fleet.Keys;

/// <summary>A vault whose key is in this process: AES-256-GCM. Safe from any thread until disposed.</summary>
public abstract class LocalKeyVault : IKeyVault, IDisposable
{
    private readonly WrappingKey _key;

    private protected LocalKeyVault(WrappingKey key) => _key = key;

    /// <inheritdoc/>
    public string KeyId => _key.Id;

    /// <inheritdoc/>
    public virtual bool IsForDevelopment => false;

    /// <inheritdoc/>
    public ValueTask<byte[]> WrapAsync(ReadOnlyMemory<byte> dataKey, CancellationToken cancellationToken) => new(_key.Wrap(dataKey.Span));

    /// <inheritdoc/>
    public ValueTask<bool> TryUnwrapAsync(ReadOnlyMemory<byte> wrapped, Memory<byte> dataKey, CancellationToken cancellationToken) =>
        new(_key.TryUnwrap(wrapped.Span, dataKey.Span));

    /// <summary>Erases the key from memory. May be called more than once.</summary>
    public void Dispose()
    {
        _key.Dispose();
        GC.SuppressFinalize(this);
    }
}
