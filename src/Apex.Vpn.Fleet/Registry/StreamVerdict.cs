namespace Apex.Vpn.Fleet.Registry;

/// <summary>What became of a node's new stream.</summary>
public enum StreamVerdict : byte
{
    /// <summary>Opened: the node was not known.</summary>
    NewNode = 1,

    /// <summary>Opened: the same boot connected again. Its state stays.</summary>
    Reconnected = 2,

    /// <summary>Opened: the node booted. It has to enrol.</summary>
    Rebooted = 3,

    /// <summary>Refused: the same boot has opened a newer one since.</summary>
    Outdated = 4,

    /// <summary>Refused: two machines claim to be this node. It is quarantined now.</summary>
    Duplicate = 5,

    /// <summary>Refused: the node is quarantined.</summary>
    Quarantined = 6,
}
