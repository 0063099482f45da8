using Apex.Vpn.Fleet.Model;

namespace Apex.Vpn.Fleet.Registry;

/// <summary>The state of every node, and who may change it.</summary>
/// <remarks>
/// <para>One writer per node: whoever holds its newest stream. Each stream has a number, the epoch; a second stream gets the next one and
/// closes the first, and what is reported under an old number is refused. A verdict that was formed about a stream which is gone so does
/// no harm.</para>
/// <para>Each boot of a node has a random id and counts its streams from 1. So a machine that connects again is told from a copy of it:
/// a boot that was over and is back, or a stream that was counted before, takes two machines. The node is then quarantined, for nobody
/// knows which of the two is meant.</para>
/// <para>A state machine: it reads no clock; <c>now</c> is the time on any clock that never goes back, since any origin. Nothing here
/// throws for what nodes do. It allocates when a node is seen for the first time, and never again for it. Not thread-safe.</para>
/// </remarks>
public sealed class NodeRegistry
{
    private readonly Dictionary<Guid, NodeEntry> _nodes = [];

    /// <summary>How many nodes are known.</summary>
    public int Count => _nodes.Count;

    /// <summary>The known nodes, in no order.</summary>
    public IEnumerable<NodeView> Nodes => _nodes.Values.Select(static entry => entry.View);

    /// <summary>What is known of a node.</summary>
    /// <param name="node">The node's id.</param>
    /// <param name="view">What is known; default when nothing is.</param>
    public bool TryGet(Guid node, out NodeView view)
    {
        bool known = _nodes.TryGetValue(node, out NodeEntry? entry);
        view = known ? entry!.View : default;
        return known;
    }

    /// <summary>A node opens a stream.</summary>
    /// <param name="node">The node's id, as its certificate or its enrolment says.</param>
    /// <param name="boot">The random id of this boot.</param>
    /// <param name="attempt">How many streams this boot has opened, with this one.</param>
    /// <param name="now">The time of the call.</param>
    public StreamOpening Open(Guid node, Guid boot, long attempt, TimeSpan now)
    {
        if (!_nodes.TryGetValue(node, out NodeEntry? entry))
        {
            entry = new NodeEntry(node);
            entry.Take(new Transition(NodeState.Booted, NodeEvent.Rebooted, NodeReason.NewBoot, NodeState.Booted, default), now);
            _nodes.Add(node, entry);
            return Opened(entry, StreamVerdict.NewNode, boot, attempt);
        }
        if (entry.State == NodeState.Quarantined) return new StreamOpening(StreamVerdict.Quarantined, entry.Epoch, 0);
        bool reconnected = entry.IsFrom(boot);
        if (reconnected && attempt < entry.Attempt) return new StreamOpening(StreamVerdict.Outdated, entry.Epoch, 0);
        if (reconnected ? attempt == entry.Attempt : entry.HadBoot(boot)) return Quarantine(entry, now);
        if (!reconnected) entry.Take(NodeLifecycle.Apply(entry.State, NodeEvent.Rebooted, NodeReason.NewBoot), now);
        return Opened(entry, reconnected ? StreamVerdict.Reconnected : StreamVerdict.Rebooted, boot, attempt);
    }

    /// <summary>Something happened to a node.</summary>
    /// <param name="node">The node's id.</param>
    /// <param name="epoch">The epoch of the stream that the report rests on.</param>
    /// <param name="happened">What happened.</param>
    /// <param name="reason">Why.</param>
    /// <param name="now">The time of the call.</param>
    public Transition Apply(Guid node, long epoch, NodeEvent happened, NodeReason reason, TimeSpan now)
    {
        if (!_nodes.TryGetValue(node, out NodeEntry? entry))
            return new Transition(default, happened, reason, default, TransitionRefusal.UnknownNode);
        if (epoch != entry.Epoch) return Refused(TransitionRefusal.OldEpoch);
        Transition step = NodeLifecycle.Apply(entry.State, happened, reason);
        if (!step.IsAccepted) return step;
        if (happened == NodeEvent.WarmUpEnded && now - entry.WarmingSince < WarmUp.Duration) return Refused(TransitionRefusal.TooEarly);
        entry.Take(step, now);
        return step;

        Transition Refused(TransitionRefusal why) => new(entry.State, happened, reason, entry.State, why);
    }

    /// <summary>Takes over what a replica before this one knew of a node.</summary>
    /// <param name="view">What it knew, its times on this registry's clock.</param>
    /// <returns>False when something as new or newer is known already, or <paramref name="view"/> names no state.</returns>
    public bool Restore(in NodeView view)
    {
        if (view.State is < NodeState.Booted or > NodeState.Quarantined || view.Epoch <= 0) return false;
        if (!_nodes.TryGetValue(view.Node, out NodeEntry? entry)) _nodes.Add(view.Node, entry = new NodeEntry(view.Node));
        if (entry.Epoch >= view.Epoch) return false;
        entry.Restore(view);
        return true;
    }

    /// <summary>Forgets a node that was retired.</summary>
    /// <param name="node">The node's id.</param>
    /// <returns>Whether it was known.</returns>
    public bool Remove(Guid node) => _nodes.Remove(node);

    private static StreamOpening Opened(NodeEntry entry, StreamVerdict verdict, Guid boot, long attempt)
    {
        long closed = entry.Epoch;
        entry.NextEpoch();
        entry.Connected(boot, attempt);
        return new StreamOpening(verdict, entry.Epoch, closed);
    }

    private static StreamOpening Quarantine(NodeEntry entry, TimeSpan now)
    {
        long closed = entry.Epoch;
        entry.NextEpoch(); // The other machine is put out as well.
        entry.Take(NodeLifecycle.Apply(entry.State, NodeEvent.Quarantined, NodeReason.DuplicateIdentity), now);
        return new StreamOpening(StreamVerdict.Duplicate, entry.Epoch, closed);
    }
}
