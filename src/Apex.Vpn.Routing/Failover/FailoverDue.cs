namespace Apex.Vpn.Routing.Failover;

/// <summary>What a <see cref="FailoverMachine"/> waits for.</summary>
public enum FailoverDue : byte
{
    /// <summary>For being told something.</summary>
    Nothing = 0,

    /// <summary>There is a decision to be fetched.</summary>
    Decision = 1,

    /// <summary>An answer to data that was sent.</summary>
    Silence = 2,

    /// <summary>A handshake's response.</summary>
    Handshake = 3,

    /// <summary>The end of a round of probes.</summary>
    Probes = 4,

    /// <summary>The next try while offline.</summary>
    OfflineRetry = 5,

    /// <summary>The first word of the server that was moved to.</summary>
    Confirmation = 6,

    /// <summary>The time to leave a server that drains.</summary>
    Drain = 7,
}
