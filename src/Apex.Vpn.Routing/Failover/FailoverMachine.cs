namespace Apex.Vpn.Routing.Failover;

/// <summary>Turns signals of traffic, probes, handshakes, notices and the network into: stay, ask, prefer another server, switch
/// now.</summary>
/// <remarks>
/// <code>
///             Connected                       data out, nothing in for 1 s;
///  Stopped ───────────────▶ Healthy ─────── handshake or probes unanswered; ──────▶ Probing
///     ▲                     ▲ ▲  │ ▲         network changed; resumed               │ │ │
///     │ limit reached,      │ │  │ └──────────── current server answers ────────────┘ │ │
///     │ superseded          │ │  │ closing                     current silent, others ┘ │
///     └── (any)             │ │  ▼                             answer                   │ nobody answers
///                           │ └─ Switching ◀────────────────────────┘                   ▼
///                           │ new one answers      ▲── current silent, others answer ── Offline ⟲ retry
///                           └──────────────────────── current server answers ───────────┘
/// </code>
/// <para>One-way silence alone is no failure: an upload that nobody acknowledges looks the same. So silence only makes the machine ask, and
/// only the silence of the server itself, while others answer, makes it move. When nobody answers it is our own network, and everything
/// stays. A server that was left is not gone back to when it recovers: it is barred for a time that doubles
/// (<see cref="IsBarred"/>).</para>
/// <para>A state machine: <c>now</c> is the time on a clock that never goes back and goes on in sleep, the same for all calls. After any
/// call look at <see cref="Next"/>, and when that is due fetch the decision by <see cref="Advance"/>. Traffic sets fields only, so it may
/// be told by packet, by batch, or from counters read now and then; what was received before what was sent. An idle tunnel has no deadline.
/// Not thread-safe; allocates nothing.</para>
/// </remarks>
public sealed partial class FailoverMachine
{
    private static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(1);

    /// <summary>A move that failed is tried again after this.</summary>
    private static readonly TimeSpan MoveRetry = TimeSpan.FromSeconds(10);

    private readonly FailoverOptions _options;
    private readonly TrafficWatch _traffic = new();
    private readonly ProbeCheck _check = new();
    private readonly LeftServers _left = new();
    private readonly SwitchHistory _history;

    private TimeSpan _now;
    private TimeSpan? _lastHeard, _handshakeSince, _restUntil, _retryAt, _confirmBy, _moveNotBefore;
    private TimeSpan _rest, _retry, _answerTimeout;
    private DrainSchedule? _drain;
    private bool _handshakeAsked, _moving;
    private int _choices;

    // What was told and not yet decided.
    private FailoverReason _stopping, _doubt, _switchCause;
    private bool _closing, _standbySilent;
    private Guid _proposed;

    /// <summary>A machine without a server; see <see cref="Connected"/>.</summary>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public FailoverMachine(FailoverOptions? options = null)
    {
        _options = options ?? new FailoverOptions();
        _options.Validate();
        _history = new SwitchHistory(_options.FlapWindow);
    }

    /// <summary>Where it stands.</summary>
    public FailoverState State { get; private set; }

    /// <summary>The id of the server that the tunnel leads to; empty before the first.</summary>
    public Guid Current { get; private set; }

    /// <summary>The id of the server that stands by with a session of its own; empty for none.</summary>
    public Guid Standby { get; private set; }

    /// <summary>
    /// Whether rounds of probes also ask servers that are neither current nor standby, so that the loss of both is told from the loss of
    /// our own network. Without witnesses and standby the only way to tell is to try another server.
    /// </summary>
    /// <value>True by default.</value>
    public bool HasWitnesses { get; set; } = true;

    /// <summary>In what time the current server answers, as <see cref="Latency.RttEstimator.Timeout"/> says, for paths slower than the
    /// options' times.</summary>
    /// <value>0 by default; at most 10 s counts.</value>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public TimeSpan AnswerTimeout
    {
        get => _answerTimeout;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            _answerTimeout = value < TimeSpan.FromSeconds(10) ? value : TimeSpan.FromSeconds(10);
        }
    }

    /// <summary>
    /// How long a round of probes that was asked for lasts, from the first to the last answer that counts: with the defaults 600 ms. Then
    /// the caller tells <see cref="ProbesEnded"/>.
    /// </summary>
    public TimeSpan ProbeTime => ((_options.Probes - 1) * _options.ProbeInterval) + Longer(_options.ProbeInterval, _answerTimeout);

    /// <summary>When to call <see cref="Advance"/> next, and what for; in the past or at present when there is a decision
    /// already.</summary>
    public Deadline<FailoverDue> Next => ComputeNext();

    /// <summary>Whether data went either way within <see cref="FailoverOptions.TrafficPause"/>.</summary>
    /// <param name="now">The time of the call.</param>
    public bool TrafficFlows(TimeSpan now) => _traffic.LastData is { } last && now - last < _options.TrafficPause;

    /// <summary>Whether a server was left for a failure so recently that it should not be chosen, nor stand by where others can.</summary>
    /// <param name="server">Its id.</param>
    /// <param name="now">The time of the call.</param>
    public bool IsBarred(Guid server, TimeSpan now) => _left.IsBarred(server, now);

    /// <summary>The tunnel leads to a server, whose handshake is done: at first, after a move, or after a switch without a
    /// target.</summary>
    /// <param name="server">Its id.</param>
    /// <param name="now">The time of the call.</param>
    /// <exception cref="ArgumentException">The empty id.</exception>
    public void Connected(Guid server, TimeSpan now)
    {
        if (server == Guid.Empty) throw new ArgumentException("A server has an id.", nameof(server));
        _now = now;
        if (server != Current)
        {
            bool failed = State == FailoverState.Switching || _drain is not null;
            Lead(server, failed, now);
        }
        Settle(now);
    }

    /// <summary>A server stands by, with a session; or none does.</summary>
    /// <param name="server">Its id, or empty. Not the current one.</param>
    /// <param name="now">The time of the call.</param>
    /// <exception cref="ArgumentException">It is the current server.</exception>
    public void SetStandby(Guid server, TimeSpan now)
    {
        if (server != Guid.Empty && server == Current) throw new ArgumentException("The current server cannot stand by.", nameof(server));
        (_now, Standby, _standbySilent) = (now, server, false);
    }

    /// <summary>Packets went into the tunnel.</summary>
    /// <param name="data">How many of them carried data; keepalives need not be told.</param>
    /// <param name="now">When the first of them did.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public void Sent(int data, TimeSpan now)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(data);
        _now = now;
        _traffic.Sent(data, now);
    }

    /// <summary>Packets came out of the current server's tunnel, authenticated.</summary>
    /// <param name="data">How many of them carried data.</param>
    /// <param name="keepalives">How many were keepalives.</param>
    /// <param name="now">When the last of them did.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public void Received(int data, int keepalives, TimeSpan now)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(data);
        ArgumentOutOfRangeException.ThrowIfNegative(keepalives);
        if (data == 0 && keepalives == 0) return;
        _now = now;
        _traffic.Received(data, now);
        if (data > 0) (_rest, _restUntil) = (TimeSpan.Zero, null);
        // The session works: whatever the handshake waits for, nobody is the worse for it yet.
        if (_handshakeSince is not null) (_handshakeSince, _handshakeAsked) = (now, false);
        Hear(authenticated: true, now);
    }

    /// <summary>A handshake with a server was begun.</summary>
    /// <param name="server">Its id.</param>
    /// <param name="now">The time of the call.</param>
    public void HandshakeStarted(Guid server, TimeSpan now)
    {
        _now = now;
        if (server == Current && _handshakeSince is null) (_handshakeSince, _handshakeAsked) = (now, false);
    }

    /// <summary>A handshake with a server was done.</summary>
    /// <param name="server">Its id.</param>
    /// <param name="now">The time of the call.</param>
    public void HandshakeCompleted(Guid server, TimeSpan now)
    {
        if (server != Current)
        {
            Answered(server, now);
            return;
        }
        (_now, _handshakeSince) = (now, null);
        Hear(authenticated: true, now);
    }

    /// <summary>A handshake with a server was given up, or refused.</summary>
    /// <param name="server">Its id.</param>
    /// <param name="now">The time of the call.</param>
    public void HandshakeFailed(Guid server, TimeSpan now)
    {
        _now = now;
        if (server == Current) (_handshakeSince, _handshakeAsked) = (now - _options.HandshakePatience, false);
        else if (server == Standby && server != Guid.Empty) _standbySilent = true;
        else if (State == FailoverState.Switching && _switchCause != FailoverReason.None) _confirmBy = now;
    }

    /// <summary>A server answered a probe, or anything else that shows it is there.</summary>
    /// <param name="server">Its id; any server's, also a witness'.</param>
    /// <param name="now">The time of the call.</param>
    public void Answered(Guid server, TimeSpan now)
    {
        _now = now;
        if (server == Current)
        {
            Hear(authenticated: false, now);
            return;
        }
        if (_check.IsActive)
        {
            _check.OtherAnswered = true;
            if (server == Standby) _check.StandbyAnswered = true;
        }
        else if (State == FailoverState.Offline)
        {
            // We are back, it seems; sooner than we would have asked.
            _retryAt = now;
        }
    }

    /// <summary>A routine round of probes, complete and not asked for by this machine, stayed without an answer of a server.</summary>
    /// <param name="server">Its id; others than the current one and the standby do not matter.</param>
    /// <param name="now">The time of the call.</param>
    public void Unanswered(Guid server, TimeSpan now)
    {
        _now = now;
        if (server == Current && State == FailoverState.Healthy && !HeardWithin(ProbeTime, now)) _doubt = FailoverReason.ProbesUnanswered;
        else if (server == Standby && server != Guid.Empty) _standbySilent = true;
    }

    /// <summary>The round of probes that was asked for is over, and all its answers were told: there is nothing to wait for any
    /// more.</summary>
    /// <param name="now">The time of the call.</param>
    public void ProbesEnded(TimeSpan now)
    {
        _now = now;
        if (_check.IsActive) _check.Complete(now);
    }

    /// <summary>Another server has been better for long enough (<see cref="StickinessRule"/>). Forgotten when it cannot be followed
    /// now.</summary>
    /// <param name="server">Its id.</param>
    /// <param name="now">The time of the call.</param>
    public void Propose(Guid server, TimeSpan now)
    {
        _now = now;
        if (State == FailoverState.Healthy && server != Current) _proposed = server;
    }

    /// <summary>A move that was preferred did not succeed: the other server did not answer. It is tried again if the reason
    /// persists.</summary>
    /// <param name="now">The time of the call.</param>
    public void MoveFailed(TimeSpan now) => (_now, _moving, _moveNotBefore) = (now, false, now + MoveRetry);

    /// <summary>The current server will be taken out of service.</summary>
    /// <param name="deadline">When, on this machine's clock.</param>
    /// <param name="now">The time of the call.</param>
    /// <param name="draw">A number drawn at random from 0 to 1: when this client moves, among others.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="draw"/> is outside.</exception>
    public void Draining(TimeSpan deadline, TimeSpan now, double draw)
    {
        OptionRange.Require(draw, 0, 1, nameof(draw));
        _now = now;
        _drain = DrainSchedule.Create(now, deadline, _options.DrainMargin, draw);
    }

    /// <summary>The current server stays in service after all.</summary>
    /// <param name="now">The time of the call.</param>
    public void DrainCancelled(TimeSpan now) => (_now, _drain) = (now, null);

    /// <summary>A server ends by itself, now. Believed once per server in <see cref="FailoverOptions.ClosingInterval"/>.</summary>
    /// <param name="server">The id of the server whose tunnel said so.</param>
    /// <param name="now">The time of the call.</param>
    /// <returns>Whether it is believed.</returns>
    public bool Closing(Guid server, TimeSpan now)
    {
        _now = now;
        if (server == Guid.Empty || (server != Current && server != Standby)) return false;
        if (!_left.Close(server, _options.ClosingInterval, now)) return false;
        if (server == Current) _closing = true;
        else _standbySilent = true;
        return true;
    }

    /// <summary>The client used up what it may use: no other server will help.</summary>
    /// <param name="now">The time of the call.</param>
    public void LimitReached(TimeSpan now) => (_now, _stopping) = (now, FailoverReason.LimitReached);

    /// <summary>Another instance of this client took its place.</summary>
    /// <param name="now">The time of the call.</param>
    public void Superseded(TimeSpan now) => (_now, _stopping) = (now, FailoverReason.Superseded);

    /// <summary>The client's network is another, or is there again: addresses, routes or the interface changed.</summary>
    /// <param name="now">The time of the call.</param>
    public void NetworkChanged(TimeSpan now) => Doubt(FailoverReason.NetworkChanged, now);

    /// <summary>The system says that there is no network at all. Nothing is asked until <see cref="NetworkChanged"/>.</summary>
    /// <param name="now">The time of the call.</param>
    public void NetworkLost(TimeSpan now)
    {
        Doubt(FailoverReason.None, now);
        if (State != FailoverState.Stopped) State = FailoverState.Offline;
        _retryAt = null;
    }

    /// <summary>The device was asleep, or the clock jumped: what was silent since then was not the server.</summary>
    /// <param name="now">The time of the call, after it.</param>
    public void Resumed(TimeSpan now) => Doubt(FailoverReason.Resumed, now);

    /// <summary>What is to be done now. Each decision is told once; <see cref="FailoverAction.Stay"/> when there is none.</summary>
    /// <param name="now">The time of the call.</param>
    public FailoverDecision Advance(TimeSpan now)
    {
        _now = now;
        return Decide(now);
    }
}
