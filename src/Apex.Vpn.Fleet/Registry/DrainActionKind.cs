namespace Apex.Vpn.Fleet.Registry;

/// <summary>The steps of a drain, in their order.</summary>
public enum DrainActionKind : byte
{
    /// <summary>List the node no longer as open (<see cref="NodeEvent.DrainStarted"/>): clients that choose choose others.</summary>
    Unlist = 1,

    /// <summary>Refuse device keys that the node does not know. Sessions that it has may rekey.</summary>
    RefuseNewKeys = 2,

    /// <summary>Tell its clients through the tunnel, with one to three other nodes (<see cref="DrainPlanner.Alternatives"/>).</summary>
    SendNotice = 3,

    /// <summary>The deadline: end what sessions there are.</summary>
    Stop = 4,

    /// <summary>The node is drained (<see cref="NodeEvent.DrainEnded"/>).</summary>
    Finish = 5,

    /// <summary>The drain was cancelled (<see cref="NodeEvent.DrainCancelled"/>): take new keys and list the node again.</summary>
    Relist = 6,
}
