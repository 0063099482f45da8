using System.Diagnostics;

namespace Apex.Vpn.Routing.Placement;

/// <summary>
/// Variable neighbourhood search (Hansen and Mladenović, "Variable neighborhood search for the p-median", 1997): best changes down to a
/// local optimum, then shake it ever harder until something better comes of it, then begin anew from elsewhere.
/// </summary>
internal sealed class PlacementSearch
{
    private const int LeastShake = 2;

    // Draws for one random change before it is left out: limits may leave few.
    private const int MaxDraws = 64;

    private readonly PlacementInstance _instance;
    private readonly SearchRandom _random;
    private readonly PlacementState _current;
    private readonly PlacementState _run;
    private readonly int _greatestShake;
    private int _shake = LeastShake;
    private int _runs = 1;
    private bool _runBegins = true;

    internal PlacementSearch(PlacementInstance instance, ulong seed)
    {
        _instance = instance;
        _random = new SearchRandom(seed);
        _current = new PlacementState(instance);
        _run = new PlacementState(instance);
        _greatestShake = Math.Clamp(Math.Min(instance.Nodes, instance.Sites.Length) / 3, LeastShake + 1, 20);
        _current.Load(instance.Present);
        while (_current.Counts.IsOverBudget) _current.Apply(_current.FindBest());
        BestNodes = [.. _current.Counts.Nodes];
        BestCost = _current.Cost;
    }

    internal int[] BestNodes { get; }

    internal double BestCost { get; private set; }

    /// <summary>Looks at all changes of one node once, and makes one.</summary>
    /// <returns>Whether that made a placement better than any before.</returns>
    internal bool Step()
    {
        Change change = _current.FindBest();
        if (!change.IsNone)
        {
            _current.Apply(change);
            return KeepIfBest();
        }
        if (_current.Counts.RemovalsAllowed > _instance.RemovalsAllowed)
        {
            _current.Counts.RemovalsAllowed = _instance.RemovalsAllowed; // from now on nodes come back, those first that cost least
            return false;
        }
        LeaveOptimum();
        return false;
    }

    private bool KeepIfBest()
    {
        if (_current.Counts.Removed > _instance.RemovalsAllowed || _current.Cost >= BestCost - _instance.Tolerance) return false;
        BestCost = _current.Cost;
        _current.Counts.Nodes.CopyTo(BestNodes, 0);
        return true;
    }

    private void LeaveOptimum()
    {
        // Limits are at least what stands now, so that a node can always come back.
        Debug.Assert(_current.Counts.Removed <= _instance.RemovalsAllowed, "More nodes are missing than may be.");
        if (_runBegins || _current.Cost < _run.Cost - _instance.Tolerance)
        {
            _run.CopyFrom(_current);
            _shake = LeastShake;
            _runBegins = false;
        }
        else
        {
            _shake++;
        }
        if (_shake > _greatestShake)
        {
            Restart();
        }
        else
        {
            _current.CopyFrom(_run);
            Shake(_shake);
        }
    }

    // The first run began at the present placement. The second seeks what would be best from scratch, without an allowance of moves, and
    // then goes back as far as it must. Later ones begin by turns at the best so far and at random.
    private void Restart()
    {
        _shake = LeastShake;
        _runBegins = true;
        if (_runs == 1)
        {
            _current.Counts.RemovalsAllowed = int.MaxValue;
            _current.Load([.. _instance.Sites.Select(static site => site.KeptNodes)]);
        }
        else if (_runs % 2 == 0)
        {
            _current.Load(BestNodes);
            Shake(_greatestShake);
        }
        else
        {
            _current.Load(_instance.Present);
            while (_current.Counts.IsOverBudget) _current.Apply(_current.FindBest());
            Shake(Math.Min(2 * _instance.Nodes, 4 * _instance.Sites.Length));
        }
        _runs++;
    }

    private void Shake(int changes)
    {
        for (int i = 0; i < changes; i++)
        {
            if (_current.Counts.Removed >= _current.Counts.RemovalsAllowed && _random.Next(2) == 0 && Draw(bringBack: true)) continue;
            Draw(bringBack: false);
        }
    }

    private bool Draw(bool bringBack)
    {
        NodeCounts counts = _current.Counts;
        for (int draw = 0; draw < MaxDraws; draw++)
        {
            int from = _random.Next(_instance.Sites.Length), to = _random.Next(_instance.Sites.Length);
            if (bringBack && (counts.Nodes[from] <= _instance.Present[from] || counts.Nodes[to] >= _instance.Present[to])) continue;
            if (!counts.CanMove(from, to)) continue;
            _current.Apply(new Change(from, to, 0));
            return true;
        }
        return false;
    }
}
