namespace Apex.Vpn.Routing.Failover;

/// <summary>Where a <see cref="FailoverMachine"/> stands.</summary>
public enum FailoverState : byte
{
    /// <summary>There is no server, or none may be used.</summary>
    Stopped = 0,

    /// <summary>The current server is in use; there is no reason to doubt it.</summary>
    Healthy = 1,

    /// <summary>There is: it and others are being asked.</summary>
    Probing = 2,

    /// <summary>The tunnel is going to another server, which has not answered yet.</summary>
    Switching = 3,

    /// <summary>Nobody answers, so it is our own network: everything stays as it is.</summary>
    Offline = 4,
}
