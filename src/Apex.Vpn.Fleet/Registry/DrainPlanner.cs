using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Statistics;

namespace Apex.Vpn.Fleet.Registry;

/// <summary>Says which nodes drain when, and which step of a drain is due.</summary>
/// <remarks>
/// <para>The order of a drain: the node is listed as closed; when every client has a status that says so, it refuses device keys that it
/// does not know; then its clients are told, with other nodes to go to; at the deadline it ends what is left. Where the deadline is near,
/// the steps move together: the first at once, the second after a quarter of the time at most, the notice after half of it.</para>
/// <para>No more than a quarter of a city's nodes are away at once (one in a city of fewer than eight) and never its last healthy one. A
/// request that may not start yet waits; urgent ones first, then in the order in which they came. One that waits holds up no other city.
/// </para>
/// <para>A state machine: it reads no clock and sends nothing; <c>now</c> is the time on any clock that never goes back. Nothing here
/// throws for what nodes do. Not thread-safe.</para>
/// </remarks>
public sealed class DrainPlanner
{
    /// <summary>How many other nodes a notice names at most, 3.</summary>
    public const int MaxAlternatives = 3;

    /// <summary>How long clients have to leave if nothing else is said, 4 h.</summary>
    public static readonly TimeSpan DefaultDeadline = TimeSpan.FromHours(4);

    /// <summary>How long new keys are still taken, 90 s: so old may the status be that a client chooses by.</summary>
    public static readonly TimeSpan RefuseAfter = TimeSpan.FromSeconds(90);

    /// <summary>When clients are told, 120 s after the start.</summary>
    public static readonly TimeSpan NoticeAfter = TimeSpan.FromSeconds(120);

    private static readonly TimeSpan MaxDeadline = TimeSpan.FromDays(7);

    private readonly Dictionary<Guid, PlannedNode> _nodes = [];
    private readonly Dictionary<string, PlannedCity> _cities = [];
    private readonly SortedSet<PlannedNode> _waiting = new(Comparer<PlannedNode>.Create(Compare));
    private readonly List<PlannedNode> _running = [];
    private long _nextOrder;

    // Something changed that may let a waiting drain start.
    private bool _mayStart;

    /// <summary>How many drains wait.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>How many nodes drain.</summary>
    public int Running => _running.Count;

    /// <summary>A node came into a state, or is seen for the first time.</summary>
    /// <param name="node">The node's id.</param>
    /// <param name="site">Where it stands; of a known node it is not looked at.</param>
    /// <param name="state">Its state. A node that goes down, boots or is quarantined drains no longer.</param>
    public void Observe(Guid node, NodeSite site, NodeState state)
    {
        ArgumentNullException.ThrowIfNull(site);
        _mayStart = true;
        if (!_nodes.TryGetValue(node, out PlannedNode? planned))
        {
            if (!_cities.TryGetValue(site.City, out PlannedCity? city)) _cities.Add(site.City, city = new PlannedCity());
            planned = new PlannedNode(node, site, city, state);
            _nodes.Add(node, planned);
            city.Nodes.Add(planned);
            city.Budget.Add(planned.Place);
            return;
        }
        CityBudget.Place before = planned.Place;
        planned.State = state;
        // An Active that was reported before the drain began says nothing about it.
        bool gone = CityBudget.PlaceOf(state) is CityBudget.Place.Lost or CityBudget.Place.Uncounted;
        if (planned.Drain == PlannedNode.Phase.Running && gone) End(planned, PlannedNode.Phase.None);
        if (planned.Drain == PlannedNode.Phase.Finished && state != NodeState.Draining) planned.Drain = PlannedNode.Phase.None;
        planned.City.Budget.Move(before, planned.Place);
    }

    /// <summary>A node was retired.</summary>
    /// <param name="node">The node's id.</param>
    /// <returns>Whether it was known.</returns>
    public bool Remove(Guid node)
    {
        if (!_nodes.Remove(node, out PlannedNode? planned)) return false;
        planned.City.Budget.Remove(planned.Place);
        planned.City.Nodes.Remove(planned);
        _waiting.Remove(planned);
        _running.Remove(planned);
        return _mayStart = true;
    }

    /// <summary>Asks for a drain.</summary>
    /// <param name="node">The node's id.</param>
    /// <param name="reason">Maintenance, Update, Capacity or Operator.</param>
    /// <param name="priority">How much it hurries.</param>
    /// <param name="deadline">How long its clients have from the start on, up to a week; as a rule <see cref="DefaultDeadline"/>.</param>
    public DrainVerdict Request(Guid node, NodeReason reason, DrainPriority priority, TimeSpan deadline)
    {
        if (!NodeLifecycle.Apply(NodeState.Active, NodeEvent.DrainStarted, reason).IsAccepted) return DrainVerdict.NotForThisReason;
        if (deadline < TimeSpan.Zero || deadline > MaxDeadline) return DrainVerdict.BadDeadline;
        if (!_nodes.TryGetValue(node, out PlannedNode? planned)) return DrainVerdict.UnknownNode;
        switch (planned.Drain)
        {
            case PlannedNode.Phase.Waiting:
                if (priority <= planned.Priority) return DrainVerdict.AlreadyAsked;
                _waiting.Remove(planned);
                planned.Priority = priority;
                _waiting.Add(planned);
                _mayStart = true;
                return DrainVerdict.AlreadyAsked;
            case PlannedNode.Phase.Running or PlannedNode.Phase.Finished:
                return DrainVerdict.AlreadyDraining;
        }
        planned.Drain = PlannedNode.Phase.Waiting;
        planned.Reason = reason;
        planned.Priority = priority;
        planned.Allowed = deadline;
        planned.Order = _nextOrder++;
        _waiting.Add(planned);
        _mayStart = true;
        return DrainVerdict.Queued;
    }

    /// <summary>Cancels a drain, waiting or running.</summary>
    /// <param name="node">The node's id.</param>
    /// <returns>False when there is none, or it is over.</returns>
    public bool Cancel(Guid node)
    {
        if (!_nodes.TryGetValue(node, out PlannedNode? planned)) return false;
        if (planned.Drain == PlannedNode.Phase.Waiting)
        {
            _waiting.Remove(planned);
            planned.Drain = PlannedNode.Phase.None;
            return true;
        }
        if (planned.Drain != PlannedNode.Phase.Running) return false;
        planned.IsCancelled = true;
        return true;
    }

    /// <summary>A node has no clients. To be said each time that it is seen: before new keys are refused it does not count.</summary>
    /// <param name="node">The node's id.</param>
    public void Emptied(Guid node)
    {
        if (_nodes.TryGetValue(node, out PlannedNode? planned) && planned.Drain == PlannedNode.Phase.Running)
            planned.IsEmpty = planned.NextStep > DrainActionKind.RefuseNewKeys;
    }

    /// <summary>Other nodes for the clients of one: healthy and not draining, of its city if possible, else of its region, else any.</summary>
    /// <param name="node">The node's id.</param>
    /// <param name="into">Where they are written; at most <see cref="MaxAlternatives"/>.</param>
    /// <returns>How many there are.</returns>
    public int Alternatives(Guid node, Span<Guid> into)
    {
        if (!_nodes.TryGetValue(node, out PlannedNode? from)) return 0;
        Span<(int Distance, ulong Order, Guid Id)> best = stackalloc (int, ulong, Guid)[MaxAlternatives];
        int count = 0, room = Math.Min(into.Length, MaxAlternatives);
        foreach (PlannedNode other in _nodes.Values)
        {
            if (other == from || !other.IsHealthy) continue;
            int distance = other.Site.City == from.Site.City ? 0 : other.Site.Region == from.Site.Region ? 1 : 2;
            // Among equals each node's clients go elsewhere, and always to the same.
            var candidate = (distance, Mix64.Of(Mix64.Of(from.Id) ^ Mix64.Of(other.Id)), other.Id);
            int place = count;
            while (place > 0 && candidate.CompareTo(best[place - 1]) < 0) place--;
            if (place >= room) continue;
            if (count < room) count++;
            for (int i = count - 1; i > place; i--) best[i] = best[i - 1];
            best[place] = candidate;
        }
        for (int i = 0; i < count; i++) into[i] = best[i].Id;
        return count;
    }

    /// <summary>Lets time pass and says which steps are due.</summary>
    /// <param name="now">The time of the call.</param>
    /// <param name="actions">Where they are written.</param>
    /// <returns>How many were written. When all of <paramref name="actions"/> is full, call again at once.</returns>
    public int Advance(TimeSpan now, Span<DrainAction> actions)
    {
        int count = 0;
        for (int i = _running.Count - 1; i >= 0; i--)
        {
            PlannedNode node = _running[i];
            while (count < actions.Length && node.Drain == PlannedNode.Phase.Running && Step(node, now) is { } action) actions[count++] = action;
        }
        if (!_mayStart || count == actions.Length) return count;
        foreach (PlannedNode node in _waiting)
        {
            if (count == actions.Length) break;
            if (CityBudget.PlaceOf(node.State) != CityBudget.Place.Serving || !node.City.MayDrain(node)) continue;
            Start(node, now);
            actions[count++] = new DrainAction(DrainActionKind.Unlist, node.Id, node.Reason, node.Deadline);
        }
        _waiting.RemoveWhere(static node => node.Drain != PlannedNode.Phase.Waiting);
        _mayStart = count == actions.Length;
        return count;
    }

    private void Start(PlannedNode node, TimeSpan now)
    {
        CityBudget.Place before = node.Place;
        node.Drain = PlannedNode.Phase.Running;
        node.StartedAt = now;
        node.NextStep = DrainActionKind.RefuseNewKeys;
        node.IsEmpty = node.IsCancelled = false;
        node.City.Budget.Move(before, node.Place);
        _running.Add(node);
    }

    private DrainAction? Step(PlannedNode node, TimeSpan now)
    {
        if (node.IsCancelled)
        {
            End(node, PlannedNode.Phase.None);
            return new DrainAction(DrainActionKind.Relist, node.Id, NodeReason.Operator, node.Deadline);
        }
        if (node.IsEmpty || node.NextStep == DrainActionKind.Finish)
        {
            End(node, PlannedNode.Phase.Finished);
            NodeReason how = node.IsEmpty ? NodeReason.Emptied : NodeReason.DeadlinePassed;
            return new DrainAction(DrainActionKind.Finish, node.Id, how, node.Deadline);
        }
        if (now < node.StartedAt + After(node)) return null;
        return new DrainAction(node.NextStep++, node.Id, node.Reason, node.Deadline);
    }

    private static TimeSpan After(PlannedNode node) => node.NextStep switch
    {
        DrainActionKind.RefuseNewKeys => Earlier(RefuseAfter, node.Allowed / 4),
        DrainActionKind.SendNotice => Earlier(NoticeAfter, node.Allowed / 2),
        _ => node.Allowed,
    };

    private void End(PlannedNode node, PlannedNode.Phase phase)
    {
        CityBudget.Place before = node.Place;
        node.Drain = phase;
        node.City.Budget.Move(before, node.Place);
        _running.Remove(node);
        _mayStart = true;
    }

    private static TimeSpan Earlier(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static int Compare(PlannedNode? one, PlannedNode? other)
    {
        int byPriority = other!.Priority.CompareTo(one!.Priority);
        return byPriority != 0 ? byPriority : one.Order.CompareTo(other.Order);
    }
}
