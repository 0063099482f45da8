namespace Apex.Vpn.Routing.Placement;

/// <summary>How good a placement is. A value; immutable; safe from any thread.</summary>
/// <param name="Nodes">Nodes in all.</param>
/// <param name="MeanMs">The weighted mean round trip of the demand that is served, in milliseconds; 0 when none is.</param>
/// <param name="P95Ms">The round trip, in milliseconds, that 95 % of the demand that is served does not exceed; 0 when none is.</param>
/// <param name="WithinTarget">The share of all demand that is served within <see cref="PlacementObjective.TargetMs"/>, 0 to 1.</param>
/// <param name="Served">The share of all demand that is served; below 1 where latencies are unknown or capacity is short.</param>
/// <param name="SecondSite">The share of all demand with two sites within <see cref="PlacementObjective.SecondSiteWithinMs"/>.</param>
/// <param name="Cost">What the nodes cost, in the unit of <see cref="CandidateSite.NodeCost"/>.</param>
/// <param name="ObjectiveMs">The objective in milliseconds: the smaller, the better.</param>
public readonly record struct PlacementFigures(
    int Nodes,
    double MeanMs,
    double P95Ms,
    double WithinTarget,
    double Served,
    double SecondSite,
    double Cost,
    double ObjectiveMs);
