using Apex.Vpn.Routing.Latency;

namespace Apex.Vpn.Routing.Failover;

/// <summary>When a better server is worth a move, which tears connections and shows another address.</summary>
/// <remarks>
/// <para>Another server must be faster by 10 ms <em>and</em> by a third (Tailscale's rule), surely enough to leave out chance: by the lower
/// end of the 90 % confidence interval of its gain over several rounds. Round trips on the Internet have a floor and spikes: by the latest
/// measurements alone, the best server is mostly one that had no spike just now.</para>
/// <para>A server's time is the mean of its first eight rounds, then smoothed by 1/8 as in RFC 6298, which alone would let a spike in the
/// first round stand for long. Its standard error is 1.25 · d / √n with d the mean deviation and n its rounds, at most 15: 1.25 turns a mean
/// deviation into a standard deviation (of a normal distribution), 15 is what smoothing by 1/8 remembers.</para>
/// <para>Never while traffic flows, unless the path loses more than 5 % for 3 s and another loses less than half of that. A dead or
/// draining server is not this rule's business but <see cref="FailoverMachine"/>'s.</para>
/// <para>A state machine: <c>now</c> is the time on any clock that never goes back, the same for all calls. Not thread-safe. It remembers
/// the 32 servers that were measured last, and allocates nothing.</para>
/// </remarks>
public sealed class StickinessRule
{
    private const int Capacity = 32;

    /// <summary>The standard deviation of a normal distribution by its mean deviation: √(π/2).</summary>
    private const double DeviationFactor = 1.25;

    /// <summary>Independent samples that an exponential average weighs as much as: (2 - α) / α.</summary>
    private const double Remembered = (2 - RttEstimator.SmoothingGain) / RttEstimator.SmoothingGain;

    private readonly StickinessOptions _options;
    private readonly Entry[] _entries = new Entry[Capacity];
    private TimeSpan? _moved, _lossySince;
    private double _loss;

    /// <summary>A rule that knows nothing yet.</summary>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public StickinessRule(StickinessOptions? options = null)
    {
        _options = options ?? new StickinessOptions();
        _options.Validate();
        for (int i = 0; i < Capacity; i++) _entries[i] = new Entry();
    }

    /// <summary>A round of probes measured a server. One round counts once, however many probes it has: they share their spikes.</summary>
    /// <param name="server">The server's id.</param>
    /// <param name="sent">How many probes.</param>
    /// <param name="answered">How many were answered.</param>
    /// <param name="fastest">The fastest answer; not looked at when there was none.</param>
    /// <param name="now">The time of the call.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative number or time, or more answers than probes.</exception>
    public void Observe(Guid server, int sent, int answered, TimeSpan fastest, TimeSpan now)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(answered);
        ArgumentOutOfRangeException.ThrowIfLessThan(sent, answered);
        if (answered > 0) ArgumentOutOfRangeException.ThrowIfLessThan(fastest, TimeSpan.Zero);
        Entry entry = Use(server);
        entry.Seen = now;
        entry.Loss += RttEstimator.SmoothingGain * ((sent == 0 ? 0 : 1 - ((double)answered / sent)) - entry.Loss);
        if (answered > 0) entry.Add(fastest, now);
    }

    /// <summary>How much the current path loses, as traffic shows it: for example the gaps in the counters of received packets.</summary>
    /// <param name="share">The share of packets lost lately, 0 to 1.</param>
    /// <param name="now">The time of the call.</param>
    /// <exception cref="ArgumentOutOfRangeException">Outside.</exception>
    public void ObserveLoss(double share, TimeSpan now)
    {
        OptionRange.Require(share, 0, 1, nameof(share));
        _loss = share;
        if (share <= _options.BadLoss) _lossySince = null;
        else _lossySince ??= now;
    }

    /// <summary>The tunnel leads to another server now: the dwell begins.</summary>
    /// <param name="now">The time of the call.</param>
    public void Moved(TimeSpan now) => (_moved, _lossySince) = (now, null);

    /// <summary>The client's network is another: nothing that was measured holds.</summary>
    public void Forget()
    {
        foreach (Entry entry in _entries) entry.Take(Guid.Empty);
        _lossySince = null;
    }

    /// <summary>When a verdict may change although nothing new is observed; never, when it cannot.</summary>
    /// <param name="now">The time of the call.</param>
    public Deadline<StickinessReason> Next(TimeSpan now)
    {
        if (_moved is { } moved && moved + _options.Dwell > now) return new(moved + _options.Dwell, StickinessReason.Dwell);
        TimeSpan? lossy = _lossySince + _options.BadLossTime;
        if (lossy > now) return new(lossy.Value, StickinessReason.Lossy);
        return new(TimeSpan.MaxValue, StickinessReason.NoneBetter);
    }

    /// <summary>Whether to stay with a server.</summary>
    /// <param name="current">The id of the server in use.</param>
    /// <param name="candidates">The ids of those that may be moved to; the current one among them does not matter.</param>
    /// <param name="trafficFlows">Whether a move would tear something (<see cref="FailoverMachine.TrafficFlows"/>).</param>
    /// <param name="now">The time of the call.</param>
    public StickinessVerdict Judge(Guid current, ReadOnlySpan<Guid> candidates, bool trafficFlows, TimeSpan now)
    {
        if (_moved is { } moved && now - moved < _options.Dwell) return new(StickinessReason.Dwell, Guid.Empty, 0);
        Entry? own = Known(current, now);
        if (_lossySince is { } since && now - since >= _options.BadLossTime && LeastLossy(current, candidates, now) is { } sound)
            return new(StickinessReason.Lossy, sound.Server, own is null ? 0 : own.Smoothed - sound.Smoothed);
        if (own is null) return new(StickinessReason.NotMeasured, Guid.Empty, 0);

        Entry? best = null;
        foreach (Guid candidate in candidates)
        {
            if (candidate == current || Known(candidate, now) is not { } other || !IsBetter(other, own)) continue;
            if (best is null || other.Smoothed < best.Smoothed) best = other;
        }
        if (best is null) return new(StickinessReason.NoneBetter, Guid.Empty, 0);
        return new(trafficFlows ? StickinessReason.TrafficFlows : StickinessReason.Better, best.Server, own.Smoothed - best.Smoothed);
    }

    private bool IsBetter(Entry other, Entry own)
    {
        double error = Math.Sqrt(own.ErrorSquared + other.ErrorSquared);
        double needed = Math.Max(_options.LeastGain.TotalMilliseconds, _options.LeastShare * own.Smoothed);
        return own.Smoothed - other.Smoothed - (_options.Confidence * error) >= needed;
    }

    private Entry? LeastLossy(Guid current, ReadOnlySpan<Guid> candidates, TimeSpan now)
    {
        Entry? best = null;
        foreach (Guid candidate in candidates)
        {
            if (candidate == current || Known(candidate, now) is not { } other || other.Loss > _loss / 2) continue;
            if (best is null || other.Smoothed < best.Smoothed) best = other;
        }
        return best;
    }

    /// <summary>A server that was measured in enough rounds, and lately.</summary>
    private Entry? Known(Guid server, TimeSpan now)
    {
        Entry? entry = Find(server);
        return entry?.Rounds >= _options.LeastRounds && now - entry.Answered <= _options.MaxAge ? entry : null;
    }

    private Entry? Find(Guid server)
    {
        foreach (Entry entry in _entries)
        {
            if (entry.Server == server && server != Guid.Empty) return entry;
        }
        return null;
    }

    private Entry Use(Guid server)
    {
        if (Find(server) is { } known) return known;
        Entry oldest = _entries[0];
        foreach (Entry entry in _entries)
        {
            if (entry.Seen < oldest.Seen) oldest = entry;
        }
        oldest.Take(server);
        return oldest;
    }

    private sealed class Entry
    {
        private double _deviation;

        internal Guid Server { get; private set; }

        internal TimeSpan Seen { get; set; } = TimeSpan.MinValue;

        internal double Loss { get; set; }

        /// <summary>In how many rounds it answered, and when it last did.</summary>
        internal int Rounds { get; private set; }

        internal TimeSpan Answered { get; private set; }

        /// <summary>In milliseconds.</summary>
        internal double Smoothed { get; private set; }

        internal double ErrorSquared
        {
            get
            {
                double deviation = DeviationFactor * _deviation;
                return deviation * deviation / Math.Min(Rounds, Remembered);
            }
        }

        internal void Add(TimeSpan time, TimeSpan now)
        {
            double sample = time.TotalMilliseconds;
            if (Rounds == 0) (Smoothed, _deviation) = (sample, sample / 2);
            if (Rounds < int.MaxValue) Rounds++;
            // The order matters: the deviation is taken from the old mean (RFC 6298 2.3).
            if (Rounds > 1)
            {
                _deviation += Math.Max(RttEstimator.VariationGain, 1.0 / Rounds) * (Math.Abs(Smoothed - sample) - _deviation);
                Smoothed += Math.Max(RttEstimator.SmoothingGain, 1.0 / Rounds) * (sample - Smoothed);
            }
            Answered = now;
        }

        internal void Take(Guid server)
        {
            (Server, Seen, Loss) = (server, TimeSpan.MinValue, 0);
            (Rounds, Smoothed, _deviation) = (0, 0, 0);
        }
    }
}
