namespace Apex.Vpn.Routing.Placement;

/// <summary>Turns two placements into steps from one to the other: what gains most first, each within the limits.</summary>
internal sealed class PlanBuilder
{
    // How many blocks, best bounds first, are evaluated before the best of them is taken.
    private const int MaxEvaluated = 24;

    private readonly PlacementInstance _instance;
    private readonly PlacementState _state;
    private readonly PlacementState _trial;
    private readonly NodeCounts _room;
    private readonly int[] _toRemove;
    private readonly int[] _toAdd;
    private readonly List<Block> _blocks = [];

    internal PlanBuilder(PlacementInstance instance, ReadOnlySpan<int> target)
    {
        _instance = instance;
        _state = new PlacementState(instance);
        _trial = new PlacementState(instance);
        _room = new NodeCounts(instance);
        _state.Load(instance.Present);
        _toRemove = new int[target.Length];
        _toAdd = new int[target.Length];
        for (int site = 0; site < target.Length; site++)
        {
            _toRemove[site] = Math.Max(0, instance.Present[site] - target[site]);
            _toAdd[site] = Math.Max(0, target[site] - instance.Present[site]);
        }
    }

    internal PlacementPlan Build()
    {
        var actions = new List<PlacementAction>();
        var nodes = new List<int[]>();
        ServedDemand served = _state.Served();
        PlacementFigures before = _state.Figures(served), figures = before;
        while (NextBlock() is { Nodes: > 0 } block)
        {
            PlacementActionKind kind = KindOf(block);
            Do(_state, block);
            if (block.From >= 0) _toRemove[block.From] -= block.Nodes;
            if (block.To >= 0) _toAdd[block.To] -= block.Nodes;
            ServedDemand servedAfter = _state.Served();
            PlacementFigures after = _state.Figures(servedAfter);
            actions.Add(new PlacementAction(
                kind, SiteOrNull(block.From), SiteOrNull(block.To), block.Nodes, PlacementGain.Between(figures, after), after,
                new ActionReason(_instance, served, servedAfter).For(figures, after)));
            nodes.Add([.. _state.Counts.Nodes]);
            (served, figures) = (servedAfter, after);
        }
        int steps = UsefulSteps(before, actions);
        actions.RemoveRange(steps, actions.Count - steps);
        int[] reached = steps == 0 ? _instance.Present : nodes[steps - 1];
        int removed = 0;
        for (int site = 0; site < reached.Length; site++) removed += Math.Max(0, _instance.Present[site] - reached[site]);
        return new PlacementPlan(
            before,
            steps == 0 ? before : actions[^1].After,
            actions,
            reached,
            Math.Max(0, removed - Math.Max(0, _instance.PresentTotal - _instance.Nodes)),
            _instance.MovesAllowed);
    }

    // Steps at the end that gain nothing are left out: the search may have moved nodes between places of the same worth.
    private int UsefulSteps(PlacementFigures before, List<PlacementAction> actions)
    {
        int steps = before.Nodes <= _instance.Nodes ? 0 : actions.Count;
        double best = steps == 0 ? before.ObjectiveMs : actions[^1].After.ObjectiveMs;
        for (int step = actions.Count; step > 0; step--)
        {
            PlacementFigures after = actions[step - 1].After;
            if (after.Nodes > _instance.Nodes || after.ObjectiveMs > best + _instance.Tolerance) continue;
            // Walking backwards: as good with fewer steps is better, and what is better is better.
            bool isBetter = after.ObjectiveMs < best - _instance.Tolerance;
            if (steps == 0 && !isBetter) continue;
            (steps, best) = (step, Math.Min(best, after.ObjectiveMs));
        }
        return steps;
    }

    private Block NextBlock()
    {
        int removals = _toRemove.Sum(), additions = _toAdd.Sum();
        _state.Prepare();
        _blocks.Clear();
        for (int from = 0; from < _toRemove.Length; from++)
        {
            if (_toRemove[from] == 0) continue;
            if (removals > additions) Consider(from, Change.Nowhere, Math.Min(_toRemove[from], removals - additions));
            for (int to = 0; to < _toAdd.Length; to++)
            {
                if (_toAdd[to] > 0) Consider(from, to, Math.Min(_toRemove[from], _toAdd[to]));
            }
        }
        for (int to = 0; additions > removals && to < _toAdd.Length; to++)
        {
            if (_toAdd[to] > 0) Consider(Change.Nowhere, to, Math.Min(_toAdd[to], additions - removals));
        }
        _blocks.Sort(static (one, other) =>
        {
            int byGain = other.Gain.CompareTo(one.Gain);
            if (byGain != 0) return byGain;
            int byFrom = one.From.CompareTo(other.From);
            return byFrom != 0 ? byFrom : one.To.CompareTo(other.To);
        });
        Block best = default;
        foreach (Block block in _blocks.Take(MaxEvaluated))
        {
            double gain = Evaluate(block);
            if (best.Nodes == 0 || gain > best.Gain) best = block with { Gain = gain };
        }
        return best;
    }

    // As many nodes at once as the limits allow on the way.
    private void Consider(int from, int to, int nodes)
    {
        var change = new Change(from, to, 0);
        _room.Load(_state.Counts.Nodes);
        int fitting = 0;
        while (fitting < nodes && _room.Can(change))
        {
            _room.Apply(change);
            fitting++;
        }
        if (fitting > 0) _blocks.Add(new Block(from, to, fitting, fitting * _state.Value(from, to)));
    }

    private double Evaluate(Block block)
    {
        _trial.CopyFrom(_state);
        Do(_trial, block);
        return _state.Cost - _trial.Cost;
    }

    private static void Do(PlacementState state, Block block)
    {
        for (int i = 0; i < block.Nodes; i++) state.Apply(new Change(block.From, block.To, 0));
    }

    private PlacementActionKind KindOf(Block block) => block switch
    {
        { From: >= 0, To: >= 0 } => PlacementActionKind.Move,
        { From: < 0 } => _state.Counts.Nodes[block.To] == 0 ? PlacementActionKind.Add : PlacementActionKind.Resize,
        _ => _state.Counts.Nodes[block.From] == block.Nodes ? PlacementActionKind.Retire : PlacementActionKind.Resize,
    };

    private CandidateSite? SiteOrNull(int site) => site < 0 ? null : _instance.Sites[site];

    private readonly record struct Block(int From, int To, int Nodes, double Gain);
}
