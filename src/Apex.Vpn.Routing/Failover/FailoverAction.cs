namespace Apex.Vpn.Routing.Failover;

/// <summary>What is to be done now.</summary>
public enum FailoverAction : byte
{
    /// <summary>Nothing.</summary>
    Stay = 0,

    /// <summary>
    /// Ask the current server, the standby and the witnesses: probes as <see cref="FailoverOptions.Probes"/> says, or a handshake each
    /// where probes are off. Tell the answers by <see cref="FailoverMachine.Answered"/>.
    /// </summary>
    Probe = 1,

    /// <summary>Move when the new server answers and not before (make before break); no hurry.</summary>
    Prefer = 2,

    /// <summary>
    /// Move now. With a target, the tunnel already leads there. Without one there is no standby: choose another server that is not barred,
    /// shake hands, and tell <see cref="FailoverMachine.Connected"/>; the old session stays until then.
    /// </summary>
    Switch = 3,

    /// <summary>The standby is no good: choose another.</summary>
    ReplaceStandby = 4,

    /// <summary>Give up: no server will serve this client now. Tell the user.</summary>
    Stop = 5,
}
