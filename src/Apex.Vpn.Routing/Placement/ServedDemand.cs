namespace Apex.Vpn.Routing.Placement;

/// <summary>Who is served from where: what figures and explanations are made of.</summary>
internal sealed class ServedDemand(PlacementInstance instance)
{
    private readonly List<(double Rtt, double Share)> _parts = [];
    private readonly double[] _sums = new double[instance.Demand.Length];
    private readonly double[] _shares = new double[instance.Demand.Length];
    private readonly int[] _mainSites = new int[instance.Demand.Length];
    private readonly double[] _mainShares = new double[instance.Demand.Length];

    internal static ServedDemand Of(PlacementInstance instance, IServing serving, NodeCounts counts)
    {
        var served = new ServedDemand(instance);
        serving.Rtts(counts, served);
        return served;
    }

    /// <summary>A site serves a place, or some of it: a share of all demand.</summary>
    internal void Add(int point, int site, double share)
    {
        if (share <= 0) return;
        double rtt = instance.Rtts[(point * instance.Sites.Length) + site];
        _parts.Add((rtt, share));
        _sums[point] += rtt * share;
        _shares[point] += share;
        if (share <= _mainShares[point]) return;
        (_mainShares[point], _mainSites[point]) = (share, site);
    }

    /// <summary>The mean round trip of a place, as far as it is served; NaN when it is not.</summary>
    internal double Rtt(int point) => _shares[point] > 0 ? _sums[point] / _shares[point] : double.NaN;

    /// <summary>The share of all demand that is served and comes from a place.</summary>
    internal double Share(int point) => _shares[point];

    /// <summary>The site that serves most of a place; -1 when none does.</summary>
    internal int MainSite(int point) => _shares[point] > 0 ? _mainSites[point] : Change.Nowhere;

    internal PlacementFigures Figures(NodeCounts counts, double secondSite, double objective)
    {
        double served = 0, sum = 0, within = 0, cost = 0;
        foreach ((double rtt, double share) in _parts)
        {
            served += share;
            sum += rtt * share;
            if (rtt <= instance.Objective.TargetMs) within += share;
        }
        for (int site = 0; site < counts.Nodes.Length; site++) cost += counts.Nodes[site] * instance.Sites[site].NodeCost;
        double mean = served > 0 ? sum / served : 0;
        return new PlacementFigures(
            counts.Total, mean, Percentile(0.95 * served), Math.Min(1, within), Math.Min(1, served), secondSite, cost, objective);
    }

    private double Percentile(double share)
    {
        _parts.Sort(static (one, other) => one.Rtt.CompareTo(other.Rtt));
        double below = 0;
        foreach ((double rtt, double part) in _parts)
        {
            below += part;
            if (below >= share - 1e-12) return rtt;
        }
        return 0;
    }
}
