namespace Apex.Vpn.Routing.Placement;

/// <summary>What a placement is to make small. One unit for everything: milliseconds of the mean round trip.</summary>
/// <remarks>
/// <para>objective = mean over all demand of (RTT + <see cref="BeyondTargetMs"/> where RTT exceeds <see cref="TargetMs"/> +
/// <see cref="NoSecondSiteMs"/> where no second site is within <see cref="SecondSiteWithinMs"/>) + <see cref="MsPerCost"/> · cost of all
/// nodes. Demand that no site can serve counts as one far beyond the worst known round trip.</para>
/// <para>Immutable; change it by <c>with</c>. Safe from any thread.</para>
/// </remarks>
public sealed record PlacementObjective
{
    // So much that the mean decides only between placements that cover the same demand.
    private const double CoverageFirst = 1e6;

    /// <summary>The weighted mean round trip and nothing else.</summary>
    public static PlacementObjective MeanLatency { get; } = new();

    /// <summary>The target in milliseconds: demand counts as near when its round trip is at most this.</summary>
    /// <value>20 by default.</value>
    public double TargetMs { get; init; } = 20;

    /// <summary>What demand beyond the target costs on top of its round trip, in milliseconds.</summary>
    /// <value>0 by default: only the mean counts.</value>
    public double BeyondTargetMs { get; init; }

    /// <summary>How far the second nearest site of a place may be, in milliseconds, so that users can fail over.</summary>
    /// <value>100 by default. Counts only if <see cref="NoSecondSiteMs"/> is above 0.</value>
    public double SecondSiteWithinMs { get; init; } = 100;

    /// <summary>What demand without such a second site costs, in milliseconds.</summary>
    /// <value>0 by default: second sites do not count.</value>
    public double NoSecondSiteMs { get; init; }

    /// <summary>How many milliseconds of the mean one unit of <see cref="CandidateSite.NodeCost"/> is worth.</summary>
    /// <value>0 by default: cost does not count.</value>
    public double MsPerCost { get; init; }

    /// <summary>As much demand as possible within a target; the mean decides between placements equal in that.</summary>
    /// <param name="targetMs">The target in milliseconds.</param>
    public static PlacementObjective Coverage(double targetMs) => new() { TargetMs = targetMs, BeyondTargetMs = CoverageFirst };

    /// <summary>The mean, and a price on being beyond a target.</summary>
    /// <param name="targetMs">The target in milliseconds.</param>
    /// <param name="beyondTargetMs">What demand beyond it costs on top, in milliseconds.</param>
    public static PlacementObjective Blend(double targetMs, double beyondTargetMs) =>
        new() { TargetMs = targetMs, BeyondTargetMs = beyondTargetMs };

    internal void Validate(string parameter)
    {
        foreach ((string name, double value) in new[]
        {
            (nameof(TargetMs), TargetMs), (nameof(BeyondTargetMs), BeyondTargetMs), (nameof(SecondSiteWithinMs), SecondSiteWithinMs),
            (nameof(NoSecondSiteMs), NoSecondSiteMs), (nameof(MsPerCost), MsPerCost),
        })
        {
            if (value >= 0 && double.IsFinite(value)) continue;
            throw new ArgumentException($"{name} is {value}; it must be 0 or more and finite.", parameter);
        }
    }
}
