using Apex.Vpn.Fleet.Registry;

namespace Apex.Vpn.Fleet.Health;

/// <summary>Says which nodes of a fleet are well, suspect or down, by their beats and by what other nodes see of them.</summary>
/// <remarks>
/// <para>Nodes beat every 5 s. A beat is missed when phi reaches 8 (<see cref="PhiAccrual"/>), 7.8 s to 10 s after the one before. One
/// missed beat only starts probes by up to three other nodes. A node is suspect when one of them does not reach it, or when a second beat
/// is missed; down 13 s after its last beat if most of them do not reach it, by the latest round of probes that was answered; and well
/// again after three good beats. Silence alone takes no node down: its data path may be well while its agent is not.</para>
/// <para>When more than a tenth of a region or of the fleet, and at least four nodes, are silent at once, verdicts there wait until
/// enough others were heard to prove that it is not us. If half of the fleet was lost at once, all clocks of silence begin anew when it is
/// over. They do so too when this process did not run for 2 s: nobody was listening.</para>
/// <para>A state machine: it reads no clock and sends nothing; <c>now</c> is the time on any clock that never goes back, since any
/// origin. Call <see cref="Advance"/> at <see cref="NextDeadline"/>, or every second. Nothing here throws for what the network does, and
/// a beat allocates nothing. Not thread-safe.</para>
/// </remarks>
public sealed class HealthMonitor
{
    /// <summary>How many actions <see cref="Advance"/> must have room for, 8.</summary>
    public const int MinActions = 8;

    /// <summary>After how many good beats a node is well again, 3.</summary>
    public const int GoodBeatsToRecover = 3;

    /// <summary>How often nodes beat, 5 s.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>How long after its last beat a node that nobody reaches is down, 13 s.</summary>
    public static readonly TimeSpan DownAfter = TimeSpan.FromSeconds(13);

    /// <summary>How long a round of probes may take, with both ways to the vantage, 1.3 s: 3 probes of 300 ms and 400 ms for the ways.</summary>
    public static readonly TimeSpan ProbePatience = TimeSpan.FromSeconds(1.3);

    /// <summary>How late <see cref="Advance"/> may be called before it is taken for a stall of this process, 2 s.</summary>
    public static readonly TimeSpan StallLimit = TimeSpan.FromSeconds(2);

    // Ten minutes of beats. A thousand of them would take 4 kB for each node and make the deadline no better.
    private const int PhiWindow = 128;

    // Phi moves between these: nodes are told their interval, and two rounds of probes must end before a verdict is due.
    private static readonly TimeSpan LeastPatience = TimeSpan.FromSeconds(7.8);
    private static readonly TimeSpan MostPatience = TimeSpan.FromSeconds(10);

    private readonly Dictionary<Guid, WatchedNode> _byId = [];
    private readonly List<WatchedNode> _nodes = [];
    private readonly DeadlineHeap _heap = new();
    private readonly MassFailureBrake _brake = new();
    private readonly Dictionary<string, int> _regions = [], _cities = [], _providers = [];
    private readonly VantageSelector _vantages;
    private TimeSpan _now, _listeningSince;
    private bool _hasMore;

    /// <summary>A monitor of no nodes.</summary>
    /// <param name="seed">Any number; spreads the choice of vantages, and makes it repeatable.</param>
    /// <param name="now">The time of the call.</param>
    public HealthMonitor(ulong seed, TimeSpan now)
    {
        _vantages = new VantageSelector(seed);
        _now = _listeningSince = now;
    }

    /// <summary>How many nodes are watched.</summary>
    public int Count => _nodes.Count;

    /// <summary>
    /// When <see cref="Advance"/> is to be called; null when there is nothing to wait for. A beat or a report may make it earlier.
    /// </summary>
    public TimeSpan? NextDeadline
    {
        get
        {
            TimeSpan next = _heap.First is { } first && first.WakeAt < _brake.NextCheck ? first.WakeAt : _brake.NextCheck;
            return next == TimeSpan.MaxValue ? null : next;
        }
    }

    /// <summary>How a node seems to be; null when it is not watched.</summary>
    /// <param name="node">The node's id.</param>
    public NodeHealth? HealthOf(Guid node) => _byId.TryGetValue(node, out WatchedNode? watched) ? watched.Health : null;

    /// <summary>Whether verdicts about a region wait, for its own sake or for the fleet's.</summary>
    /// <param name="region">The region's name; null for the fleet.</param>
    public bool IsFrozen(string? region) =>
        _brake.Fleet.IsEngaged || (region is not null && _regions.TryGetValue(region, out int number) && _brake.IsFrozen(number));

    /// <summary>Watches a node, or follows it to its newer stream: then what is known of it stays.</summary>
    /// <param name="node">The node's id.</param>
    /// <param name="epoch">The epoch of its stream.</param>
    /// <param name="site">Where it stands; of a known node it is not looked at.</param>
    /// <param name="health">How it was last known to be; of a known node it is not looked at.</param>
    /// <param name="now">The time of the call, which counts as a first beat.</param>
    /// <returns>False when a stream as new or newer is watched already.</returns>
    public bool Watch(Guid node, long epoch, NodeSite site, NodeHealth health, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(site);
        now = Clamp(now);
        if (_byId.TryGetValue(node, out WatchedNode? watched))
        {
            if (epoch <= watched.Epoch) return false;
            watched.Epoch = epoch;
            return true;
        }
        if (!_regions.TryGetValue(site.Region, out int region)) _regions.Add(site.Region, region = _brake.AddRegion(site.Region));
        watched = new WatchedNode(
            node, region, Number(_cities, site.City), Number(_providers, site.Provider), new PhiAccrual(Interval, now, PhiWindow))
        {
            Epoch = epoch,
            Health = health,
            LastBeat = now,
            Index = _nodes.Count,
        };
        _byId.Add(node, watched);
        _nodes.Add(watched);
        if (health != NodeHealth.Down) _brake.Watched(region, 1);
        Expect(watched);
        return true;
    }

    /// <summary>Watches a node no longer.</summary>
    /// <param name="node">The node's id.</param>
    /// <returns>Whether it was watched.</returns>
    public bool Forget(Guid node)
    {
        if (!_byId.Remove(node, out WatchedNode? watched)) return false;
        EndSilence(watched);
        if (watched.Health != NodeHealth.Down) _brake.Watched(watched.Region, -1);
        _heap.Remove(watched);
        WatchedNode last = _nodes[^1];
        _nodes[watched.Index] = last;
        last.Index = watched.Index;
        _nodes.RemoveAt(_nodes.Count - 1);
        return true;
    }

    /// <summary>A node's beat came.</summary>
    /// <param name="node">The node's id.</param>
    /// <param name="epoch">The epoch of the stream that it came on.</param>
    /// <param name="now">When it came.</param>
    public BeatVerdict Beat(Guid node, long epoch, TimeSpan now)
    {
        now = Clamp(now);
        if (!_byId.TryGetValue(node, out WatchedNode? watched)) return BeatVerdict.Unknown;
        if (epoch != watched.Epoch) return BeatVerdict.OldEpoch;
        bool inTime = now < watched.MissAt;
        // The first beat of a stream comes when it likes, and a node that floods us is not to be expected every millisecond.
        if (now - watched.LastBeat < Interval / 2) watched.Phi.Heard(now);
        else watched.Phi.Beat(now);
        watched.LastBeat = now;
        if (watched.IsSilent) EndSilence(watched);
        Expect(watched);
        if (watched.Health == NodeHealth.Good) return BeatVerdict.Counted;
        watched.GoodBeats = inTime ? watched.GoodBeats + 1 : 1;
        if (watched.GoodBeats >= GoodBeatsToRecover) _heap.SetIfEarlier(watched, now);
        return BeatVerdict.Counted;
    }

    /// <summary>A vantage reports what its probes met.</summary>
    /// <param name="node">The node that was probed.</param>
    /// <param name="vantage">Who probed.</param>
    /// <param name="round">As <see cref="HealthAction.Round"/> said.</param>
    /// <param name="reached">Whether one of the probes was answered.</param>
    /// <param name="now">When the report came.</param>
    /// <returns>False for a report that nobody waits for: it is ignored.</returns>
    public bool Report(Guid node, Guid vantage, int round, bool reached, TimeSpan now)
    {
        now = Clamp(now);
        if (!_byId.TryGetValue(node, out WatchedNode? watched) || !watched.IsSilent) return false;
        if (!watched.Round.Answer(vantage, round, reached, out bool decided)) return false;
        if (decided)
        {
            // Just before the node may be marked down it is asked for once more: a short cut of its link may be over.
            TimeSpan last = DownAt(watched) - ProbePatience;
            watched.Round.NextAt = last > now ? last : now + Interval;
        }
        _heap.SetIfEarlier(watched, now);
        return true;
    }

    /// <summary>An operator lets verdicts go on, for the region's or the fleet's own sake; the next <see cref="Advance"/> says so.</summary>
    /// <param name="region">The region's name; null for the fleet.</param>
    /// <param name="now">The time of the call.</param>
    /// <returns>Whether they were frozen.</returns>
    public bool ReleaseBrake(string? region, TimeSpan now) => _brake.Force(region, Clamp(now));

    /// <summary>Lets time pass and says what is to be done.</summary>
    /// <param name="now">The time of the call.</param>
    /// <param name="actions">Where it is written; room for <see cref="MinActions"/> at least.</param>
    /// <returns>How many were written. When fewer than <see cref="MinActions"/> are free behind them, call again at once.</returns>
    /// <exception cref="ArgumentException"><paramref name="actions"/> is too small.</exception>
    public int Advance(TimeSpan now, Span<HealthAction> actions)
    {
        if (actions.Length < MinActions) throw new ArgumentException($"Room for {MinActions} actions is needed.", nameof(actions));
        now = Clamp(now);
        var output = new ActionWriter(actions);
        if (!_hasMore && _heap.First is { } overdue && now - overdue.WakeAt > StallLimit)
        {
            ListenAnew(now);
            output.Alarm(HealthActionKind.Stalled, null);
        }
        while (_brake.NextCheck <= now && output.Free >= MinActions && _brake.TakeReleasable(_nodes, now) is { } scope)
            Release(scope, now, ref output);
        while (_heap.First is { } node && node.WakeAt <= now && output.Free >= MinActions) Judge(node, now, ref output);
        _hasMore = output.Free < MinActions;
        return output.Count;
    }

    private void Judge(WatchedNode node, TimeSpan now, ref ActionWriter output)
    {
        if (now < node.MissAt)
        {
            if (node.Health != NodeHealth.Good && node.GoodBeats >= GoodBeatsToRecover) Recover(node, ref output);
            _heap.Set(node, node.MissAt);
            return;
        }
        node.GoodBeats = 0;
        if (node.Health == NodeHealth.Down)
        {
            _heap.Remove(node); // Until it beats.
            return;
        }
        if (!node.IsSilent) BeginSilence(node, now, ref output);
        VantageRound round = node.Round;
        if (now >= round.NextAt) Ask(node, now, ref output);

        bool secondMissed = now >= node.MissAt + Interval, over = now >= DownAt(node);
        bool suspect = round.AnyFailed || secondMissed, down = over && round.Reached == false;
        node.IsHeld = _brake.IsFrozen(node.Region) && (suspect || down);
        if (!node.IsHeld && suspect && node.Health == NodeHealth.Good)
        {
            node.Health = NodeHealth.Suspect;
            output.Verdict(HealthActionKind.Suspect, node, round.AnyFailed ? NodeReason.VantageFailed : NodeReason.BeatsMissed);
        }
        if (!node.IsHeld && down)
        {
            node.Health = NodeHealth.Down;
            node.IsSilent = false;
            _brake.WentDown(node.Region, now);
            _heap.Remove(node);
            output.Verdict(HealthActionKind.Down, node, NodeReason.SilentAndUnreachable);
            return;
        }
        TimeSpan next = round.NextAt;
        if (!secondMissed) next = Earlier(next, node.MissAt + Interval);
        if (!over) next = Earlier(next, DownAt(node));
        _heap.Set(node, next);
    }

    private void Recover(WatchedNode node, ref ActionWriter output)
    {
        bool wasDown = node.Health == NodeHealth.Down;
        if (wasDown) _brake.Watched(node.Region, 1);
        node.Health = NodeHealth.Good;
        output.Verdict(wasDown ? HealthActionKind.Up : HealthActionKind.Clear, node, NodeReason.BeatsCame);
    }

    private void BeginSilence(WatchedNode node, TimeSpan now, ref ActionWriter output)
    {
        node.IsSilent = true;
        node.Round.Reset();
        (BrakeScope? fleet, BrakeScope? region) = _brake.FellSilent(node.Region, now);
        if (fleet is not null) output.Alarm(HealthActionKind.Freeze, null);
        if (region is not null) output.Alarm(HealthActionKind.Freeze, region.Region);
    }

    private void EndSilence(WatchedNode node)
    {
        node.IsHeld = false;
        if (!node.IsSilent) return;
        node.IsSilent = false;
        _brake.SilenceEnded(node.Region);
    }

    private void Ask(WatchedNode node, TimeSpan now, ref ActionWriter output)
    {
        VantageRound round = node.Round;
        round.Begin();
        ReadOnlySpan<WatchedNode> chosen = _vantages.Choose(_nodes, node, round.Number);
        foreach (WatchedNode vantage in chosen)
        {
            round.Ask(vantage.Id);
            output.Probe(node, vantage);
        }
        round.NextAt = now + (chosen.IsEmpty ? Interval : ProbePatience);
        if (!chosen.IsEmpty || round.SaidNobody || _brake.IsFrozen(node.Region)) return;
        round.SaidNobody = true;
        output.Verdict(HealthActionKind.NoVantage, node, default);
    }

    private void Release(BrakeScope scope, TimeSpan now, ref ActionWriter output)
    {
        bool itWasUs = scope == _brake.Fleet && scope.LostMajority && !scope.IsForced;
        _brake.Release(scope);
        output.Alarm(HealthActionKind.Unfreeze, scope.Region);
        if (itWasUs) ListenAnew(now);
        foreach (WatchedNode node in _nodes)
        {
            if (node.IsHeld && !_brake.IsFrozen(node.Region)) _heap.SetIfEarlier(node, now);
        }
    }

    /// <summary>What was silent until now may have spoken while we did not hear: every silence begins now.</summary>
    private void ListenAnew(TimeSpan now)
    {
        _listeningSince = now;
        foreach (WatchedNode node in _nodes)
        {
            EndSilence(node);
            if (node.Health != NodeHealth.Down) Expect(node);
        }
    }

    private void Expect(WatchedNode node)
    {
        TimeSpan patience = node.Phi.Patience;
        if (patience < LeastPatience) patience = LeastPatience;
        if (patience > MostPatience) patience = MostPatience;
        node.MissAt = HeardAt(node) + patience;
        _heap.SetIfEarlier(node, node.MissAt);
    }

    private TimeSpan HeardAt(WatchedNode node) => node.LastBeat > _listeningSince ? node.LastBeat : _listeningSince;

    private TimeSpan DownAt(WatchedNode node) => HeardAt(node) + DownAfter;

    private TimeSpan Clamp(TimeSpan now) => _now = now > _now ? now : _now;

    private static TimeSpan Earlier(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static int Number(Dictionary<string, int> numbers, string name)
    {
        if (!numbers.TryGetValue(name, out int number)) numbers.Add(name, number = numbers.Count);
        return number;
    }
}
