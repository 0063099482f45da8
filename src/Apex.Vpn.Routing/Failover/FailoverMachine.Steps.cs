namespace Apex.Vpn.Routing.Failover;

/// <content>What follows from what was told.</content>
public sealed partial class FailoverMachine
{
    /// <summary>After a change of network or of time, a server is silent for good only when it was so twice: the first may be our own
    /// start.</summary>
    private const int RoundsAfterChange = 2;

    /// <summary>So many servers are tried one after another before it is asked whether anybody answers at all.</summary>
    private const int MaxChoices = 3;

    /// <summary>A caller that does not say when its round has ended is waited for so much longer.</summary>
    private static readonly TimeSpan RoundSlack = TimeSpan.FromMilliseconds(200);

    private TimeSpan SilenceAllowed => Longer(_options.Silence, _answerTimeout) * _history.Backoff(_now);

    private TimeSpan? SilenceDue =>
        _traffic.SilentSince(_options.SilentPackets) is { } since ? Later(since + SilenceAllowed, _restUntil) : null;

    /// <summary>At first it is asked; when it answers that and still not the handshake, it is left.</summary>
    private TimeSpan? HandshakeDue =>
        _handshakeSince is { } since ? since + (_options.HandshakePatience * (_handshakeAsked ? 2 : 1)) : null;

    private TimeSpan? DrainDue =>
        _drain is { } drain && !_moving ? Later(drain.Due(_traffic.LastData, _options.TrafficPause), _moveNotBefore) : null;

    private bool HasDecision =>
        _stopping != FailoverReason.None || (State != FailoverState.Stopped && (_closing || _doubt != FailoverReason.None))
        || (State == FailoverState.Healthy && (_standbySilent || _proposed != Guid.Empty));

    private Deadline<FailoverDue> ComputeNext()
    {
        if (HasDecision) return new(_now, FailoverDue.Decision);
        var next = new Deadline<FailoverDue>(TimeSpan.MaxValue, FailoverDue.Nothing);
        return State switch
        {
            FailoverState.Healthy => next.OrEarlier(SilenceDue, FailoverDue.Silence).OrEarlier(HandshakeDue, FailoverDue.Handshake)
                .OrEarlier(DrainDue, FailoverDue.Drain),
            FailoverState.Probing or FailoverState.Offline when _check.IsActive => next.OrEarlier(_check.EndsAt, FailoverDue.Probes),
            FailoverState.Offline => next.OrEarlier(_retryAt, FailoverDue.OfflineRetry),
            FailoverState.Switching => next.OrEarlier(_confirmBy, FailoverDue.Confirmation),
            _ => next,
        };
    }

    private FailoverDecision Decide(TimeSpan now)
    {
        if (_stopping != FailoverReason.None) return StopFor(_stopping);
        if (State == FailoverState.Stopped) return FailoverDecision.Stay;
        if (_closing)
        {
            _closing = false;
            return Leave(FailoverReason.Closing, Standby, now);
        }
        if (_doubt != FailoverReason.None)
        {
            FailoverReason cause = _doubt;
            _doubt = FailoverReason.None;
            return Ask(cause, cause == FailoverReason.ProbesUnanswered ? 1 : RoundsAfterChange, now);
        }
        return State switch
        {
            FailoverState.Healthy => WatchHealthy(now),
            FailoverState.Probing or FailoverState.Offline when _check.IsActive => Judge(now),
            FailoverState.Offline => _retryAt <= now ? Ask(FailoverReason.Offline, RoundsAfterChange, now) : FailoverDecision.Stay,
            FailoverState.Switching => _confirmBy <= now ? Unconfirmed(now) : FailoverDecision.Stay,
            _ => FailoverDecision.Stay,
        };
    }

    private FailoverDecision WatchHealthy(TimeSpan now)
    {
        if (HandshakeDue <= now)
        {
            if (_handshakeAsked) return Leave(FailoverReason.HandshakeUnanswered, Standby, now);
            _handshakeAsked = true;
            return Ask(FailoverReason.HandshakeUnanswered, 1, now);
        }
        if (SilenceDue <= now) return Ask(FailoverReason.Silence, 1, now);
        if (DrainDue <= now)
        {
            _moving = true;
            return new(FailoverAction.Prefer, FailoverReason.Drain, Standby);
        }
        if (_standbySilent)
        {
            _standbySilent = false;
            // If not even the current server was heard of, it is not the standby's fault.
            if (HeardWithin(_options.HandshakePatience, now))
                return new(FailoverAction.ReplaceStandby, FailoverReason.ProbesUnanswered, Standby);
        }
        if (_proposed == Guid.Empty) return FailoverDecision.Stay;
        Guid proposed = _proposed;
        _proposed = Guid.Empty;
        bool rested = _history.Last is not { } last || now - last >= _options.Dwell * _history.Backoff(now);
        if (!rested || _moving || now < _moveNotBefore || IsBarred(proposed, now)) return FailoverDecision.Stay;
        _moving = true;
        return new(FailoverAction.Prefer, FailoverReason.Better, proposed);
    }

    private FailoverDecision Ask(FailoverReason cause, int rounds, TimeSpan now)
    {
        if (State != FailoverState.Offline) State = FailoverState.Probing;
        _check.Begin(cause, rounds, now + ProbeTime + RoundSlack);
        return new(FailoverAction.Probe, cause, Current);
    }

    private FailoverDecision Judge(TimeSpan now)
    {
        if (now < _check.EndsAt) return FailoverDecision.Stay;
        FailoverReason cause = _check.Cause;
        if (_check.IsLate(now))
        {
            _check.Repeat(now + ProbeTime + RoundSlack);
            return new(FailoverAction.Probe, cause, Current);
        }
        if (!_check.OtherAnswered && (HasWitnesses || Standby != Guid.Empty)) return GoOffline(now);
        if (_check.OtherAnswered && _check.RoundsLeft > 1) return Ask(cause, _check.RoundsLeft - 1, now);
        return Leave(cause, _check.StandbyAnswered ? Standby : Guid.Empty, now);
    }

    private FailoverDecision GoOffline(TimeSpan now)
    {
        _check.End();
        _retry = State == FailoverState.Offline ? Shorter(_retry * 2, _options.MaxOfflineRetry) : FirstRest;
        (State, _retryAt) = (FailoverState.Offline, now + _retry);
        return new(FailoverAction.Stay, FailoverReason.Offline, Current);
    }

    /// <summary>Moves to a server that has a session already, or asks for one to be chosen.</summary>
    private FailoverDecision Leave(FailoverReason cause, Guid target, TimeSpan now)
    {
        _check.End();
        (State, _switchCause) = (FailoverState.Switching, cause);
        if (target == Guid.Empty)
        {
            _choices++;
            _confirmBy = now + (2 * _options.ConfirmPatience);
        }
        else
        {
            Lead(target, failed: true, now);
            (_switchCause, _confirmBy) = (FailoverReason.None, now + _options.ConfirmPatience);
        }
        return new(FailoverAction.Switch, cause, target);
    }

    /// <summary>The new server said nothing in time: one with a session is asked; of those that were to be chosen, the next is
    /// tried.</summary>
    private FailoverDecision Unconfirmed(TimeSpan now)
    {
        if (_switchCause == FailoverReason.None) return Ask(FailoverReason.Unconfirmed, 1, now);
        if (_choices < MaxChoices) return Leave(_switchCause, Guid.Empty, now);
        _choices = 0;
        return GoOffline(now);
    }

    private FailoverDecision StopFor(FailoverReason reason)
    {
        (_stopping, State) = (FailoverReason.None, FailoverState.Stopped);
        Forget();
        return new(FailoverAction.Stop, reason, Current);
    }

    /// <summary>The tunnel leads to another server from now on.</summary>
    private void Lead(Guid server, bool failed, TimeSpan now)
    {
        if (Current != Guid.Empty)
        {
            if (failed) _left.Leave(Current, _options.Bar, now);
            // A server that the user chose is no sign of flapping.
            if (failed || _moving) _history.Add(now);
        }
        Current = server;
        if (Standby == server) Standby = Guid.Empty;
        _lastHeard = null;
        _drain = null;
        Forget();
    }

    /// <summary>What was waited for does not matter any more.</summary>
    private void Forget()
    {
        _traffic.Restart();
        _check.End();
        (_handshakeSince, _restUntil, _retryAt, _confirmBy, _moveNotBefore) = (null, null, null, null, null);
        (_rest, _choices, _moving, _closing, _standbySilent, _proposed) = (TimeSpan.Zero, 0, false, false, false, Guid.Empty);
        (_doubt, _switchCause) = (FailoverReason.None, FailoverReason.None);
    }

    private void Settle(TimeSpan now)
    {
        // While everything was down no handshake could have been answered.
        if (State == FailoverState.Offline && _handshakeSince is not null) (_handshakeSince, _handshakeAsked) = (now, false);
        (State, _lastHeard, _confirmBy, _choices, _switchCause) = (FailoverState.Healthy, now, null, 0, FailoverReason.None);
        _check.End();
    }

    /// <summary>The current server was heard of: through its tunnel or by a handshake, or by a probe alone.</summary>
    private void Hear(bool authenticated, TimeSpan now)
    {
        _lastHeard = now;
        switch (State)
        {
            case FailoverState.Probing or FailoverState.Offline:
                if (_check is { IsActive: true, Cause: FailoverReason.Silence } && !authenticated)
                {
                    _rest = _rest == TimeSpan.Zero ? FirstRest : Shorter(_rest * 2, _options.MaxRest);
                    _restUntil = now + _rest;
                }
                Settle(now);
                break;
            // A server that closes, or answers probes alone, is left even if something of it still comes in.
            case FailoverState.Switching when _switchCause is not FailoverReason.Closing
                && (authenticated || _switchCause != FailoverReason.HandshakeUnanswered):
                Settle(now);
                break;
        }
    }

    /// <summary>What is known of silence is void; there may be a new cause to ask.</summary>
    private void Doubt(FailoverReason cause, TimeSpan now)
    {
        _now = now;
        _traffic.Restart();
        _check.End();
        (_handshakeSince, _restUntil, _rest) = (null, null, TimeSpan.Zero);
        if (State != FailoverState.Stopped) _doubt = cause;
    }

    private bool HeardWithin(TimeSpan time, TimeSpan now) => _lastHeard is { } heard && now - heard <= time;

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static TimeSpan Later(TimeSpan one, TimeSpan? other) => other > one ? other.Value : one;
}
