using Apex.Vpn.Fleet.Health;
using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Registry;

namespace Apex.Vpn.Fleet.Tests.Simulation;

/// <summary>The machines under test, joined as a shell joins them, with their invariants checked at each step.</summary>
internal sealed class SimControlPlane
{
    private readonly FleetSimulation _world;
    private readonly Dictionary<string, int> _citySizes;
    private readonly HealthAction[] _actions = new HealthAction[64];
    private readonly DrainAction[] _drainActions = new DrainAction[16];
    private readonly Guid[] _alternatives = new Guid[DrainPlanner.MaxAlternatives];

    internal SimControlPlane(FleetSimulation world, SimControlPlane? before)
    {
        _world = world;
        _citySizes = world.Nodes.GroupBy(static node => node.Site.City).ToDictionary(static city => city.Key, static city => city.Count());
        Monitor = new HealthMonitor(world.Seed, world.Now);
        if (before is null) return;
        // A new process, which reads what the one before stored.
        foreach (NodeView view in before.Registry.Nodes) Require(Registry.Restore(view), "a stored node is not taken over");
        foreach (SimNode node in world.Nodes)
        {
            Follow(node);
            if (StateOf(node) is NodeState state) Planner.Observe(node.Id, node.Site, state);
        }
    }

    internal NodeRegistry Registry { get; } = new();
    internal HealthMonitor Monitor { get; }
    internal DrainPlanner Planner { get; } = new();

    private SimReport Report => _world.Report;
    private TimeSpan Now => _world.Now;

    internal NodeState? StateOf(SimNode node) => Registry.TryGet(node.Id, out NodeView view) ? view.State : null;

    internal StreamOpening Open(SimNode node, Guid boot, long attempt)
    {
        bool known = Registry.TryGet(node.Id, out NodeView before);
        StreamOpening opening = Registry.Open(node.Id, boot, attempt, Now);
        Require(Registry.TryGet(node.Id, out NodeView after) && after.Epoch == opening.Epoch, "an answer names another epoch");
        bool bumps = opening.IsOpened || opening.Verdict == StreamVerdict.Duplicate;
        Require(after.Epoch == (known ? before.Epoch : 0) + (bumps ? 1 : 0), "an epoch is not the next");
        Require(opening.ClosedEpoch == (bumps && known ? before.Epoch : 0), "not the stream before is closed");
        if (known && before.State != after.State) Check(node, before.State, after.State);
        // Whoever held the stream before writes no more.
        if (bumps && known)
        {
            Transition stale = Registry.Apply(node.Id, before.Epoch, NodeEvent.Quarantined, NodeReason.Operator, Now);
            Require(stale.Refusal == TransitionRefusal.OldEpoch, "two writers");
            Require(Monitor.Beat(node.Id, before.Epoch - 1, Now) != BeatVerdict.Counted, "a beat of an old stream counts");
            Report.StaleWrites++;
        }
        if (opening.Verdict == StreamVerdict.Duplicate) Report.Duplicates++;
        Follow(node);
        Planner.Observe(node.Id, node.Site, after.State);
        return opening;
    }

    internal bool Apply(SimNode node, long epoch, NodeEvent happened, NodeReason reason)
    {
        Transition step = Registry.Apply(node.Id, epoch, happened, reason, Now);
        if (!step.IsAccepted)
        {
            Require(step.To == step.From, "a refused step was taken");
            Report.Refusals++;
            return false;
        }
        Check(node, step.From, step.To);
        Follow(node);
        Planner.Observe(node.Id, node.Site, step.To);
        return true;
    }

    /// <summary>Watches those that beat and are simulated so.</summary>
    internal void Follow(SimNode node)
    {
        if (node.IsAwake && Registry.TryGet(node.Id, out NodeView view) && NodeLifecycle.Beats(view.State))
        {
            NodeHealth health = view.State switch
            {
                NodeState.Down => NodeHealth.Down,
                NodeState.Suspect => NodeHealth.Suspect,
                _ => NodeHealth.Good,
            };
            if (Monitor.HealthOf(node.Id) is null) node.WatchedSince = Now;
            Monitor.Watch(node.Id, view.Epoch, node.Site, health, Now);
        }
        else
        {
            Monitor.Forget(node.Id);
            node.WatchedSince = TimeSpan.MaxValue;
        }
    }

    internal void Beat(SimNode node)
    {
        if (Monitor.Beat(node.Id, node.Epoch, Now) != BeatVerdict.Counted) return;
        DateTimeOffset received = FleetSimulation.Epoch + Now;
        if (!node.Clock.Add(received + node.ClockOffset, received)) return;
        Require(node.ClockOffset.Duration() > ClockWatch.MaxOffset, "a good clock is called bad");
        if (Apply(node, node.Epoch, NodeEvent.Quarantined, NodeReason.ClockOff)) Report.ClocksOff++;
    }

    internal void AdvanceHealth()
    {
        int count;
        do
        {
            count = Monitor.Advance(Now, _actions);
            for (int i = 0; i < count; i++) Do(_actions[i]);
        }
        while (count > _actions.Length - HealthMonitor.MinActions);
    }

    internal void AdvanceDrains()
    {
        int count;
        do
        {
            count = Planner.Advance(Now, _drainActions);
            for (int i = 0; i < count; i++) Do(_drainActions[i]);
        }
        while (count == _drainActions.Length);
    }

    internal void CheckWeights()
    {
        foreach (NodeView view in Registry.Nodes)
        {
            double weight = view.Weight(Now);
            bool inService = view.State is NodeState.Warming or NodeState.Active or NodeState.Suspect;
            Require(inService ? weight is >= WarmUp.FirstWeight and <= 1 : weight == 0, $"a weight of {weight} in {view.State}");
        }
    }

    private void Do(in HealthAction action)
    {
        if (action.Kind is HealthActionKind.Freeze or HealthActionKind.Unfreeze or HealthActionKind.Stalled)
        {
            if (action.Kind == HealthActionKind.Freeze) Report.Freezes++;
            else if (action.Kind == HealthActionKind.Unfreeze) Report.Unfreezes++;
            else Report.Stalls++;
            return;
        }
        SimNode node = _world.Find(action.Node);
        switch (action.Kind)
        {
            case HealthActionKind.Probe:
                SimNode vantage = _world.Find(action.Vantage);
                Require(vantage != node && Monitor.HealthOf(vantage.Id) == NodeHealth.Good, "a bad vantage was chosen");
                _world.Probe(node, vantage, action.Round);
                break;
            case HealthActionKind.Suspect:
                _world.Suspected(node);
                Apply(node, action.Epoch, NodeEvent.Suspected, action.Reason);
                break;
            case HealthActionKind.Clear:
                Apply(node, action.Epoch, NodeEvent.Cleared, action.Reason);
                break;
            case HealthActionKind.Down:
                _world.WentDown(node);
                Apply(node, action.Epoch, NodeEvent.Failed, action.Reason);
                break;
            case HealthActionKind.Up:
                Require(node.CanTalk || Now - (node.BadSince ?? Now) < TimeSpan.FromSeconds(10), "a node that cannot talk is up");
                Apply(node, action.Epoch, NodeEvent.Recovered, action.Reason);
                break;
        }
    }

    private void Do(in DrainAction action)
    {
        SimNode node = _world.Find(action.Node);
        switch (action.Kind)
        {
            case DrainActionKind.Unlist:
                if (Apply(node, node.Epoch, NodeEvent.DrainStarted, action.Reason)) Report.Drains++;
                break;
            case DrainActionKind.SendNotice:
                int count = Planner.Alternatives(node.Id, _alternatives);
                Require(count is >= 1 and <= 3, "nowhere to go");
                for (int i = 0; i < count; i++)
                    Require(StateOf(_world.Find(_alternatives[i])) is NodeState.Active or NodeState.Warming, "a bad alternative");
                _world.ClientsLeave(node);
                break;
            case DrainActionKind.Finish:
                Require(action.Reason == NodeReason.Emptied || Now >= action.Deadline, "stopped before the deadline");
                if (Apply(node, node.Epoch, NodeEvent.DrainEnded, action.Reason)) _world.Drained(node);
                break;
            case DrainActionKind.Relist:
                if (Apply(node, node.Epoch, NodeEvent.DrainCancelled, NodeReason.Operator)) Report.Cancelled++;
                break;
        }
    }

    private void Check(SimNode node, NodeState from, NodeState to)
    {
        Report.Transitions++;
        Require(LegalSteps.Contains(from, to), $"{from} -> {to}");
        if (to != NodeState.Draining) return;
        NodeState[] city = [.. _world.Nodes.Where(other => other.Site.City == node.Site.City).Select(StateOf).OfType<NodeState>()];
        int draining = city.Count(static state => state == NodeState.Draining);
        Require(draining <= Math.Max(1, _citySizes[node.Site.City] / 4), $"{draining} of {_citySizes[node.Site.City]} drain in {node.Site.City}");
        Require(city.Any(static state => state is NodeState.Active or NodeState.Warming), $"nobody is left in {node.Site.City}");
        Report.MostAway = Math.Max(Report.MostAway, draining);
    }

    private void Require(bool holds, string what)
    {
        if (!holds) throw new SimException(_world.Seed, Now, what);
    }
}
