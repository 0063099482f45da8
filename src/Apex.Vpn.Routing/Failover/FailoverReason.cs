namespace Apex.Vpn.Routing.Failover;

/// <summary>Why a <see cref="FailoverMachine"/> decided so.</summary>
public enum FailoverReason : byte
{
    /// <summary>There is nothing to decide.</summary>
    None = 0,

    /// <summary>Data went out and nothing came back.</summary>
    Silence = 1,

    /// <summary>A handshake stays without a response.</summary>
    HandshakeUnanswered = 2,

    /// <summary>Probes of a routine round stayed without an answer.</summary>
    ProbesUnanswered = 3,

    /// <summary>The client's network is another.</summary>
    NetworkChanged = 4,

    /// <summary>The device was asleep.</summary>
    Resumed = 5,

    /// <summary>The server that was moved to does not answer.</summary>
    Unconfirmed = 6,

    /// <summary>Nobody answers: our own network is down.</summary>
    Offline = 7,

    /// <summary>The server said that it will be taken out of service.</summary>
    Drain = 8,

    /// <summary>The server said that it ends now.</summary>
    Closing = 9,

    /// <summary>The server said that this client used up what it may use.</summary>
    LimitReached = 10,

    /// <summary>The server said that another instance of this client took its place.</summary>
    Superseded = 11,

    /// <summary>Another server was proposed, which has been better for long enough.</summary>
    Better = 12,
}
