namespace Apex.Vpn.Routing.Placement;

/// <summary>Whether every place of demand has two open sites within reach, so that its users can fail over.</summary>
internal sealed class SecondSites(PlacementInstance instance)
{
    private double Price => instance.Objective.NoSecondSiteMs;

    /// <summary>The share of demand that has two.</summary>
    internal double Share(NodeCounts counts)
    {
        double share = 0;
        for (int point = 0; point < instance.Demand.Length; point++)
        {
            if (OpenWithin(point, counts, out _, out _) >= 2) share += instance.Weights[point];
        }
        return Math.Min(1, share);
    }

    internal double Cost(NodeCounts counts) => Price == 0 ? 0 : Price * (1 - Share(counts));

    internal void Fill(ChangeTable table, NodeCounts counts)
    {
        if (Price == 0) return;
        for (int point = 0; point < instance.Demand.Length; point++)
        {
            int open = OpenWithin(point, counts, out int one, out int other);
            double price = Price * instance.Weights[point];
            if (open is 0 or > 2) continue;
            // Of one, any further site makes two, unless it comes instead of the one. Of two, either is missed, unless another comes.
            if (open == 1)
            {
                Span<double> corrections = table.Corrections(one);
                foreach (int site in instance.Nearest(point))
                {
                    if (!IsWithin(point, site)) break;
                    if (counts.Nodes[site] > 0) continue;
                    table.Gain(site) += price;
                    if (!corrections.IsEmpty) corrections[site] -= price;
                }
            }
            else
            {
                Miss(table, counts, point, one, price);
                Miss(table, counts, point, other, price);
            }
        }
    }

    private void Miss(ChangeTable table, NodeCounts counts, int point, int from, double price)
    {
        Span<double> corrections = table.Corrections(from);
        if (corrections.IsEmpty) return; // more nodes stay there
        table.Loss(from) += price;
        foreach (int site in instance.Nearest(point))
        {
            if (!IsWithin(point, site)) break;
            if (counts.Nodes[site] == 0) corrections[site] += price;
        }
    }

    // Counts to three: beyond that, one site more or less changes nothing.
    private int OpenWithin(int point, NodeCounts counts, out int one, out int other)
    {
        int open = 0;
        one = other = Change.Nowhere;
        foreach (int site in instance.Nearest(point))
        {
            if (open == 3 || !IsWithin(point, site)) break;
            if (counts.Nodes[site] == 0) continue;
            if (open == 0) one = site;
            if (open == 1) other = site;
            open++;
        }
        return open;
    }

    private bool IsWithin(int point, int site) =>
        instance.Rtts[(point * instance.Sites.Length) + site] <= instance.Objective.SecondSiteWithinMs;
}
