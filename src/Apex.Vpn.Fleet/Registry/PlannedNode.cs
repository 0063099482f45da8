using Apex.Vpn.Fleet.Model;

namespace Apex.Vpn.Fleet.Registry;

/// <summary>What the planner keeps of a node, and of its drain.</summary>
internal sealed class PlannedNode(Guid id, NodeSite site, PlannedCity city, NodeState state)
{
    internal enum Phase
    {
        None,
        Waiting,
        Running,

        /// <summary>Drained, but not yet seen as such.</summary>
        Finished,
    }

    internal Guid Id => id;
    internal NodeSite Site => site;
    internal PlannedCity City => city;

    internal NodeState State { get; set; } = state;
    internal Phase Drain { get; set; }

    // Of the drain, where there is one.
    internal NodeReason Reason { get; set; }
    internal DrainPriority Priority { get; set; }
    internal long Order { get; set; }
    internal TimeSpan Allowed { get; set; }
    internal TimeSpan StartedAt { get; set; }
    internal DrainActionKind NextStep { get; set; }
    internal bool IsEmpty { get; set; }
    internal bool IsCancelled { get; set; }

    internal TimeSpan Deadline => StartedAt + Allowed;

    internal CityBudget.Place Place =>
        Drain is Phase.Running or Phase.Finished ? CityBudget.Place.Away : CityBudget.PlaceOf(State);

    /// <summary>Whether it can take over clients.</summary>
    internal bool IsHealthy => Drain is Phase.None or Phase.Waiting && State is NodeState.Warming or NodeState.Active;
}
