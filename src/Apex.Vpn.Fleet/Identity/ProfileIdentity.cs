using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Apex.Vpn.Fleet.Keys;

namespace Apex.Vpn.Fleet.Identity;

/// <summary>
/// The WireGuard key of a city that exported profiles name: long-lived, kept by the control plane, shared by the city's nodes.
/// </summary>
/// <remarks>
/// <para>A profile on a router has no program behind it that could fetch a new key, so this one lives a year or more and survives the
/// nodes' reboots. The price: whoever holds it can answer for the city until it is revoked. It is stored in a <see cref="KeyEnvelope"/>,
/// travels sealed to one boot of one node (<see cref="Protocol.SealedBox"/> to <see cref="EnrolmentRequest.DeliveryKey"/>), and is in
/// plain in memory only.</para>
/// <para>Sealing is by X25519, not by an ECDH of the certificate's key: one key should not both sign and decrypt, certificates' keys change
/// at each renewal, and X25519 with an AEAD is what the engine has anyway. Not thread-safe while it is disposed.</para>
/// </remarks>
public sealed class ProfileIdentity : IDisposable
{
    /// <summary>The shortest time from making to the end, 365 days.</summary>
    public static readonly TimeSpan MinLifetime = TimeSpan.FromDays(365);

    /// <summary>The size of what <see cref="TrySealFor"/> writes, in bytes.</summary>
    public const int DeliverySize = Protocol.PrivateKey.Size + Protocol.SealedBox.Overhead;

    private readonly Protocol.PrivateKey _key;

    private ProfileIdentity(Protocol.PrivateKey key, string city, int version, DateTimeOffset notAfter, DateTimeOffset? revoked)
    {
        _key = key;
        City = city;
        Version = version;
        NotAfter = notAfter;
        Revoked = revoked;
        PublicKey = key.DerivePublicKey();
    }

    /// <summary>The city.</summary>
    public string City { get; }

    /// <summary>Which key of the city, counted from 1.</summary>
    public int Version { get; }

    /// <summary>What profiles name.</summary>
    public Protocol.PublicKey PublicKey { get; }

    /// <summary>From when on nodes do not get it any more.</summary>
    public DateTimeOffset NotAfter { get; }

    /// <summary>When it was revoked; null when it was not.</summary>
    public DateTimeOffset? Revoked { get; private set; }

    /// <summary>The name under which the key is stored.</summary>
    private string StorageName => NameOf(City);

    /// <summary>Makes a key for a city.</summary>
    /// <param name="city">Lower-case letters, digits, dots and hyphens.</param>
    /// <param name="version">At least 1; higher than that of the city's key before.</param>
    /// <param name="now">The time.</param>
    /// <param name="lifetime">At least <see cref="MinLifetime"/>.</param>
    /// <returns>The identity, which the caller disposes.</returns>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public static ProfileIdentity Create(string city, int version, DateTimeOffset now, TimeSpan lifetime)
    {
        if (!EnrolmentRequest.IsName(city)) throw new ArgumentException("No name of a city.", nameof(city));
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(lifetime, MinLifetime);
        return new ProfileIdentity(Protocol.PrivateKey.Generate(), city, version, now + lifetime, revoked: null);
    }

    /// <summary>Encrypts the private key for storage.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="cancellationToken">Ends the wait for the vault.</param>
    /// <returns>The blob to store, beside city, version and dates.</returns>
    public async ValueTask<byte[]> StoreAsync(IKeyVault vault, CancellationToken cancellationToken)
    {
        using var secret = new SecretBytes(Protocol.PrivateKey.Size);
        _key.CopyTo(secret.Writable.Span);
        return await KeyEnvelope.SealAsync(vault, StorageName, Version, secret, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a stored identity.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="city">The city.</param>
    /// <param name="version">The version.</param>
    /// <param name="notAfter">When it ends.</param>
    /// <param name="revoked">When it was revoked; null when it was not.</param>
    /// <param name="blob">What <see cref="StoreAsync"/> gave.</param>
    /// <param name="cancellationToken">Ends the wait for the vault.</param>
    /// <returns>The identity, which the caller disposes.</returns>
    /// <exception cref="KeyVaultException">The vault does not open it, or it is another city's.</exception>
    public static async ValueTask<ProfileIdentity> LoadAsync(
        IKeyVault vault,
        string city,
        int version,
        DateTimeOffset notAfter,
        DateTimeOffset? revoked,
        ReadOnlyMemory<byte> blob,
        CancellationToken cancellationToken)
    {
        using SecretBytes secret = await KeyEnvelope.OpenAsync(vault, NameOf(city), version, blob, cancellationToken).ConfigureAwait(false);
        if (secret.Length != Protocol.PrivateKey.Size) throw new KeyVaultException("The stored profile key has another length than a key.");
        return new ProfileIdentity(new Protocol.PrivateKey(secret.Span), city, version, notAfter, revoked);
    }

    /// <summary>Whether nodes may get it.</summary>
    /// <param name="now">The time.</param>
    public bool IsUsable(DateTimeOffset now) => Revoked is null && now < NotAfter;

    /// <summary>No node gets it from now on; those that have it must be told to retire it. The first revocation counts.</summary>
    /// <param name="now">The time.</param>
    public void Revoke(DateTimeOffset now) => Revoked ??= now;

    /// <summary>Seals the private key for one boot of one node.</summary>
    /// <param name="node">The node's id.</param>
    /// <param name="deliveryKey">The delivery key of its boot.</param>
    /// <param name="now">The time.</param>
    /// <param name="box">Exactly <see cref="DeliverySize"/> bytes; zeros when nothing is sealed.</param>
    /// <returns>False when the identity is not usable any more, or the delivery key is none.</returns>
    public bool TrySealFor(Guid node, Protocol.PublicKey deliveryKey, DateTimeOffset now, Span<byte> box)
    {
        box.Clear();
        if (!IsUsable(now)) return false;
        Span<byte> secret = stackalloc byte[Protocol.PrivateKey.Size];
        _key.CopyTo(secret);
        bool sealedUp = Protocol.SealedBox.TrySeal(deliveryKey, Context(City, Version, node), secret, box);
        CryptographicOperations.ZeroMemory(secret);
        return sealedUp;
    }

    /// <summary>A node opens what was sealed for it.</summary>
    /// <param name="keys">The keys of its boot.</param>
    /// <param name="node">Its id.</param>
    /// <param name="city">The city it was told.</param>
    /// <param name="version">The version it was told.</param>
    /// <param name="box">The sealed key; anything may come.</param>
    /// <param name="key">The private key, which the caller disposes; null when the box is not for this boot, city and version.</param>
    public static bool TryOpen(
        EnrolmentKeys keys, Guid node, string city, int version, ReadOnlySpan<byte> box, [NotNullWhen(true)] out Protocol.PrivateKey? key)
    {
        ArgumentNullException.ThrowIfNull(keys);
        key = null;
        if (box.Length != DeliverySize || !EnrolmentRequest.IsName(city)) return false;
        Span<byte> secret = stackalloc byte[Protocol.PrivateKey.Size];
        if (Protocol.SealedBox.TryOpen(keys.DeliveryKey, Context(city, version, node), box, secret, out _))
            key = new Protocol.PrivateKey(secret);
        CryptographicOperations.ZeroMemory(secret);
        return key is not null;
    }

    /// <summary>A fixed text that does not show the key.</summary>
    public override string ToString() => "ProfileIdentity(hidden)";

    /// <summary>Erases the private key. May be called more than once.</summary>
    public void Dispose() => _key.Dispose();

    private static string NameOf(string city) => "profile/" + city;

    // City names hold no '|'.
    private static byte[] Context(string city, int version, Guid node) =>
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"Apex.Vpn profile key|{city}|{version}|{node:D}"));
}
