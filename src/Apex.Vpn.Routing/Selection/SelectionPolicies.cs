namespace Apex.Vpn.Routing.Selection;

/// <summary>Policies for what most people do. Immutable; safe from any thread.</summary>
public static class SelectionPolicies
{
    /// <summary>For everything: <see cref="CostModel.Default"/>.</summary>
    public static ISelectionPolicy Browsing { get; } = new CostModelPolicy("browsing", CostModel.Default);

    /// <summary>
    /// For what hangs on the slowest packets: RTT + 3 · jitter, which is near the 95th percentile of the round trip, and 1 % of loss weighs
    /// 12 ms, three times as much as in browsing, because a game does not wait for what was lost. No detours.
    /// </summary>
    public static ISelectionPolicy Gaming { get; } =
        new CostModelPolicy("gaming", CostModel.Default with { JitterWeight = 3, LossWeight = 1200 }) { AllowsDetour = false };

    /// <summary>For watching and large downloads: free capacity counts, see <see cref="StreamingPolicy"/>.</summary>
    public static ISelectionPolicy Streaming { get; } = new StreamingPolicy();
}
