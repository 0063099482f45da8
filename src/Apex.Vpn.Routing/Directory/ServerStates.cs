namespace Apex.Vpn.Routing.Directory;

/// <summary>What a status says of a server.</summary>
[Flags]
public enum ServerStates : byte
{
    /// <summary>Nothing: the server is out of service.</summary>
    None = 0,

    /// <summary>The server works.</summary>
    Healthy = 1 << 0,

    /// <summary>New clients are taken. Off while it drains.</summary>
    Open = 1 << 1,

    /// <summary>It may be chosen for a user who named no server. Off for servers that are shown but not proposed.</summary>
    Automatic = 1 << 2,

    /// <summary>All that a server in service says.</summary>
    InService = Healthy | Open | Automatic,
}
