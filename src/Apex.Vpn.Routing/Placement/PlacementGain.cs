namespace Apex.Vpn.Routing.Placement;

/// <summary>What a change brings; positive is better, in every figure. A value; immutable; safe from any thread.</summary>
/// <param name="MeanMs">How much the mean falls, in milliseconds.</param>
/// <param name="P95Ms">How much the 95th percentile falls, in milliseconds.</param>
/// <param name="WithinTarget">How much the share within the target rises, -1 to 1.</param>
/// <param name="Served">How much the share of demand that is served rises, -1 to 1.</param>
/// <param name="ObjectiveMs">How much the objective falls, in milliseconds.</param>
public readonly record struct PlacementGain(double MeanMs, double P95Ms, double WithinTarget, double Served, double ObjectiveMs)
{
    /// <summary>The gain from one placement to another.</summary>
    /// <param name="before">The figures before the change.</param>
    /// <param name="after">The figures after it.</param>
    public static PlacementGain Between(PlacementFigures before, PlacementFigures after) => new(
        before.MeanMs - after.MeanMs,
        before.P95Ms - after.P95Ms,
        after.WithinTarget - before.WithinTarget,
        after.Served - before.Served,
        before.ObjectiveMs - after.ObjectiveMs);
}
