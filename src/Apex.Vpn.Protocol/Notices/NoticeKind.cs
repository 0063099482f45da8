namespace Apex.Vpn.Protocol.Notices;

/// <summary>What a node tells its clients. The values are those on the wire.</summary>
public enum NoticeKind : byte
{
    /// <summary>
    /// The node ends by itself: a signal, overload, a failed self-test. The one kind without a signature, so it names nothing: the client may
    /// go to its own runner-up, and nowhere else. A client hears it at most once per node in 10 minutes.
    /// </summary>
    Closing = 3,

    /// <summary>The node will be taken out of service at a time; up to three other nodes are proposed.</summary>
    Drain = 16,

    /// <summary>This client has used up what it may use.</summary>
    LimitReached = 17,

    /// <summary>The node is back, or stays: a drain before it no longer holds.</summary>
    MaintenanceOver = 18,

    /// <summary>Another instance of this client took its place. Needs a control plane that knows who is connected where.</summary>
    Superseded = 19,
}
