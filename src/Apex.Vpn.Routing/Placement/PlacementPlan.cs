namespace Apex.Vpn.Routing.Placement;

/// <summary>What to change, in an order in which one may stop after any step. Immutable; safe from any thread.</summary>
/// <remarks>
/// The steps that gain most come first, each within the limits. The gains of the first steps add up to what they bring together.
/// Only where the budget asks for fewer nodes than stand now does a step make things worse, and these steps come last where limits allow.
/// </remarks>
/// <param name="Before">The figures of the present placement.</param>
/// <param name="After">The figures when all is done.</param>
/// <param name="Actions">The steps in their order.</param>
/// <param name="Nodes">The nodes of each site when all is done, in the order of the sites.</param>
/// <param name="Moves">How many nodes are taken from where they stand, apart from the surplus that the budget retires.</param>
/// <param name="MovesAllowed">How many the limits allow.</param>
public sealed record PlacementPlan(
    PlacementFigures Before,
    PlacementFigures After,
    IReadOnlyList<PlacementAction> Actions,
    IReadOnlyList<int> Nodes,
    int Moves,
    int MovesAllowed);
