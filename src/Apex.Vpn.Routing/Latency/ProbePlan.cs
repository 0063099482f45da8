namespace Apex.Vpn.Routing.Latency;

/// <summary>Says which servers to probe next, and when.</summary>
/// <remarks>
/// <para>Rarely a full round: the current server, the standby, the best few, and as many others as the budget allows, first those that
/// were longest not probed. Between full rounds small ones: the current server, the standby, the best few and one other. The shape is
/// that of Tailscale's netcheck; the current server is always in, because a judgement without it would be one about noise.</para>
/// <para>A state machine: <c>now</c> is the time on any clock that never goes back, the same for all calls. Not thread-safe; allocates
/// nothing.</para>
/// </remarks>
public sealed class ProbePlan
{
    /// <summary>Intervals are longer or shorter by up to this share, so that a fleet's clients do not probe in step.</summary>
    public const double IntervalJitter = 0.2;

    /// <summary>After a change of network the first round waits up to this long, so that addresses and routes are there. 500 ms.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(500);

    private readonly ProbePlanOptions _options;
    private TimeSpan _lastRound, _lastFull;
    private double _draw = 0.5;
    private bool _sparing;

    /// <summary>A plan whose first round is due at once.</summary>
    /// <param name="now">The time of the call.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public ProbePlan(TimeSpan now, ProbePlanOptions? options = null)
    {
        _options = options ?? new ProbePlanOptions();
        _options.Validate();
        Next = _options.Stealth ? new(TimeSpan.MaxValue, ProbeReason.None) : new(now, ProbeReason.Start);
    }

    /// <summary>When the next round is due, and why; never in stealth mode.</summary>
    public Deadline<ProbeReason> Next { get; private set; }

    /// <summary>The most orders that a round has: two for each server, since one that was never probed is by both versions.</summary>
    public int MaxOrders => 2 * _options.ServersPerRound;

    /// <summary>On battery, on a metered network, or while nobody uses the tunnel: rounds become rarer.</summary>
    public bool Sparing
    {
        get => _sparing;
        set
        {
            if (value == _sparing) return;
            _sparing = value;
            if (Next.Reason is ProbeReason.Full or ProbeReason.Incremental) Schedule();
        }
    }

    /// <summary>The client's network is another: a full round is due soon. The measurements are the caller's to forget.</summary>
    /// <param name="now">The time of the call.</param>
    /// <param name="draw">A number drawn at random from 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="draw"/> is outside.</exception>
    public void NetworkChanged(TimeSpan now, double draw)
    {
        OptionRange.Require(draw, 0, 1, nameof(draw));
        if (!_options.Stealth) Next = new(now + (Settling * draw), ProbeReason.NetworkChanged);
    }

    /// <summary>Begins the round that is due, and schedules the next.</summary>
    /// <param name="ranked">Servers that could be chosen, as good as is believed now, best first.</param>
    /// <param name="current">The server in use, or -1.</param>
    /// <param name="standby">The one that stands by, or -1.</param>
    /// <param name="map">What was measured so far.</param>
    /// <param name="now">The time of the call.</param>
    /// <param name="draw">A number drawn at random from 0 to 1.</param>
    /// <param name="orders">At least <see cref="MaxOrders"/>.</param>
    /// <returns>How many orders were written; 0 when no round is due.</returns>
    /// <exception cref="ArgumentException"><paramref name="orders"/> is too short.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A server that the map does not have, or <paramref name="draw"/> is
    /// outside.</exception>
    public int Begin(ReadOnlySpan<int> ranked, int current, int standby, LatencyMap map, TimeSpan now, double draw, Span<ProbeOrder> orders)
    {
        ArgumentNullException.ThrowIfNull(map);
        OptionRange.Require(draw, 0, 1, nameof(draw));
        if (orders.Length < MaxOrders) throw new ArgumentException($"Room for {orders.Length} orders of {MaxOrders}.", nameof(orders));
        if (!Next.IsDue(now)) return 0;
        bool full = Next.Reason != ProbeReason.Incremental;
        _lastRound = now;
        if (full) _lastFull = now;
        _draw = draw;
        Schedule();

        var round = new Round(map, _options.ServersPerRound, orders);
        if (current >= 0) round.Add(current);
        if (standby >= 0) round.Add(standby);
        int best = _options.BestPerRound;
        for (int i = 0; i < ranked.Length && best > 0; i++)
        {
            if (round.Add(ranked[i])) best--;
        }
        ReadOnlySpan<int> horizon = ranked[..Math.Min(ranked.Length, _options.Horizon)];
        int others = full ? _options.ServersPerRound : _options.ExplorersPerRound;
        while (others-- > 0 && round.AddLongestAgo(horizon, now)) { }
        return round.Count;
    }

    private void Schedule()
    {
        double stretch = (_sparing ? _options.SparingFactor : 1) * (1 + (IntervalJitter * ((2 * _draw) - 1)));
        TimeSpan full = _lastFull + (stretch * _options.FullInterval), incremental = _lastRound + (stretch * _options.IncrementalInterval);
        // A full round in place of the incremental one that it would follow closely.
        if (!_options.Stealth) Next = full <= incremental ? new(full, ProbeReason.Full) : new(incremental, ProbeReason.Incremental);
    }

    /// <summary>The orders of one round; no server twice, none beyond the budget.</summary>
    private ref struct Round(LatencyMap map, int budget, Span<ProbeOrder> orders)
    {
        private readonly Span<ProbeOrder> _orders = orders;
        private int _servers;

        internal int Count { get; private set; }

        internal bool Add(int server)
        {
            if (_servers == budget || Has(server)) return false;
            Span<IpVersion> versions = stackalloc IpVersion[2];
            int offered = map.NextVersions(server, versions);
            foreach (IpVersion version in versions[..offered]) _orders[Count++] = new ProbeOrder(server, version);
            if (offered > 0) _servers++;
            return offered > 0;
        }

        internal bool AddLongestAgo(ReadOnlySpan<int> servers, TimeSpan now)
        {
            int chosen = -1;
            TimeSpan longest = TimeSpan.MinValue;
            foreach (int server in servers)
            {
                // Of those never probed the better one, since it comes first.
                if (Has(server) || map.Prefer(server) is null || map.SinceProbed(server, now) is var ago && ago <= longest) continue;
                (chosen, longest) = (server, map.SinceProbed(server, now));
            }
            return chosen >= 0 && Add(chosen);
        }

        private readonly bool Has(int server)
        {
            foreach (ProbeOrder order in _orders[..Count])
            {
                if (order.Server == server) return true;
            }
            return false;
        }
    }
}
