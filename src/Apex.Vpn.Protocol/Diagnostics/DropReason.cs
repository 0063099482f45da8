namespace Apex.Vpn.Protocol.Diagnostics;

/// <summary>Why a packet went no further. Every reason is a tag on one counter, <c>apex.vpn.packets.dropped</c>.</summary>
/// <remarks>Values are stable: new reasons are added at the end.</remarks>
public enum DropReason
{
    /// <summary>Not dropped.</summary>
    None,

    // Outer datagrams, before any cryptography.

    /// <summary>The first four bytes name no message type, or the datagram's length does not fit its type (WG 5.4).</summary>
    MalformedMessage,

    /// <summary>A datagram longer than a receive slot.</summary>
    Truncated,

    /// <summary>The receiver index names no session or handshake of ours.</summary>
    UnknownReceiver,

    // Handshake messages.

    /// <summary>The handshake queue was full, or the sixteenth of it that is for probes.</summary>
    HandshakeQueueFull,

    /// <summary>mac1 does not fit any identity of ours (WG 5.4.4).</summary>
    InvalidMac1,

    /// <summary>Under load and without a valid mac2: answered by a cookie reply (WG 5.3).</summary>
    CookieRequired,

    /// <summary>Under load, valid mac2, but more handshakes from this source than its share.</summary>
    HandshakeRateLimited,

    /// <summary>A field of a handshake message did not decrypt.</summary>
    HandshakeUnauthentic,

    /// <summary>A Diffie-Hellman result was all zeros: a key of low order.</summary>
    LowOrderKey,

    /// <summary>The initiator's static key is no peer's.</summary>
    UnknownPeer,

    /// <summary>The authorizer refused the initiator's static key.</summary>
    Unauthorized,

    /// <summary>The initiation's timestamp is not newer than the last one from this peer: a replay (WG 5.1).</summary>
    StaleTimestamp,

    /// <summary>A second initiation of one peer within 20 ms.</summary>
    InitiationFlood,

    /// <summary>A response to no pending initiation.</summary>
    UnexpectedResponse,

    /// <summary>A cookie reply to nothing we sent.</summary>
    UnexpectedCookie,

    /// <summary>A cookie reply that did not decrypt.</summary>
    InvalidCookie,

    // Transport data.

    /// <summary>The session is older than 180 s.</summary>
    SessionExpired,

    /// <summary>The counter is beyond the limit of messages under one key.</summary>
    CounterExhausted,

    /// <summary>The authentication tag is wrong.</summary>
    Unauthentic,

    /// <summary>The counter was seen before, or is too old for the window.</summary>
    Replayed,

    /// <summary>The decrypted bytes are no IP packet, or shorter than it says.</summary>
    MalformedInnerPacket,

    /// <summary>The inner source address belongs to no peer or to another one.</summary>
    SourceNotAllowed,

    /// <summary>The outer packet met congestion and the inner one cannot say so (RFC 6040).</summary>
    CongestionNotEcnCapable,

    /// <summary>The packet filter refused it on its way in.</summary>
    FilteredInbound,

    /// <summary>The TUN did not take it.</summary>
    TunRefused,

    // From the TUN outwards.

    /// <summary>Not an IP packet.</summary>
    MalformedOutbound,

    /// <summary>No peer's allowed IPs hold the destination; answered by ICMP unreachable.</summary>
    NoRoute,

    /// <summary>The peer's endpoint is not known; answered by ICMP unreachable.</summary>
    NoEndpoint,

    /// <summary>The packet filter refused it on its way out.</summary>
    FilteredOutbound,

    /// <summary>Pushed out of the full queue of packets that wait for a handshake.</summary>
    StagedOverflow,

    /// <summary>The device's memory for waiting packets is used up.</summary>
    StagedMemory,

    /// <summary>The handshake they waited for was given up, or the peer or its key went away.</summary>
    StagedAbandoned,

    /// <summary>The network did not take it.</summary>
    SendFailed,

    // Latency probes: initiations by their looks, whose mac1 fits no identity and whose stamp fits a probe key.

    /// <summary>The MAC is wrong: a probe that somebody changed on its way.</summary>
    ProbeUnauthentic,

    /// <summary>The time in it is more than 120 s off.</summary>
    ProbeUntimely,

    /// <summary>More probes than its network's share, or than the device answers in all.</summary>
    ProbeRateLimited,

    // Notices inside the tunnel, which the engine takes before the TUN.

    /// <summary>The magic of a notice and not its form, a signature that is wrong, or a notice about another node or client.</summary>
    InvalidNotice,

    /// <summary>A notice that was heard before or is out of its time, or an acknowledgement or hello that is one too many.</summary>
    StaleNotice,

    /// <summary>More notices of one node than are looked at.</summary>
    NoticeFlood,

    // Just-in-time peers.

    /// <summary>The membership filter knows that the initiator's static key is no member's.</summary>
    NotMember,

    /// <summary>The initiation's timestamp is not newer than what is remembered of erased peers: a replay.</summary>
    StampBelowMark,

    /// <summary>No room for an initiation to wait for the authorizer's answer, or too many wait from its network.</summary>
    ParkingFull,

    /// <summary>An initiation that waited for the authorizer's answer gave way to a newer one of its key, or its identity or the device went away.</summary>
    ParkedAbandoned,

    /// <summary>The authorizer's answer took too long for the initiation that waited for it.</summary>
    AuthorizerLate,

    /// <summary>The authorizer failed, and there is no earlier grant that still counts.</summary>
    AuthorizerAway,

    /// <summary>The inner addresses of the initiator's grant are another peer's, or not free yet.</summary>
    GrantOverlaps,

    /// <summary>From the TUN to a just-in-time peer without a session, which the device never calls; answered by ICMP unreachable.</summary>
    NoSession,
}
