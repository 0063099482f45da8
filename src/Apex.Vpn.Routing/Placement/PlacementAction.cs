namespace Apex.Vpn.Routing.Placement;

/// <summary>One step of a plan. Immutable; safe from any thread.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="From">The site that loses nodes, or null.</param>
/// <param name="To">The site that gains nodes, or null.</param>
/// <param name="Nodes">How many nodes, at least 1.</param>
/// <param name="Gain">What this step brings when all steps before it were done.</param>
/// <param name="After">The figures after it.</param>
/// <param name="Reason">Why, in a sentence for people: whose round trips change and by how much.</param>
public sealed record PlacementAction(
    PlacementActionKind Kind,
    CandidateSite? From,
    CandidateSite? To,
    int Nodes,
    PlacementGain Gain,
    PlacementFigures After,
    string Reason);
