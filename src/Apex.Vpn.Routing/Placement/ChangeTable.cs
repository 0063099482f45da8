namespace Apex.Vpn.Routing.Placement;

/// <summary>
/// What each change of one node gains: gain of the site added - loss of the site removed + a correction where both concern the same demand
/// (Resende and Werneck, "A fast swap-based local search procedure for location problems", 2007).
/// </summary>
internal sealed class ChangeTable
{
    private readonly double[] _gains;
    private readonly double[] _losses;
    private readonly double[] _corrections;
    private readonly int[] _rows;
    private int _used;

    internal ChangeTable(int sites, int maxOpen)
    {
        _gains = new double[sites];
        _losses = new double[sites];
        _rows = new int[sites];
        _corrections = new double[sites * Math.Min(sites, maxOpen)];
    }

    /// <summary>Forgets everything; a site with exactly one node can be closed by a change, so it gets a row of corrections.</summary>
    internal void Clear(NodeCounts counts)
    {
        Array.Clear(_gains);
        Array.Clear(_losses);
        Array.Clear(_corrections, 0, _used * _gains.Length);
        _used = 0;
        for (int site = 0; site < _rows.Length; site++) _rows[site] = counts.Nodes[site] == 1 ? _used++ : -1;
    }

    /// <summary>What adding a node there gains.</summary>
    internal ref double Gain(int site) => ref _gains[site];

    /// <summary>What taking a node away there loses.</summary>
    internal ref double Loss(int site) => ref _losses[site];

    /// <summary>What moving a node from a site to each other one gains beyond gain and loss; empty when that site stays open.</summary>
    internal Span<double> Corrections(int from) =>
        _rows[from] < 0 ? [] : _corrections.AsSpan(_rows[from] * _gains.Length, _gains.Length);

    internal double Value(int from, int to)
    {
        double value = 0;
        if (to >= 0) value += _gains[to];
        if (from >= 0) value -= _losses[from];
        if (from >= 0 && to >= 0 && _rows[from] >= 0) value += _corrections[(_rows[from] * _gains.Length) + to];
        return value;
    }
}
