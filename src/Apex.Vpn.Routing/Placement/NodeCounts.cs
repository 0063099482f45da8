namespace Apex.Vpn.Routing.Placement;

/// <summary>How many nodes stand where, and which changes the limits allow.</summary>
internal sealed class NodeCounts
{
    private readonly PlacementInstance _instance;
    private readonly int[] _perCity;
    private readonly int[] _perCountry;

    internal NodeCounts(PlacementInstance instance)
    {
        _instance = instance;
        Nodes = new int[instance.Sites.Length];
        _perCity = new int[instance.CityLimits.Length];
        _perCountry = new int[instance.CountryLimits.Length];
        RemovalsAllowed = instance.RemovalsAllowed;
    }

    internal int[] Nodes { get; }

    internal int Total { get; private set; }

    /// <summary>How many nodes are missing where they stand at present.</summary>
    internal int Removed { get; private set; }

    /// <summary>How many may be missing. A search may lift this for a while.</summary>
    internal int RemovalsAllowed { get; set; }

    /// <summary>More nodes than the budget has: something must go before anything else.</summary>
    internal bool IsOverBudget => Total > _instance.Nodes;

    internal void Load(ReadOnlySpan<int> nodes)
    {
        nodes.CopyTo(Nodes);
        Array.Clear(_perCity);
        Array.Clear(_perCountry);
        Total = Removed = 0;
        for (int site = 0; site < nodes.Length; site++)
        {
            _perCity[_instance.City[site]] += nodes[site];
            _perCountry[_instance.Country[site]] += nodes[site];
            Total += nodes[site];
            Removed += Math.Max(0, _instance.Present[site] - nodes[site]);
        }
    }

    internal bool CanAdd(int site) => Total < _instance.Nodes
        && Nodes[site] < _instance.MaxNodes[site]
        && _perCity[_instance.City[site]] < _instance.CityLimits[_instance.City[site]]
        && _perCountry[_instance.Country[site]] < _instance.CountryLimits[_instance.Country[site]];

    internal bool CanRemove(int site) =>
        Nodes[site] > _instance.Sites[site].KeptNodes && Removed + MissesOneMore(site) <= RemovalsAllowed;

    internal bool CanMove(int from, int to)
    {
        if (from == to || Nodes[from] <= _instance.Sites[from].KeptNodes || Nodes[to] >= _instance.MaxNodes[to]) return false;
        int city = _instance.City[to], country = _instance.Country[to];
        if (_instance.City[from] != city && _perCity[city] >= _instance.CityLimits[city]) return false;
        if (_instance.Country[from] != country && _perCountry[country] >= _instance.CountryLimits[country]) return false;
        int removed = Removed + MissesOneMore(from) - (Nodes[to] < _instance.Present[to] ? 1 : 0);
        // Over the allowance, as after a search without it, whatever does not make that worse is allowed.
        return removed <= Math.Max(RemovalsAllowed, Removed);
    }

    internal bool Can(Change change) => change switch
    {
        { From: < 0 } => CanAdd(change.To),
        { To: < 0 } => CanRemove(change.From),
        _ => CanMove(change.From, change.To),
    };

    internal void Apply(Change change)
    {
        if (change.From >= 0) Remove(change.From);
        if (change.To >= 0) Add(change.To);
    }

    private void Add(int site)
    {
        if (Nodes[site] < _instance.Present[site]) Removed--;
        Count(site, 1);
    }

    private void Remove(int site)
    {
        Removed += MissesOneMore(site);
        Count(site, -1);
    }

    private int MissesOneMore(int site) => Nodes[site] <= _instance.Present[site] ? 1 : 0;

    private void Count(int site, int nodes)
    {
        Nodes[site] += nodes;
        _perCity[_instance.City[site]] += nodes;
        _perCountry[_instance.Country[site]] += nodes;
        Total += nodes;
    }
}
