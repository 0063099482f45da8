namespace Apex.Vpn.Routing.Placement;

/// <summary>
/// Nodes can serve a share of all demand each, and demand is shared out in the way that costs least: a transportation problem, kept at its
/// optimum through every change of one node by shortest augmenting paths.
/// </summary>
/// <remarks>
/// The least cost is convex in the capacities, so the dual prices bound what a change gains: capacity · (price there - price here). Most
/// changes are ruled out by that without solving anything.
/// </remarks>
internal sealed class SharedSites : IServing
{
    // Demand and capacity in whole units: flows stay exact, and every augmentation moves at least one.
    private const long AllDemand = 1_000_000_000;

    private readonly PlacementInstance _instance;
    private readonly int _sites;
    private readonly int _demand;
    private readonly long _perNode;
    private readonly long[] _units;
    private readonly long _total;
    private readonly long[] _flows;
    private readonly long[] _loads;
    private readonly long[] _capacities;
    private readonly double[] _arcs;
    private readonly int[] _arcDemand;
    private readonly double[] _distances;
    private readonly int[] _previous;
    private readonly bool[] _changed;
    private readonly bool[] _changedNext;
    private double _cost;

    internal SharedSites(PlacementInstance instance)
    {
        _instance = instance;
        _sites = instance.Sites.Length;
        _demand = instance.Demand.Length;
        _perNode = (long)Math.Round(instance.NodeCapacity!.Value * AllDemand);
        _units = [.. instance.Weights.Select(static weight => (long)Math.Round(weight * AllDemand))];
        _total = _units.Sum();
        // The row and column behind the last site stand for nobody: demand that is not served.
        _flows = new long[(_sites + 1) * _demand];
        _loads = new long[_sites + 1];
        _capacities = new long[_sites + 1];
        _arcs = new double[(_sites + 1) * (_sites + 1)];
        _arcDemand = new int[_arcs.Length];
        _distances = new double[_sites + 1];
        _previous = new int[_sites + 1];
        _changed = new bool[_sites + 1];
        _changedNext = new bool[_sites + 1];
    }

    public double Cost => _cost / _total;

    public bool IsExact => false;

    private int Nobody => _sites;

    public void Load(NodeCounts counts)
    {
        Array.Clear(_flows);
        Array.Clear(_loads);
        Array.Clear(_capacities);
        Array.Fill(_arcs, double.PositiveInfinity);
        _units.CopyTo(_flows, Nobody * _demand);
        _loads[Nobody] = _capacities[Nobody] = _total;
        _cost = _total * _instance.UnservedCost;
        RefreshArcs(Nobody);
        for (int site = 0; site < _sites; site++) Grow(site, counts.Nodes[site] * _perNode);
    }

    public void CopyFrom(IServing other)
    {
        var source = (SharedSites)other;
        source._flows.CopyTo(_flows, 0);
        source._loads.CopyTo(_loads, 0);
        source._capacities.CopyTo(_capacities, 0);
        source._arcs.CopyTo(_arcs, 0);
        source._arcDemand.CopyTo(_arcDemand, 0);
        _cost = source._cost;
    }

    public void Apply(Change change, NodeCounts counts)
    {
        if (change.From >= 0) Shrink(change.From, _perNode);
        if (change.To >= 0) Grow(change.To, _perNode);
    }

    public void Fill(ChangeTable table, NodeCounts counts)
    {
        // The price of capacity at a site: how much a unit more of it would save, at first.
        SearchFromAllLoaded();
        double perPrice = (double)_perNode / _total;
        for (int site = 0; site < _sites; site++)
        {
            double price = perPrice * Math.Max(0, -_distances[site]);
            table.Gain(site) += price;
            if (counts.Nodes[site] > 0) table.Loss(site) += price;
        }
    }

    public void Rtts(NodeCounts counts, ServedDemand served)
    {
        for (int site = 0; site < _sites; site++)
        {
            for (int point = 0; point < _demand; point++) served.Add(point, site, (double)_flows[(site * _demand) + point] / _total);
        }
    }

    // More room: demand comes in, over other sites where that is cheaper, as long as it gains.
    private void Grow(int site, long units)
    {
        _capacities[site] += units;
        while (_loads[site] < _capacities[site])
        {
            SearchFromAllLoaded();
            if (_distances[site] >= -_instance.Tolerance) return;
            Push(site, _capacities[site] - _loads[site]);
        }
    }

    // Less room: what no longer fits goes where that costs least, if need be over other sites, in the end to nobody.
    private void Shrink(int site, long units)
    {
        _capacities[site] -= units;
        while (_loads[site] > _capacities[site])
        {
            SearchFrom(site);
            int target = Nobody;
            for (int other = 0; other < _sites; other++)
            {
                if (_loads[other] < _capacities[other] && _distances[other] < _distances[target]) target = other;
            }
            long room = target == Nobody ? long.MaxValue : _capacities[target] - _loads[target];
            Push(target, Math.Min(room, _loads[site] - _capacities[site]));
        }
    }

    private void Push(int target, long most)
    {
        int source = target;
        for (; _previous[source] >= 0; source = _previous[source])
            most = Math.Min(most, _flows[(_previous[source] * _demand) + ArcDemand(_previous[source], source)]);
        for (int to = target; _previous[to] >= 0; to = _previous[to])
        {
            int from = _previous[to], point = ArcDemand(from, to);
            _flows[(from * _demand) + point] -= most;
            _flows[(to * _demand) + point] += most;
            _cost += most * _arcs[(from * (_sites + 1)) + to];
        }
        _loads[source] -= most;
        _loads[target] += most;
        for (int site = target; site >= 0; site = _previous[site]) RefreshArcs(site);
    }

    private int ArcDemand(int from, int to) => _arcDemand[(from * (_sites + 1)) + to];

    // From a site to each other one: the demand that is cheapest to hand over.
    private void RefreshArcs(int from)
    {
        Span<double> arcs = _arcs.AsSpan(from * (_sites + 1), _sites + 1);
        Span<int> demand = _arcDemand.AsSpan(from * (_sites + 1), _sites + 1);
        arcs.Fill(double.PositiveInfinity);
        for (int point = 0; point < _demand; point++)
        {
            if (_flows[(from * _demand) + point] == 0) continue;
            ReadOnlySpan<double> costs = _instance.Costs.AsSpan(point * _sites, _sites);
            double here = from == Nobody ? _instance.UnservedCost : costs[from];
            for (int to = 0; to < costs.Length; to++)
            {
                double cost = costs[to] - here;
                if (cost >= arcs[to]) continue;
                (arcs[to], demand[to]) = (cost, point);
            }
            if (_instance.UnservedCost - here < arcs[Nobody]) (arcs[Nobody], demand[Nobody]) = (_instance.UnservedCost - here, point);
        }
    }

    private void SearchFromAllLoaded()
    {
        for (int site = 0; site <= _sites; site++)
        {
            _changed[site] = _loads[site] > 0;
            _distances[site] = _changed[site] ? 0 : double.PositiveInfinity;
            _previous[site] = Change.Nowhere;
        }
        Relax();
    }

    private void SearchFrom(int source)
    {
        Array.Fill(_distances, double.PositiveInfinity);
        Array.Fill(_previous, Change.Nowhere);
        Array.Clear(_changed);
        (_distances[source], _changed[source]) = (0, true);
        Relax();
    }

    // Bellman and Ford: at an optimum there is no cycle that gains, and most paths are short. The bound on rounds is the longest path.
    private void Relax()
    {
        bool any = true;
        for (int round = 0; any && round <= _sites; round++)
        {
            any = false;
            Array.Clear(_changedNext);
            for (int from = 0; from <= _sites; from++)
            {
                if (!_changed[from] || _loads[from] == 0) continue;
                ReadOnlySpan<double> arcs = _arcs.AsSpan(from * (_sites + 1), _sites + 1);
                double here = _distances[from];
                for (int to = 0; to < arcs.Length; to++)
                {
                    if (here + arcs[to] >= _distances[to] - _instance.Tolerance || to == from) continue;
                    (_distances[to], _previous[to]) = (here + arcs[to], from);
                    any = _changedNext[to] = true;
                }
            }
            _changedNext.CopyTo(_changed, 0);
        }
    }
}
