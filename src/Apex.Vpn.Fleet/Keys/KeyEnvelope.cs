using System.Security.Cryptography;

namespace Apex.Vpn.Fleet.Keys;

/// <summary>How a secret is stored: under a data key of its own, which the vault's key wraps (envelope encryption).</summary>
/// <remarks>
/// <para>AES-256-GCM under a random data key that encrypts this one secret; authenticated with it are the secret's name and version, so
/// that no blob serves in the place of another. A new vault key means to wrap the data keys again (<see cref="RewrapAsync"/>); the
/// secrets stay as they are, and old and new blobs live side by side until all are done.</para>
/// <para>Blob: <c>"AVK" | u8 1 | u8 n, key id[n] | u16 m, wrapped data key[m] | nonce[12] | ciphertext | tag[16]</c>, little-endian.</para>
/// <para>All values in and out; nothing is stored here. Data keys are erased after use. Safe from any thread.</para>
/// </remarks>
public static class KeyEnvelope
{
    /// <summary>The longest wrapped data key, 1024 bytes.</summary>
    public const int MaxWrappedLength = 1024;

    /// <summary>The longest name of a secret, in characters.</summary>
    public const int MaxNameLength = 128;

    internal const int DataKeySize = 32;

    /// <summary>Encrypts a secret for storage.</summary>
    /// <param name="vault">Wraps the data key.</param>
    /// <param name="name">What the secret is, such as <c>ca</c> or <c>profile/se-sto</c>: 1 to <see cref="MaxNameLength"/> printable
    /// ASCII characters.</param>
    /// <param name="version">Which one of that name, not negative.</param>
    /// <param name="secret">The secret; stays the caller's.</param>
    /// <param name="cancellationToken">Ends the wait for the vault.</param>
    /// <returns>The blob to store.</returns>
    /// <exception cref="KeyVaultException">The vault cannot serve now.</exception>
    public static async ValueTask<byte[]> SealAsync(
        IKeyVault vault, string name, int version, SecretBytes secret, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(vault);
        ArgumentNullException.ThrowIfNull(secret);
        byte[] associated = EnvelopeLayout.AssociatedData(name, version);
        using var dataKey = SecretBytes.Generate(DataKeySize);
        byte[] wrapped = await vault.WrapAsync(dataKey.Memory, cancellationToken).ConfigureAwait(false);
        byte[] blob = EnvelopeLayout.Allocate(vault.KeyId, wrapped, secret.Length, out EnvelopeLayout layout);
        RandomNumberGenerator.Fill(blob.AsSpan(layout.Nonce));
        using var aes = new AesGcm(dataKey.Span, EnvelopeLayout.TagSize);
        aes.Encrypt(blob.AsSpan(layout.Nonce), secret.Span, blob.AsSpan(layout.Ciphertext), blob.AsSpan(layout.Tag), associated);
        return blob;
    }

    /// <summary>Decrypts a stored secret.</summary>
    /// <param name="vault">The vault that wrapped its data key.</param>
    /// <param name="name">The name it was stored under.</param>
    /// <param name="version">The version it was stored under.</param>
    /// <param name="blob">The blob.</param>
    /// <param name="cancellationToken">Ends the wait for the vault.</param>
    /// <returns>The secret, which the caller disposes.</returns>
    /// <exception cref="KeyVaultException">
    /// The blob was wrapped by another key (the message names both), is damaged, or belongs to another name or version.
    /// </exception>
    public static async ValueTask<SecretBytes> OpenAsync(
        IKeyVault vault, string name, int version, ReadOnlyMemory<byte> blob, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(vault);
        byte[] associated = EnvelopeLayout.AssociatedData(name, version);
        EnvelopeLayout layout = ReadLayout(blob.Span, $"{name} version {version}");
        using SecretBytes dataKey = await UnwrapAsync(vault, layout, blob, cancellationToken).ConfigureAwait(false);
        var secret = new SecretBytes(layout.SecretLength);
        try
        {
            ReadOnlySpan<byte> bytes = blob.Span;
            using var aes = new AesGcm(dataKey.Span, EnvelopeLayout.TagSize);
            aes.Decrypt(bytes[layout.Nonce], bytes[layout.Ciphertext], bytes[layout.Tag], secret.Writable.Span, associated);
            return secret;
        }
        catch (AuthenticationTagMismatchException)
        {
            secret.Dispose();
            throw new KeyVaultException($"The stored secret {name} version {version} was changed, or is another one's.");
        }
    }

    /// <summary>The id of the vault key that a blob needs; null when it is no blob.</summary>
    /// <param name="blob">The blob.</param>
    public static string? ReadKeyId(ReadOnlySpan<byte> blob) =>
        EnvelopeLayout.TryRead(blob, out EnvelopeLayout layout) ? layout.KeyId : null;

    /// <summary>Wraps a blob's data key by another vault key. The secret itself is not decrypted.</summary>
    /// <param name="from">The vault that wrapped it.</param>
    /// <param name="to">The vault that shall.</param>
    /// <param name="blob">The blob.</param>
    /// <param name="cancellationToken">Ends the wait for the vaults.</param>
    /// <returns>The blob to store instead; the same bytes when <paramref name="to"/> wraps it already.</returns>
    /// <exception cref="KeyVaultException">The blob was wrapped by a third key, or is damaged.</exception>
    public static async ValueTask<byte[]> RewrapAsync(
        IKeyVault from, IKeyVault to, ReadOnlyMemory<byte> blob, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        EnvelopeLayout layout = ReadLayout(blob.Span, "to be wrapped again");
        if (layout.KeyId == to.KeyId) return blob.ToArray();
        using SecretBytes dataKey = await UnwrapAsync(from, layout, blob, cancellationToken).ConfigureAwait(false);
        byte[] wrapped = await to.WrapAsync(dataKey.Memory, cancellationToken).ConfigureAwait(false);
        byte[] rewrapped = EnvelopeLayout.Allocate(to.KeyId, wrapped, layout.SecretLength, out EnvelopeLayout target);
        blob.Span[layout.Sealed].CopyTo(rewrapped.AsSpan(target.Sealed));
        return rewrapped;
    }

    private static EnvelopeLayout ReadLayout(ReadOnlySpan<byte> blob, string what) =>
        EnvelopeLayout.TryRead(blob, out EnvelopeLayout layout)
            ? layout
            : throw new KeyVaultException($"The stored secret {what} is damaged, or of a newer version than this program.");

    private static async ValueTask<SecretBytes> UnwrapAsync(
        IKeyVault vault, EnvelopeLayout layout, ReadOnlyMemory<byte> blob, CancellationToken cancellationToken)
    {
        if (layout.KeyId != vault.KeyId)
            throw new KeyVaultException($"The stored secret needs the vault key {layout.KeyId}; the vault has {vault.KeyId}.");
        var dataKey = new SecretBytes(DataKeySize);
        try
        {
            if (await vault.TryUnwrapAsync(blob[layout.Wrapped], dataKey.Writable, cancellationToken).ConfigureAwait(false)) return dataKey;
        }
        catch
        {
            dataKey.Dispose();
            throw;
        }
        dataKey.Dispose();
        throw new KeyVaultException($"The data key of the stored secret was changed: vault key {vault.KeyId} does not open it.");
    }
}
