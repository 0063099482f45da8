namespace Apex.Vpn.Routing.Placement;

/// <summary>Every place of demand is served by its nearest open site: nodes have no limit.</summary>
internal sealed class NearestSites(PlacementInstance instance) : IServing
{
    public double Cost { get; private set; }

    public bool IsExact => true;

    public void Load(NodeCounts counts) => Refresh(counts);

    public void CopyFrom(IServing other) => Cost = other.Cost;

    public void Apply(Change change, NodeCounts counts) => Refresh(counts);

    /// <summary>Whitaker's fast interchange: only sites nearer than the second nearest open one can change anything for a place.</summary>
    public void Fill(ChangeTable table, NodeCounts counts)
    {
        int sites = instance.Sites.Length;
        for (int point = 0; point < instance.Demand.Length; point++)
        {
            ReadOnlySpan<int> nearest = instance.Nearest(point);
            ReadOnlySpan<double> costs = instance.Costs.AsSpan(point * sites, sites);
            double weight = instance.Weights[point];
            int first = NextOpen(nearest, counts, 0), second = NextOpen(nearest, counts, first + 1);
            double firstCost = CostAt(costs, nearest, first), secondCost = CostAt(costs, nearest, second);
            for (int i = 0; i < first; i++) table.Gain(nearest[i]) += weight * (firstCost - costs[nearest[i]]);
            if (first == nearest.Length || counts.Nodes[nearest[first]] > 1) continue;

            // The first site can be closed: the second would serve, or a site that is opened instead of it.
            table.Loss(nearest[first]) += weight * (secondCost - firstCost);
            Span<double> corrections = table.Corrections(nearest[first]);
            for (int i = 0; i < second; i++)
            {
                int site = nearest[i];
                corrections[site] += weight * (secondCost - Math.Max(costs[site], firstCost));
            }
        }
    }

    public void Rtts(NodeCounts counts, ServedDemand served)
    {
        for (int point = 0; point < instance.Demand.Length; point++)
        {
            ReadOnlySpan<int> nearest = instance.Nearest(point);
            int first = NextOpen(nearest, counts, 0);
            if (first < nearest.Length) served.Add(point, nearest[first], instance.Weights[point]);
        }
    }

    private void Refresh(NodeCounts counts)
    {
        double cost = 0;
        for (int point = 0; point < instance.Demand.Length; point++)
        {
            ReadOnlySpan<int> nearest = instance.Nearest(point);
            ReadOnlySpan<double> costs = instance.Costs.AsSpan(point * instance.Sites.Length, instance.Sites.Length);
            cost += instance.Weights[point] * CostAt(costs, nearest, NextOpen(nearest, counts, 0));
        }
        Cost = cost;
    }

    private double CostAt(ReadOnlySpan<double> costs, ReadOnlySpan<int> nearest, int index) =>
        index < nearest.Length ? costs[nearest[index]] : instance.UnservedCost;

    private static int NextOpen(ReadOnlySpan<int> nearest, NodeCounts counts, int index)
    {
        while (index < nearest.Length && counts.Nodes[nearest[index]] == 0) index++;
        return Math.Min(index, nearest.Length);
    }
}
