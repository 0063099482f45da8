namespace Apex.Vpn.Routing.Placement;

/// <summary>Refuses demand, sites and latencies that make no problem, each with a message that says which and why.</summary>
internal static class InputChecks
{
    private const int MaxNodes = 1_000_000;

    internal static void Check(IReadOnlyList<DemandPoint> demand, IReadOnlyList<CandidateSite> sites, LatencyTable latency)
    {
        if (demand.Count == 0) throw new ArgumentException("There is no demand.", nameof(demand));
        if (sites.Count == 0) throw new ArgumentException("There is no site.", nameof(sites));
        if (latency.DemandPoints != demand.Count || latency.Sites != sites.Count)
        {
            string table = $"The table has {latency.DemandPoints} × {latency.Sites} entries";
            throw new ArgumentException($"{table} for {demand.Count} places of demand and {sites.Count} sites.", nameof(latency));
        }
        foreach (DemandPoint point in demand)
        {
            if (IsAmount(point.Weight)) continue;
            throw new ArgumentException($"The weight of {point.Place} is {point.Weight}; it must be 0 or more and finite.", nameof(demand));
        }
        double sum = demand.Sum(static point => point.Weight);
        if (sum == 0 || !IsAmount(sum))
            throw new ArgumentException($"The weights sum to {sum}; the sum must be above 0 and finite.", nameof(demand));
        foreach (CandidateSite site in sites)
        {
            if (WrongWith(site) is { } wrong) throw new ArgumentException(wrong, nameof(sites));
        }
        long nodes = sites.Sum(static site => (long)site.Nodes);
        if (nodes > MaxNodes) throw new ArgumentException($"{nodes} nodes; there may be at most {MaxNodes}.", nameof(sites));
    }

    private static string? WrongWith(CandidateSite site) => site switch
    {
        { MaxNodes: < 0 } => $"{site} has room for {site.MaxNodes} nodes; it must be 0 or more.",
        { Nodes: < 0 } => $"{site} has {site.Nodes} nodes; it must be 0 or more.",
        { KeptNodes: < 0 } => KeepsWrongly(site),
        _ when site.KeptNodes > site.Nodes => KeepsWrongly(site),
        _ when !IsAmount(site.NodeCost) => $"A node in {site} costs {site.NodeCost}; it must be 0 or more and finite.",
        _ => null,
    };

    private static string KeepsWrongly(CandidateSite site) =>
        $"{site} is to keep {site.KeptNodes} of its {site.Nodes} nodes; it must be 0 to as many as it has.";

    private static bool IsAmount(double value) => value >= 0 && double.IsFinite(value);
}
