namespace Apex.Vpn.Protocol.Diagnostics;

/// <summary>What a device counts, drops aside. Numbered from 0 without gaps.</summary>
internal enum CounterKind
{
    /// <summary>Bytes of authenticated WireGuard messages from the network.</summary>
    ReceivedBytes,

    /// <summary>Authenticated WireGuard messages from the network.</summary>
    ReceivedPackets,

    /// <summary>Bytes of WireGuard messages handed to the network.</summary>
    SentBytes,

    /// <summary>WireGuard messages handed to the network.</summary>
    SentPackets,

    /// <summary>Sessions confirmed.</summary>
    HandshakesCompleted,

    /// <summary>Handshakes given up.</summary>
    HandshakesAbandoned,

    /// <summary>A level, not a count: +1 when a peer gets its first session, -1 when its keys are erased.</summary>
    ActivePeers,

    /// <summary>Latency probes answered.</summary>
    ProbesAnswered,
}
