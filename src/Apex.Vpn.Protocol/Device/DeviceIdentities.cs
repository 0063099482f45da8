using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Noise;

namespace Apex.Vpn.Protocol;

/// <summary>
/// The static keys that one device answers for on its one port: the primary, which is the device's private key as configuration protocols
/// know it, and up to seven others. All members are safe from any thread.
/// </summary>
/// <remarks>
/// <para>An initiation tells by its mac1 which identity it means (WireGuard paper, section 5.4.4); a peer is answered, and called, by the
/// identity that its last valid initiation meant. Identities have cookie secrets of their own. Junk costs one keyed hash for each.</para>
/// <para>A key is replaced without a gap by adding the new one, telling clients, and retiring the old one when they have moved: sessions under
/// a retired identity go on until they are too old (180 s), only no handshake with it succeeds any more.</para>
/// </remarks>
public sealed class DeviceIdentities
{
    private readonly WireGuardEngine _engine;
    private readonly ControlWorker _control;

    internal DeviceIdentities(WireGuardEngine engine, ControlWorker control) => (_engine, _control) = (engine, control);

    /// <summary>The largest number of identities, the primary included.</summary>
    public const int MaxCount = IdentitySet.MaxCount;

    /// <summary>Answers for another identity from now on. Does nothing when the device answers for it already.</summary>
    /// <param name="privateKey">The identity's key; the device copies it, the caller disposes it. A peer with its public key is removed.</param>
    /// <returns>The identity's public key.</returns>
    /// <exception cref="ArgumentException">The key is all zeros.</exception>
    /// <exception cref="ObjectDisposedException">The device was disposed.</exception>
    /// <exception cref="InvalidOperationException">There are <see cref="MaxCount"/> − 1 beside the primary already.</exception>
    public PublicKey Add(PrivateKey privateKey)
    {
        ArgumentNullException.ThrowIfNull(privateKey);
        if (privateKey.IsZero) throw new ArgumentException("All zeros are not a private key.", nameof(privateKey));
        lock (_control.Lock)
        {
            ObjectDisposedException.ThrowIf(_engine.IsDisposed, this);
            if (!_engine.TryAddIdentity(privateKey))
                throw new InvalidOperationException($"A device has at most {MaxCount - 1} identities beside its primary one.");
        }
        return privateKey.DerivePublicKey();
    }

    /// <summary>
    /// Ends an identity: from now on handshakes with it are dropped, and its private key, its cookie secret and all secrets agreed by it are
    /// erased. Its sessions go on until they are too old. If it was the primary, the newest of the others becomes it.
    /// </summary>
    /// <param name="identity">The identity's public key.</param>
    /// <returns>False when the device does not answer for it.</returns>
    public bool Retire(PublicKey identity)
    {
        lock (_control.Lock) return _engine.TryRetireIdentity(identity);
    }

    /// <summary>The public keys of all identities, the newest first.</summary>
    public IReadOnlyList<PublicKey> List()
    {
        lock (_control.Lock) return _engine.ListIdentities();
    }
}
