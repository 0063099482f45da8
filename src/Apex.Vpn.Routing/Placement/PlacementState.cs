namespace Apex.Vpn.Routing.Placement;

/// <summary>A placement, its objective, and the best change of one node.</summary>
internal sealed class PlacementState
{
    // How many changes, best bounds first, are evaluated before the best of them is taken.
    private const int MaxEvaluated = 48;

    private readonly PlacementInstance _instance;
    private readonly SecondSites _secondSites;
    private readonly IServing _serving;
    private readonly ChangeTable _table;
    private readonly List<Change> _candidates = [];
    private PlacementState? _trial;

    internal PlacementState(PlacementInstance instance)
    {
        _instance = instance;
        Counts = new NodeCounts(instance);
        _secondSites = new SecondSites(instance);
        _serving = instance.NodeCapacity is null ? new NearestSites(instance) : new SharedSites(instance);
        _table = new ChangeTable(instance.Sites.Length, Math.Max(instance.Nodes, instance.PresentTotal));
    }

    internal NodeCounts Counts { get; }

    /// <summary>The objective in milliseconds.</summary>
    internal double Cost { get; private set; }

    internal void Load(ReadOnlySpan<int> nodes)
    {
        Counts.Load(nodes);
        _serving.Load(Counts);
        Refresh();
    }

    internal void CopyFrom(PlacementState other)
    {
        Counts.Load(other.Counts.Nodes);
        _serving.CopyFrom(other._serving);
        Cost = other.Cost;
    }

    internal void Apply(Change change)
    {
        Counts.Apply(change);
        _serving.Apply(change, Counts);
        Refresh();
    }

    internal ServedDemand Served() => ServedDemand.Of(_instance, _serving, Counts);

    internal PlacementFigures Figures(ServedDemand served) => served.Figures(Counts, _secondSites.Share(Counts), Cost);

    /// <summary>
    /// The allowed change that gains most; none when nothing gains. Over budget it is the retirement that loses least, and with too many
    /// nodes taken from where they stood, the change that brings one back and loses least.
    /// </summary>
    internal Change FindBest()
    {
        Prepare();
        _candidates.Clear();
        bool bringBack = Counts.Removed > Counts.RemovalsAllowed;
        double least = bringBack || Counts.IsOverBudget ? double.NegativeInfinity : _instance.Tolerance;
        for (int site = 0; site < _instance.Sites.Length; site++)
        {
            if (Counts.CanAdd(site) && (!bringBack || IsMissing(site)))
                Consider(new Change(Change.Nowhere, site, Value(Change.Nowhere, site)), ref least);
            if (Counts.Nodes[site] == 0) continue;
            if (!bringBack && Counts.CanRemove(site)) Consider(new Change(site, Change.Nowhere, Value(site, Change.Nowhere)), ref least);
            if (!Counts.IsOverBudget) ConsiderMoves(site, bringBack, ref least);
        }
        return _serving.IsExact ? (_candidates.Count > 0 ? _candidates[^1] : Change.None) : BestOfBounded(least);
    }

    /// <summary>What an allowed change gains at most, or exactly; after <see cref="Prepare"/>.</summary>
    internal double Value(int from, int to) => _table.Value(from, to) + NodeGain(from, to);

    /// <summary>Fills the table of changes.</summary>
    internal void Prepare()
    {
        _table.Clear(Counts);
        _serving.Fill(_table, Counts);
        _secondSites.Fill(_table, Counts);
    }

    private void ConsiderMoves(int from, bool bringBack, ref double least)
    {
        ReadOnlySpan<double> corrections = _table.Corrections(from);
        double loss = _table.Loss(from) - _instance.NodeMs[from];
        bool isSurplus = Counts.Nodes[from] > _instance.Present[from];
        if (bringBack && !isSurplus) return;
        for (int to = 0; to < _instance.Sites.Length; to++)
        {
            double value = _table.Gain(to) - loss - _instance.NodeMs[to];
            if (!corrections.IsEmpty) value += corrections[to];
            if (value <= least || (bringBack && !IsMissing(to)) || !Counts.CanMove(from, to)) continue;
            Consider(new Change(from, to, value), ref least);
        }
    }

    // Where values are exact, only the best so far is of interest: it is the last candidate.
    private void Consider(Change change, ref double least)
    {
        if (change.Gain <= least) return;
        _candidates.Add(change);
        if (_serving.IsExact) least = change.Gain;
    }

    private Change BestOfBounded(double least)
    {
        _candidates.Sort(static (one, other) =>
        {
            int byGain = other.Gain.CompareTo(one.Gain);
            if (byGain != 0) return byGain;
            int byFrom = one.From.CompareTo(other.From);
            return byFrom != 0 ? byFrom : one.To.CompareTo(other.To);
        });
        var best = new Change(Change.Nowhere, Change.Nowhere, least);
        int evaluated = 0;
        foreach (Change change in _candidates)
        {
            if (change.Gain <= best.Gain || (evaluated >= MaxEvaluated && !best.IsNone)) break;
            double gain = Evaluate(change);
            evaluated++;
            if (gain > best.Gain) best = change with { Gain = gain };
        }
        return best;
    }

    private double Evaluate(Change change)
    {
        _trial ??= new PlacementState(_instance);
        _trial.CopyFrom(this);
        _trial.Apply(change);
        return Cost - _trial.Cost;
    }

    private bool IsMissing(int site) => Counts.Nodes[site] < _instance.Present[site];

    private double NodeGain(int from, int to) => (from >= 0 ? _instance.NodeMs[from] : 0) - (to >= 0 ? _instance.NodeMs[to] : 0);

    private void Refresh()
    {
        double cost = _serving.Cost + _secondSites.Cost(Counts);
        for (int site = 0; site < _instance.Sites.Length; site++) cost += Counts.Nodes[site] * _instance.NodeMs[site];
        Cost = cost;
    }
}
