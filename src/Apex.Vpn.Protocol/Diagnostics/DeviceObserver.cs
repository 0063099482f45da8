using System.Net;
using Apex.Vpn.Protocol.Notices;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Diagnostics;

/// <summary>Is told what a device does. Override what is of interest; the base does nothing.</summary>
/// <remarks>
/// Called on the device's workers, in the way of packets: return quickly, never block, never throw, never call back into the device.
/// Calls for one peer come in order when they come from one worker; several workers may call at once.
/// </remarks>
public abstract class DeviceObserver
{
    /// <summary>A handshake initiation was sent.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="attempt">1 for the first, counting up until the handshake completes or is given up.</param>
    public virtual void HandshakeInitiated(PublicKey peer, int attempt) { }

    /// <summary>A session is confirmed: by the response (initiator) or by the first data under it (responder).</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="initiator">Whether this side began.</param>
    /// <param name="duration">From the first initiation, or from the response (responder), to the confirmation.</param>
    public virtual void SessionEstablished(PublicKey peer, bool initiator, TimeSpan duration) { }

    /// <summary>A handshake was given up after <c>REKEY_ATTEMPT_TIME</c>; packets that waited for it are gone.</summary>
    /// <param name="peer">The peer.</param>
    public virtual void HandshakeAbandoned(PublicKey peer) { }

    /// <summary>All key material of a peer was erased: it was silent for 540 s, or erasure was ordered.</summary>
    /// <param name="peer">The peer.</param>
    public virtual void KeysErased(PublicKey peer) { }

    /// <summary>A peer's endpoint moved: an authenticated packet came from elsewhere.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="endpoint">The new endpoint.</param>
    public virtual void PeerRoamed(PublicKey peer, UdpEndpoint endpoint) { }

    /// <summary>A peer was made just in time, on a grant of the device's authorizer.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="grantClass">The grant's <see cref="Admission.PeerGrant.Class"/>.</param>
    public virtual void PeerAdmitted(PublicKey peer, int grantClass) { }

    /// <summary>A just-in-time peer is gone and its keys are erased: it was idle, or its key was revoked or refused, or configuration took over.</summary>
    /// <param name="peer">The peer.</param>
    public virtual void PeerErased(PublicKey peer) { }

    /// <summary>
    /// A peer made just in time has lost an inner address, which for five minutes is given to nobody else. Connections that a NAT tracks for
    /// the address can be forgotten now.
    /// </summary>
    /// <param name="address">The address or network.</param>
    public virtual void InnerAddressLeft(IPNetwork address) { }

    /// <summary>
    /// An inner address that was left five minutes ago can be given to anybody from now on: the last moment to forget what a NAT tracks for
    /// it, which would lead another person's packets to the next holder.
    /// </summary>
    /// <param name="address">The address or network.</param>
    public virtual void InnerAddressFreed(IPNetwork address) { }

    /// <summary>
    /// The authorizer of just-in-time peers began or ceased to answer. While it does not, only keys that were granted before are let in; a
    /// device that starts without it lets nobody in, and tells so here at the first question.
    /// </summary>
    /// <param name="answers">Whether it answers.</param>
    public virtual void AuthorizerChanged(bool answers) { }

    /// <summary>A packet was dropped. Called for every drop: only count here.</summary>
    /// <param name="reason">Why.</param>
    public virtual void PacketDropped(DropReason reason) { }

    /// <summary>The device went under or out of handshake load: cookies are asked for while it lasts.</summary>
    /// <param name="underLoad">Whether it is under load now.</param>
    public virtual void LoadChanged(bool underLoad) { }

    /// <summary>A client said hello: it hears notices in this session (<see cref="DeviceNotices"/>).</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="instance">The client's process: whom a personal notice is for.</param>
    public virtual void NoticeHello(PublicKey peer, Guid instance) { }

    /// <summary>A notice to a client came to its end.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="kind">What it said.</param>
    /// <param name="acknowledged">Whether the client has it; false when it was sent three times in vain.</param>
    public virtual void NoticeEnded(PublicKey peer, NoticeKind kind, bool acknowledged) { }
}
