using Apex.Vpn.Fleet.Model;

namespace Apex.Vpn.Fleet.Registry;

/// <summary>One step of a node's life, or why it was refused. A value; immutable.</summary>
/// <param name="From">The state before; 0 when no such node is known.</param>
/// <param name="Event">What happened.</param>
/// <param name="Reason">Why.</param>
/// <param name="To">The state after; that before when the step was refused.</param>
/// <param name="Refusal">Why the step was refused.</param>
public readonly record struct Transition(NodeState From, NodeEvent Event, NodeReason Reason, NodeState To, TransitionRefusal Refusal)
{
    /// <summary>Whether the step was taken.</summary>
    public bool IsAccepted => Refusal == TransitionRefusal.None;
}
