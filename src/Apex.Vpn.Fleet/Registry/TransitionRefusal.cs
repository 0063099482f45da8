namespace Apex.Vpn.Fleet.Registry;

/// <summary>Why a transition did not happen.</summary>
public enum TransitionRefusal : byte
{
    /// <summary>It happened.</summary>
    None = 0,

    /// <summary>The event does not belong to the state that the node is in.</summary>
    NotFromThisState = 1,

    /// <summary>The reason does not belong to the event.</summary>
    NotForThisReason = 2,

    /// <summary>Whoever reported it does not hold the node's newest stream.</summary>
    OldEpoch = 3,

    /// <summary>No such node.</summary>
    UnknownNode = 4,

    /// <summary>The node has not warmed up for its time.</summary>
    TooEarly = 5,
}
