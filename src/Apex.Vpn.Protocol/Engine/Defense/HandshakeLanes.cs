using Apex.Vpn.Protocol.Engine.Noise;
using Apex.Vpn.Protocol.Engine.Probes;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Engine.Defense;

/// <summary>
/// The two lanes to the control worker. Known senders go first. All others together get at most a quarter of the worker while known ones
/// wait, and at most a quarter of the time while their own lane is under load; else whatever is left.
/// </summary>
/// <remarks>
/// <para>Receiving workers put in; all else is the control worker's. Each lane is under load by itself: a flood of others puts no known
/// sender into cookie mode.</para>
/// <para>Between lanes, cost is counted; against the clock, time is measured: the shell tells when a step ended. A worker that idles three
/// quarters of a flood away leaves the processor to data, and is nearly always free when a known sender comes.</para>
/// </remarks>
internal sealed class HandshakeLanes
{
    /// <summary>Others get one part in so many.</summary>
    internal const int OthersShare = 4;

    /// <summary>A turn of others while known ones wait must be earned whole, since its cost is known only afterwards.</summary>
    private const int TurnPrice = (OthersShare - 1) * HandshakeCost.Highest;

    /// <summary>
    /// What others did not use of their time counts for so long: a timer of a millisecond makes rests longer than they must be. Not longer,
    /// because a thread that wakes up on the worker's core may have to wait until it sleeps.
    /// </summary>
    private static readonly TimeSpan OthersSlack = TimeSpan.FromMilliseconds(2);

    /// <summary>Time spent in vain is added up for so long.</summary>
    private static readonly TimeSpan VainWindow = TimeSpan.FromMilliseconds(50);

    /// <summary>Two handshakes.</summary>
    private const int MinStepBudget = HandshakeCost.Highest + 1;

    /// <summary>What others get in one step under load: a few cookie replies. A known sender who comes meanwhile waits until they are sent.</summary>
    private const int LoadedStepBudget = 8;

    /// <summary>So that deadlines get their turn.</summary>
    private const int MaxStepBudget = 16 * HandshakeCost.Highest;

    private readonly HandshakeQueue _known;
    private readonly HandshakeQueue _others;
    private readonly LoadGauge _knownLoad = new();
    private readonly LoadGauge _othersLoad = new();
    private int _othersCredit;
    private Instant _othersRestUntil;
    private Instant _windowEnds;
    private TimeSpan _inVain;

    // The step at hand.
    private int _budget;
    private int _knownCost;
    private int _othersCost;
    private int _vainCost;

    internal HandshakeLanes(int capacity)
    {
        _known = new HandshakeQueue(capacity);
        _others = new HandshakeQueue(capacity);
    }

    /// <summary>How many messages wait.</summary>
    internal int Count => _known.Count + _others.Count;

    /// <summary>Whether either lane is under load.</summary>
    internal bool IsLoaded => _knownLoad.IsUnderLoad || _othersLoad.IsUnderLoad;

    /// <summary>Whether many of the others' messages wait elsewhere, for an answer about their key: that is load too.</summary>
    internal bool AreManyParked { get; set; }

    /// <summary>Puts a copy of a message into a lane; false when that is full. Any worker.</summary>
    internal bool TryEnqueue(
        HandshakeLane lane, ReadOnlySpan<byte> message, in UdpPath path, DeviceIdentity? identity, out bool first, ProbeKey? probe = null) =>
        (lane == HandshakeLane.Known ? _known : _others).TryEnqueue(message, in path, identity, out first, probe);

    /// <summary>Begins a step: looks at the lanes' lengths. True when <see cref="IsLoaded"/> changed.</summary>
    internal bool BeginStep(Instant now)
    {
        bool before = IsLoaded;
        _knownLoad.Observe(_known.IsLong, now);
        _othersLoad.Observe(_others.IsLong || AreManyParked || IsMuchInVain(now), now);
        (_knownCost, _othersCost, _vainCost) = (0, 0, 0);
        _budget = StepBudget();
        return IsLoaded != before;
    }

    /// <summary>Whether messages of a lane must show a cookie.</summary>
    internal bool IsUnderLoad(HandshakeLane lane) => (lane == HandshakeLane.Known ? _knownLoad : _othersLoad).IsUnderLoad;

    /// <summary>Takes the message whose turn it is.</summary>
    /// <param name="now">The time.</param>
    /// <param name="item">The message.</param>
    /// <param name="lane">Its lane.</param>
    /// <returns>False when there is none, when the step has done enough, and when an answer to a known sender is to leave before others get
    /// their turn.</returns>
    internal bool TryTake(Instant now, out HandshakeQueue.Item item, out HandshakeLane lane)
    {
        lane = HandshakeLane.Known;
        item = default;
        if (_knownCost + _othersCost >= _budget) return false;
        if (OthersMay(now) && (_known.Count == 0 || _othersCredit >= TurnPrice)) lane = HandshakeLane.Others;
        if (lane == HandshakeLane.Others && _knownCost != 0) return false;
        return (lane == HandshakeLane.Known ? _known : _others).TryDequeue(out item);
    }

    /// <summary>Books what the message taken last has cost.</summary>
    /// <param name="lane">Its lane.</param>
    /// <param name="cost">What <see cref="HandshakeCost"/> says.</param>
    /// <param name="inVain">Whether its sender proved nothing.</param>
    internal void Charge(HandshakeLane lane, int cost, bool inVain)
    {
        // What got a cookie counts as what it would have cost without: else a flood would seem over once cookies have made it harmless.
        if (inVain && lane == HandshakeLane.Others) _vainCost += Math.Max(cost, HandshakeCost.Agreement);
        if (lane == HandshakeLane.Known)
        {
            _knownCost += cost;
            _othersCredit = Math.Min(_othersCredit + cost, TurnPrice + HandshakeCost.Highest);
            return;
        }
        _othersCost += cost;
        if (_known.Count != 0) _othersCredit -= (OthersShare - 1) * cost;
    }

    /// <summary>Ends a step that took so long: under load, others rest three times as long as they worked.</summary>
    internal void EndStep(TimeSpan took, Instant now)
    {
        if (_othersCost == 0) return;
        int stepCost = _knownCost + _othersCost;
        _inVain += took * _vainCost / stepCost;
        if (!_othersLoad.IsUnderLoad) return;
        Instant earliest = now - took - OthersSlack;
        _othersRestUntil = (_othersRestUntil > earliest ? _othersRestUntil : earliest) + (took * _othersCost / stepCost * OthersShare);
    }

    /// <summary>Whether there is a message to take now.</summary>
    internal bool HasWork(Instant now) => _known.Count != 0 || OthersMay(now);

    /// <summary>When others have rested; not set while none wait.</summary>
    internal Instant RestEnds => _others.Count != 0 ? _othersRestUntil : Instant.Never;

    /// <summary>When a lane's load ends unless it is renewed; not set while there is none.</summary>
    internal Instant LoadEnds
    {
        get
        {
            Instant known = _knownLoad.Ends, others = _othersLoad.Ends;
            return !others.IsSet || (known.IsSet && known < others) ? known : others;
        }
    }

    /// <summary>
    /// Whether more than their share went into others who proved nothing, within a window: load too, though the worker keeps up and no queue
    /// grows, because then nothing is left of the processor for data.
    /// </summary>
    private bool IsMuchInVain(Instant now)
    {
        bool much = _inVain * OthersShare > VainWindow;
        if (!much && now < _windowEnds) return false;
        _windowEnds = now + VainWindow;
        _inVain = TimeSpan.Zero;
        return much;
    }

    /// <summary>
    /// How much one step does: an eighth of what waits, so that answers leave together and no one's waits much longer than it had to wait
    /// anyway. Under load others are done in small parts, of which known senders wait for one at most.
    /// </summary>
    private int StepBudget()
    {
        if (_othersLoad.IsUnderLoad && _known.Count == 0) return LoadedStepBudget;
        return Math.Clamp(Count / 8 * HandshakeCost.Highest, MinStepBudget, MaxStepBudget);
    }

    private bool OthersMay(Instant now) => _others.Count != 0 && now >= _othersRestUntil;
}
