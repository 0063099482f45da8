namespace Apex.Vpn.Protocol.Diagnostics;

/// <summary>The names under which a device can be watched. They are a contract: dashboards and alerts are written against them.</summary>
/// <remarks>
/// Conventions and units are OpenTelemetry's (UCUM). Counters count since the device was made. No tag holds a key, an address or an
/// account, and no tag has more values than this file and <see cref="DropReason"/> name, except the interface's name.
/// </remarks>
public static class TelemetryNames
{
    /// <summary>The meter of all instruments below.</summary>
    public const string Meter = "Apex.Vpn.Protocol";

    /// <summary>The name for activities of control work. None is started yet, and none ever will be per packet.</summary>
    public const string ActivitySource = "Apex.Vpn.Protocol";

    /// <summary>The event source with packet-level tracing, for <c>dotnet-trace</c> and <c>EventListener</c>.</summary>
    public const string EventSource = "Apex.Vpn.Protocol";

    /// <summary>
    /// Counter, unit <c>By</c>, tagged with <see cref="DirectionTag"/>: bytes of WireGuard messages, without IP and UDP headers; received
    /// ones count once they are authenticated.
    /// </summary>
    public const string NetworkIo = "apex.vpn.network.io";

    /// <summary>Counter, unit <c>{packet}</c>, tagged with <see cref="DirectionTag"/>: the messages behind <see cref="NetworkIo"/>.</summary>
    public const string Packets = "apex.vpn.packets";

    /// <summary>Counter, unit <c>{packet}</c>, tagged with <see cref="DropReasonTag"/>: packets that went no further.</summary>
    public const string PacketsDropped = "apex.vpn.packets.dropped";

    /// <summary>Counter, unit <c>{handshake}</c>, tagged with <see cref="HandshakeOutcomeTag"/>: handshakes that came to an end.</summary>
    public const string Handshakes = "apex.vpn.handshakes";

    /// <summary>
    /// Histogram, unit <c>s</c>, tagged with <see cref="HandshakeRoleTag"/>: from the first message of a handshake that this side sent to
    /// the session's confirmation.
    /// </summary>
    public const string HandshakeDuration = "apex.vpn.handshake.duration";

    /// <summary>Counter, unit <c>{probe}</c>: latency probes answered. Refused ones are drops.</summary>
    public const string ProbesAnswered = "apex.vpn.probes.answered";

    /// <summary>Up-down counter, unit <c>{peer}</c>: peers that key material of a session is held for.</summary>
    public const string PeersActive = "apex.vpn.peers.active";

    /// <summary>On every measurement: the name of the TUN interface (OpenTelemetry's name for it).</summary>
    public const string InterfaceTag = "network.interface.name";

    /// <summary><see cref="Receive"/> or <see cref="Transmit"/> (OpenTelemetry's name for it).</summary>
    public const string DirectionTag = "network.io.direction";

    /// <summary>A <see cref="DirectionTag"/>: from the network.</summary>
    public const string Receive = "receive";

    /// <summary>A <see cref="DirectionTag"/>: to the network.</summary>
    public const string Transmit = "transmit";

    /// <summary>Why a packet was dropped: a text of <see cref="DropReasonNames"/>.</summary>
    public const string DropReasonTag = "apex.vpn.drop.reason";

    /// <summary><see cref="Completed"/> or <see cref="Abandoned"/>.</summary>
    public const string HandshakeOutcomeTag = "apex.vpn.handshake.outcome";

    /// <summary>A <see cref="HandshakeOutcomeTag"/>: the session was confirmed.</summary>
    public const string Completed = "completed";

    /// <summary>A <see cref="HandshakeOutcomeTag"/>: given up after <c>REKEY_ATTEMPT_TIME</c>.</summary>
    public const string Abandoned = "abandoned";

    /// <summary><see cref="Initiator"/> or <see cref="Responder"/>.</summary>
    public const string HandshakeRoleTag = "apex.vpn.handshake.role";

    /// <summary>A <see cref="HandshakeRoleTag"/>: this side began.</summary>
    public const string Initiator = "initiator";

    /// <summary>A <see cref="HandshakeRoleTag"/>: the other side began.</summary>
    public const string Responder = "responder";
}
