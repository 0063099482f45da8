namespace Apex.Vpn.Protocol.Tests.Simulation;

/// <summary>What stands between nodes and the network, and may get in the way.</summary>
internal interface IFaults
{
    /// <summary>A node sends: the datagram as it goes on, or null when it does not.</summary>
    Datagram? Leaving(Datagram datagram);

    /// <summary>A datagram comes to a node: whether it gets there.</summary>
    bool Arriving(Node node, Datagram datagram);

    /// <summary>A node has taken a datagram.</summary>
    void Arrived(Node node, Datagram datagram);
}
