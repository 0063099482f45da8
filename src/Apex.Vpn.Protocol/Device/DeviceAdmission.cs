using Apex.Vpn.Protocol.Admission;
using Apex.Vpn.Protocol.Engine.Admission;

namespace Apex.Vpn.Protocol;

/// <summary>
/// A device's just-in-time peers: what the application tells about keys while the device runs, and how things stand. All members are safe
/// from any thread.
/// </summary>
/// <remarks>What is told takes effect in the order in which it is told, within a second even under load.</remarks>
public sealed class DeviceAdmission
{
    private readonly PeerAdmission _admission;
    private readonly ControlWorker _control;

    internal DeviceAdmission(PeerAdmission admission, ControlWorker control) => (_admission, _control) = (admission, control);

    /// <summary>
    /// Takes a key's right away: its just-in-time peer is removed, with its sessions, and the keys are overwritten; no answer of the
    /// authorizer, cached or still to come, lets it in again until <see cref="Announce"/>. A peer that was configured stays.
    /// </summary>
    /// <param name="publicKey">The key.</param>
    public void Revoke(PublicKey publicKey) => Tell(AdmissionNote.KeyRevoked, publicKey);

    /// <summary>Tells that the authorizer grants a key from now on: an earlier refusal or revocation counts no longer.</summary>
    /// <param name="publicKey">The key.</param>
    public void Announce(PublicKey publicKey) => Tell(AdmissionNote.KeyAdded, publicKey);

    /// <summary>
    /// Tells that the authorizer lives, when nothing is asked for a while: earlier grants count for 6 h from the last proof of life, of which
    /// each answer is one.
    /// </summary>
    public void ConfirmAuthorizer() => Tell(AdmissionNote.AuthorizerAlive, default);

    /// <summary>How things stand now.</summary>
    public AdmissionStatus GetStatus()
    {
        lock (_control.Lock) return _admission.Status;
    }

    internal static void Check(AdmissionOptions? options)
    {
        if (options is null) return;
        ArgumentNullException.ThrowIfNull(options.Authorizer, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxConcurrentLookups, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxCachedGrants, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxReplayMarks, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxRevokedKeys, 1, nameof(options));
    }

    private void Tell(AdmissionNote note, PublicKey publicKey)
    {
        try
        {
            _admission.Inbox.Tell(note, publicKey);
        }
        catch (ObjectDisposedException)
        {
            // The device has ended and lets nobody in: a stream of revocations need not know.
        }
    }
}
