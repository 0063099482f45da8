namespace Apex.Vpn.Routing.Placement;

/// <summary>Seeks where nodes should stand, step by step, and tells how to get there from the present placement.</summary>
/// <remarks>
/// <para>The problem is the p-median or, with <see cref="PlacementLimits.NodeCapacity"/>, its capacitated form: no method is known that
/// is fast and always exact. This one is greedy addition, vertex substitution (Teitz and Bart) with Whitaker's fast interchange, and
/// variable neighbourhood search on top. Same input, same seed, same steps: same plan.</para>
/// <para>Memory: some 30 bytes for each pair of demand and site. Not thread-safe.</para>
/// </remarks>
public sealed class PlacementPlanner
{
    private readonly PlacementInstance _instance;
    private readonly PlacementSearch _search;

    /// <summary>Prepares to plan. Nothing is kept of the parameters: later changes to them have no effect.</summary>
    /// <param name="demand">Where users are.</param>
    /// <param name="sites">Where nodes stand or could stand.</param>
    /// <param name="latency">Round trips between the two, in the same order.</param>
    /// <param name="objective">What to make small.</param>
    /// <param name="limits">What may be used.</param>
    /// <param name="seed">Where the search turns when there is a choice. Any number.</param>
    /// <exception cref="ArgumentException">
    /// Nothing to place or nobody to place it for, sizes that do not fit, a number out of its range, or limits that nothing can meet; the
    /// message says which.
    /// </exception>
    public PlacementPlanner(
        IReadOnlyList<DemandPoint> demand,
        IReadOnlyList<CandidateSite> sites,
        LatencyTable latency,
        PlacementObjective objective,
        PlacementLimits limits,
        ulong seed)
    {
        ArgumentNullException.ThrowIfNull(demand);
        ArgumentNullException.ThrowIfNull(sites);
        ArgumentNullException.ThrowIfNull(latency);
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(limits);
        _instance = new PlacementInstance(demand, sites, latency, objective, limits);
        _search = new PlacementSearch(_instance, seed);
    }

    /// <summary>The objective of the best placement so far, in milliseconds; see <see cref="PlacementObjective"/>.</summary>
    public double ObjectiveMs => _search.BestCost;

    /// <summary>Goes on seeking.</summary>
    /// <param name="steps">
    /// How many times to look at all changes of one node; 0 or more. With 490 places, 490 sites and 60 nodes a step takes a fraction of a
    /// millisecond, and 5000 are plenty.
    /// </param>
    /// <returns>Whether a better placement was found. That none was is no proof that there is none.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="steps"/> is negative.</exception>
    public bool Improve(int steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        bool better = false;
        for (int i = 0; i < steps; i++) better |= _search.Step();
        return better;
    }

    /// <summary>How to get from the present placement to the best one so far.</summary>
    public PlacementPlan CreatePlan() => new PlanBuilder(_instance, _search.BestNodes).Build();
}
