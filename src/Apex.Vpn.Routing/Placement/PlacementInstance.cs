namespace Apex.Vpn.Routing.Placement;

/// <summary>The problem in arrays: checked, weights that sum to 1, and for every place of demand the sites by their round trip.</summary>
internal sealed class PlacementInstance
{
    // Demand that nobody serves counts as at least this far away, so that serving it is always better.
    private const double LeastUnservedMs = 1000;

    private readonly int[] _order;
    private readonly int[] _known;

    internal PlacementInstance(
        IReadOnlyList<DemandPoint> demand,
        IReadOnlyList<CandidateSite> sites,
        LatencyTable latency,
        PlacementObjective objective,
        PlacementLimits limits)
    {
        InputChecks.Check(demand, sites, latency);
        objective.Validate(nameof(objective));
        limits.Validate(nameof(limits));
        (Demand, Sites, Objective) = ([.. demand], [.. sites], objective);

        double weight = Demand.Sum(static point => point.Weight);
        Weights = [.. Demand.Select(point => point.Weight / weight)];
        Present = [.. Sites.Select(static site => site.Nodes)];
        PresentTotal = Present.Sum();
        Nodes = limits.Nodes ?? PresentTotal;
        if (Nodes == 0) throw new ArgumentException("No node stands anywhere: say how many there may be.", nameof(limits));
        int kept = Sites.Sum(static site => site.KeptNodes);
        if (kept > Nodes) throw new ArgumentException($"{kept} nodes must stay, and there may be only {Nodes}.", nameof(limits));
        MovesAllowed = (int)((limits.MoveShare * PresentTotal) + 1e-9);
        RemovalsAllowed = MovesAllowed + Math.Max(0, PresentTotal - Nodes);
        NodeCapacity = limits.NodeCapacity;

        MaxNodes = [.. Sites.Select(static site => Math.Max(site.MaxNodes, site.Nodes))];
        (City, CityLimits) = Group(Sites.Select(static site => (site.Country, site.City)), _ => limits.MaxPerCity);
        (Country, CountryLimits) = Group(
            Sites.Select(static site => site.Country), country => country.IsNone ? null : limits.MaxPerCountry);
        NodeMs = [.. Sites.Select(site => site.NodeCost * objective.MsPerCost)];

        Rtts = new double[Demand.Length * Sites.Length];
        Costs = new double[Rtts.Length];
        _order = new int[Rtts.Length];
        _known = new int[Demand.Length];
        double worst = 0;
        for (int point = 0; point < Demand.Length; point++)
        {
            for (int site = 0; site < Sites.Length; site++)
            {
                double rtt = latency[point, site];
                int index = (point * Sites.Length) + site;
                Rtts[index] = rtt;
                Costs[index] = double.IsNaN(rtt) ? double.PositiveInfinity : rtt + Beyond(rtt);
                if (double.IsNaN(rtt)) continue;
                worst = Math.Max(worst, rtt);
                _order[(point * Sites.Length) + _known[point]++] = site;
            }
            int row = point * Sites.Length;
            _order.AsSpan(row, _known[point]).Sort((one, other) =>
            {
                int byRtt = Rtts[row + one].CompareTo(Rtts[row + other]);
                return byRtt != 0 ? byRtt : one.CompareTo(other); // the sort is not stable
            });
        }
        UnservedCost = Math.Max(LeastUnservedMs, 2 * worst) + objective.BeyondTargetMs;
        Tolerance = 1e-12 * UnservedCost;
    }

    internal DemandPoint[] Demand { get; }

    internal CandidateSite[] Sites { get; }

    internal PlacementObjective Objective { get; }

    internal double[] Weights { get; }

    /// <summary>Round trips, a row for each place of demand; NaN where unknown.</summary>
    internal double[] Rtts { get; }

    /// <summary>What each round trip counts in the objective; infinite where it is unknown.</summary>
    internal double[] Costs { get; }

    /// <summary>What demand that nobody serves counts.</summary>
    internal double UnservedCost { get; }

    /// <summary>Differences of the objective up to this are rounding.</summary>
    internal double Tolerance { get; }

    internal int[] Present { get; }

    internal int PresentTotal { get; }

    internal int Nodes { get; }

    internal int MovesAllowed { get; }

    internal int RemovalsAllowed { get; }

    internal double? NodeCapacity { get; }

    internal int[] MaxNodes { get; }

    internal int[] City { get; }

    internal int[] CityLimits { get; }

    internal int[] Country { get; }

    internal int[] CountryLimits { get; }

    /// <summary>What a node at each site adds to the objective by its cost.</summary>
    internal double[] NodeMs { get; }

    /// <summary>The sites that can serve a place, nearest first.</summary>
    internal ReadOnlySpan<int> Nearest(int point) => _order.AsSpan(point * Sites.Length, _known[point]);

    private double Beyond(double rtt) => rtt > Objective.TargetMs ? Objective.BeyondTargetMs : 0;

    // Numbers for cities or countries, and how many nodes each may have: its limit, or what it has if that is more.
    private (int[] Groups, int[] Limits) Group<TKey>(IEnumerable<TKey> keys, Func<TKey, int?> limitOf)
        where TKey : notnull
    {
        var numbers = new Dictionary<TKey, int>();
        int[] groups = [.. keys.Select(key => numbers.TryGetValue(key, out int number) ? number : numbers[key] = numbers.Count)];
        int[] limits = new int[numbers.Count];
        for (int site = 0; site < groups.Length; site++) limits[groups[site]] += Present[site];
        foreach ((TKey key, int group) in numbers) limits[group] = Math.Max(limits[group], limitOf(key) ?? int.MaxValue);
        return (groups, limits);
    }
}
