using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Fleet.Registry;

/// <summary>What the registry knows of a node at one moment. A value; immutable.</summary>
/// <param name="Node">The node's id.</param>
/// <param name="State">Its state.</param>
/// <param name="Reason">Why it is in that state.</param>
/// <param name="Epoch">The number of its newest stream, from 1.</param>
/// <param name="Since">When it came into its state.</param>
/// <param name="WarmingSince">When it last went into service.</param>
/// <param name="Boot">The boot that its newest stream comes from.</param>
/// <param name="Attempt">How many streams that boot had opened.</param>
public readonly record struct NodeView(
    Guid Node, NodeState State, NodeReason Reason, long Epoch, TimeSpan Since, TimeSpan WarmingSince, Guid Boot, long Attempt)
{
    /// <summary>The share of its capacity that new clients may be sent to: 0 out of service, less than 1 while it is young.</summary>
    /// <param name="now">The time of the call.</param>
    /// <returns>0 to 1.</returns>
    public double Weight(TimeSpan now) =>
        State is NodeState.Warming or NodeState.Active or NodeState.Suspect ? WarmUp.Weight(now - WarmingSince) : 0;

    /// <summary>What the signed status says of the node.</summary>
    /// <remarks>
    /// A suspect stays listed, for it may be well, but is proposed to nobody. A draining node keeps its clients and takes no new ones.
    /// </remarks>
    public ServerStates Listing => State switch
    {
        NodeState.Warming or NodeState.Active => ServerStates.InService,
        NodeState.Suspect => ServerStates.Healthy | ServerStates.Open,
        NodeState.Draining => ServerStates.Healthy,
        _ => ServerStates.None,
    };
}
