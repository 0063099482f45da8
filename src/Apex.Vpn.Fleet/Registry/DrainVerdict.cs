namespace Apex.Vpn.Fleet.Registry;

/// <summary>What became of a request to drain a node.</summary>
public enum DrainVerdict : byte
{
    /// <summary>It waits for its turn, which may come at once.</summary>
    Queued = 1,

    /// <summary>It was asked before; the higher priority of the two holds from now on.</summary>
    AlreadyAsked = 2,

    /// <summary>The node drains already.</summary>
    AlreadyDraining = 3,

    /// <summary>No such node.</summary>
    UnknownNode = 4,

    /// <summary>The reason is none for a drain.</summary>
    NotForThisReason = 5,

    /// <summary>The deadline is negative or longer than a week.</summary>
    BadDeadline = 6,
}
