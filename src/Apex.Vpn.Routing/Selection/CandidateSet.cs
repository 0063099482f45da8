namespace Apex.Vpn.Routing.Selection;

/// <summary>What a pass over all servers found, in arrays that are used again: a reason or a cost for each. Not thread-safe.</summary>
internal sealed class CandidateSet
{
    private ExclusionReason[] _reasons = [];
    private double[] _costs = [];
    private int[] _usable = [];
    private int _servers, _count;

    /// <summary>What had to be overlooked.</summary>
    internal SelectionRule Rule { get; private set; }

    /// <summary>By server: why it may not be chosen.</summary>
    internal ReadOnlySpan<ExclusionReason> Reasons => _reasons.AsSpan(0, _servers);

    /// <summary>By server: what it costs in milliseconds; NaN where it may not be chosen.</summary>
    internal ReadOnlySpan<double> Costs => _costs.AsSpan(0, _servers);

    /// <summary>The servers that may be chosen, by their index, in the order of the list.</summary>
    internal ReadOnlySpan<int> Usable => _usable.AsSpan(0, _count);

    /// <summary>The least cost; infinite when there is none.</summary>
    internal double Cheapest { get; private set; }

    /// <summary>Begins anew. Allocates when there were never so many servers.</summary>
    internal void Begin(int servers, SelectionRule rule)
    {
        if (_reasons.Length < servers)
        {
            _reasons = new ExclusionReason[servers];
            _costs = new double[servers];
            _usable = new int[servers];
        }
        (_servers, _count, Rule, Cheapest) = (servers, 0, rule, double.PositiveInfinity);
    }

    internal void Exclude(int server, ExclusionReason reason)
    {
        _reasons[server] = reason;
        _costs[server] = double.NaN;
    }

    internal void Admit(int server, double cost)
    {
        _reasons[server] = ExclusionReason.None;
        _costs[server] = cost;
        _usable[_count++] = server;
        if (cost < Cheapest) Cheapest = cost;
    }
}
