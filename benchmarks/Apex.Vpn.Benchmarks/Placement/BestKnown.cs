using Apex.Vpn.Benchmarks.Commands;

namespace Apex.Vpn.Benchmarks.Placement;

/// <summary>
/// The yardstick, and nothing of the planner is in it: greedy addition, then random starts; from each, swaps that help in random order, a
/// kick of three random swaps at each local optimum, undone unless it led to something at least as good. No capacities, sites of one node.
/// </summary>
internal sealed class BestKnown
{
    private const int Kick = 3;
    private const double Unknown = 1e9;

    private readonly double[][] _costs;
    private readonly int _places;
    private readonly int _nodes;
    private readonly Random _random;
    private readonly bool[] _open;
    private readonly int[] _first;
    private readonly int[] _second;
    private readonly double[] _losses;
    private readonly int[] _order;

    private BestKnown(double[][] costs, int nodes, int seed)
    {
        (_costs, _nodes, _random, _places) = (costs, nodes, new Random(seed), costs[0].Length);
        _open = new bool[costs.Length];
        _losses = new double[costs.Length];
        _first = new int[_places];
        _second = new int[_places];
        _order = [.. Enumerable.Range(0, costs.Length)];
    }

    /// <summary>The best sites that were found for the mean or, with a target, for coverage.</summary>
    internal static int[] Find(PlaceProblem problem, double? target, PlaceOptions options)
    {
        IEnumerable<int> places = Enumerable.Range(0, problem.Demand.Length);
        double[][] costs =
        [
            .. Enumerable.Range(0, problem.Sites.Length)
                .Select(site => (double[])[.. places.Select(place => Cost(problem.Latency[place, site], target))]),
        ];
        int[] best = [];
        double least = double.PositiveInfinity;
        using var progress = new Progress("starts of the best known placement", options.Starts);
        Parallel.For(0, options.Starts, new ParallelOptions { MaxDegreeOfParallelism = 2 }, start =>
        {
            var search = new BestKnown(costs, problem.Limits.Nodes!.Value, unchecked((int)options.Seed * 7919) + start);
            if (start == 0) search.Greedy();
            else search.Scatter();
            (int[] sites, double cost) = search.Run(options.Swaps);
            lock (costs)
            {
                progress.Step();
                // Ties by start would make the result depend on which thread came first.
                bool isTie = Math.Abs(cost - least) <= 1e-9;
                if (isTie ? sites.AsSpan().SequenceCompareTo(best) < 0 : cost < least) (best, least) = (sites, cost);
            }
        });
        return best;
    }

    private static double Cost(double rtt, double? target)
    {
        if (double.IsNaN(rtt)) return Unknown;
        return target is { } within ? (rtt <= within ? 0 : 1) + (1e-6 * rtt) : rtt;
    }

    private double Total => Enumerable.Range(0, _places).Sum(place => _costs[_first[place]][place]);

    private (int[] Sites, double Cost) Run(int swaps)
    {
        Assign();
        bool[] best = [.. _open];
        double least = double.PositiveInfinity;
        for (int done = 0; done < swaps;)
        {
            while (done < swaps && Improve()) done++;
            double total = Total;
            if (total <= least) (least, best) = (total, [.. _open]);
            else best.CopyTo(_open, 0);
            for (int i = 0; i < Kick && done < swaps; i++, done++) Swap(Pick(open: false), Pick(open: true));
            Assign();
        }
        return ([.. Enumerable.Range(0, best.Length).Where(site => best[site])], least);
    }

    private bool Improve()
    {
        _random.Shuffle(_order);
        foreach (int candidate in _order)
        {
            if (_open[candidate]) continue;
            double gain = 0;
            Array.Clear(_losses);
            double[] costs = _costs[candidate];
            for (int place = 0; place < _places; place++)
            {
                double first = _costs[_first[place]][place];
                if (costs[place] < first) gain += first - costs[place];
                else _losses[_first[place]] += Math.Min(costs[place], _costs[_second[place]][place]) - first;
            }
            int leaving = -1;
            for (int site = 0; site < _open.Length; site++)
            {
                if (_open[site] && (leaving < 0 || _losses[site] < _losses[leaving])) leaving = site;
            }
            if (gain - _losses[leaving] <= 1e-9) continue;
            Swap(candidate, leaving);
            Assign();
            return true;
        }
        return false;
    }

    private void Greedy()
    {
        double[] nearest = new double[_places];
        Array.Fill(nearest, Unknown);
        for (int node = 0; node < _nodes; node++)
        {
            int best = Enumerable.Range(0, _open.Length).Where(site => !_open[site])
                .MinBy(site => Enumerable.Range(0, _places).Sum(place => Math.Min(nearest[place], _costs[site][place])));
            _open[best] = true;
            for (int place = 0; place < _places; place++) nearest[place] = Math.Min(nearest[place], _costs[best][place]);
        }
    }

    private void Scatter()
    {
        _random.Shuffle(_order);
        foreach (int site in _order.Take(_nodes)) _open[site] = true;
    }

    private int Pick(bool open)
    {
        while (true)
        {
            int site = _random.Next(_open.Length);
            if (_open[site] == open) return site;
        }
    }

    private void Swap(int entering, int leaving) => (_open[entering], _open[leaving]) = (true, false);

    private void Assign()
    {
        int[] open = [.. Enumerable.Range(0, _open.Length).Where(site => _open[site])];
        for (int place = 0; place < _places; place++)
        {
            int first = open[0], second = open[^1];
            double firstCost = double.PositiveInfinity, secondCost = double.PositiveInfinity;
            foreach (int site in open)
            {
                double cost = _costs[site][place];
                if (cost < firstCost) (second, secondCost, first, firstCost) = (first, firstCost, site, cost);
                else if (cost < secondCost) (second, secondCost) = (site, cost);
            }
            (_first[place], _second[place]) = (first, second);
        }
    }
}
