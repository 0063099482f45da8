using Apex.Vpn.Routing.Failover;

namespace Apex.Vpn.Routing.Tests.Failover;

/// <summary>The machine by itself: each rule, one test.</summary>
public sealed partial class FailoverMachineTests
{
    private static readonly Guid A = new(1, 0, 0, new byte[8]), B = new(2, 0, 0, new byte[8]), C = new(3, 0, 0, new byte[8]);

    private readonly FailoverMachine _machine = new();

    public FailoverMachineTests()
    {
        _machine.Connected(A, At(0));
        _machine.SetStandby(B, At(0));
    }

    [Fact]
    public void A_tunnel_at_rest_has_no_deadline()
    {
        Assert.True(_machine.Next.IsNever);
        _machine.Received(data: 1, keepalives: 0, At(10));
        _machine.Received(data: 0, keepalives: 1, At(20));
        _machine.Sent(0, At(30));

        Assert.True(_machine.Next.IsNever);
        Assert.Equal((FailoverState.Healthy, default), (_machine.State, _machine.Advance(At(100_000))));
    }

    [Fact]
    public void Silence_after_three_data_packets_makes_it_ask_after_a_second_and_switch_when_only_the_standby_answers()
    {
        SendInVain(At(10));
        Assert.Equal(new Deadline<FailoverDue>(At(11), FailoverDue.Silence), _machine.Next);
        Assert.Equal(default, _machine.Advance(At(10.99)));

        Assert.Equal(Probe(FailoverReason.Silence), _machine.Advance(At(11)));
        Assert.Equal(FailoverState.Probing, _machine.State);
        _machine.Answered(B, At(11.04));
        Assert.Equal(FailoverDue.Probes, _machine.Next.Reason);
        _machine.ProbesEnded(At(11.6));

        Assert.Equal(new FailoverDecision(FailoverAction.Switch, FailoverReason.Silence, B), _machine.Advance(At(11.6)));
        Assert.Equal((B, Guid.Empty, FailoverState.Switching), (_machine.Current, _machine.Standby, _machine.State));
        _machine.Received(1, 0, At(11.65));
        Assert.Equal(FailoverState.Healthy, _machine.State);
        Assert.True(_machine.IsBarred(A, At(12)));
    }

    [Fact]
    public void Fewer_than_three_packets_are_what_an_idle_device_sends()
    {
        _machine.Sent(2, At(10));

        Assert.True(_machine.Next.IsNever);

        _machine.Sent(1, At(15)); // now it is due at once
        Assert.True(_machine.Next.IsDue(At(15)));
    }

    [Fact]
    public void An_answer_to_a_probe_ends_the_doubt_and_the_next_one_comes_later_each_time()
    {
        SendInVain(At(10));
        double asked = 11;
        foreach (double rest in (double[])[1, 2, 4, 8, 10, 10])
        {
            Assert.Equal(FailoverAction.Probe, _machine.Advance(At(asked)).Action);
            _machine.Answered(A, At(asked));
            Assert.Equal(FailoverState.Healthy, _machine.State);
            Assert.Equal(new Deadline<FailoverDue>(At(asked + rest), FailoverDue.Silence), _machine.Next);
            asked += rest;
            _machine.Received(data: 0, keepalives: 1, At(asked - 0.01)); // as a node sends that got data
            SendInVain(At(asked - 1));
        }

        _machine.Received(data: 1, keepalives: 0, At(100));
        SendInVain(At(101));
        Assert.Equal(At(102), _machine.Next.At);
    }

    [Fact]
    public void When_the_replies_of_two_probes_are_lost_the_third_is_enough()
    {
        Doubt();
        _machine.Answered(B, At(11.04));
        _machine.Answered(B, At(11.24));
        Assert.Equal(default, _machine.Advance(At(11.5)));
        _machine.Answered(A, At(11.59));
        _machine.ProbesEnded(At(11.6));

        Assert.Equal((A, FailoverState.Healthy, default), (_machine.Current, _machine.State, _machine.Advance(At(11.6))));
    }

    [Fact]
    public void A_packet_out_of_the_tunnel_ends_the_doubt()
    {
        Doubt();
        _machine.Answered(B, At(11.1));
        _machine.Received(0, 1, At(11.5));

        Assert.Equal(FailoverState.Healthy, _machine.State);
        Assert.True(_machine.Next.IsNever);
    }

    [Fact]
    public void When_nobody_answers_it_stays_says_so_and_asks_again_ever_more_rarely()
    {
        Doubt();
        _machine.ProbesEnded(At(11.6));

        Assert.Equal(new FailoverDecision(FailoverAction.Stay, FailoverReason.Offline, A), _machine.Advance(At(11.6)));
        double now = 11.6;
        foreach (double wait in (double[])[1, 2, 4, 8, 16, 30, 30])
        {
            Assert.Equal((A, FailoverState.Offline), (_machine.Current, _machine.State));
            Assert.Equal(FailoverDue.OfflineRetry, _machine.Next.Reason);
            Assert.Equal(now + wait, _machine.Next.At.TotalSeconds, tolerance: 1e-6);
            now += wait;
            Assert.Equal(Probe(FailoverReason.Offline), _machine.Advance(At(now)));
            _machine.ProbesEnded(At(now));
            _machine.Advance(At(now));
        }

        _machine.Answered(A, At(now + 1));
        Assert.Equal(FailoverState.Healthy, _machine.State);
    }

    [Fact]
    public void Back_from_offline_it_takes_two_rounds_to_leave_a_server()
    {
        Doubt();
        _machine.ProbesEnded(At(11.6));
        _machine.Advance(At(11.6));
        _machine.Answered(C, At(12)); // somebody is there: asked at once
        Assert.Equal(Probe(FailoverReason.Offline), _machine.Advance(At(12)));
        _machine.Answered(B, At(12.1));
        _machine.ProbesEnded(At(12.6));

        Assert.Equal(Probe(FailoverReason.Offline), _machine.Advance(At(12.6)));
        _machine.Answered(B, At(12.7));
        _machine.ProbesEnded(At(13.2));
        Assert.Equal(new FailoverDecision(FailoverAction.Switch, FailoverReason.Offline, B), _machine.Advance(At(13.2)));
    }

    [Fact]
    public void With_the_standby_dead_too_another_server_is_to_be_chosen_and_the_old_session_stays()
    {
        Doubt();
        _machine.Answered(C, At(11.1));
        _machine.ProbesEnded(At(11.6));

        Assert.Equal(new FailoverDecision(FailoverAction.Switch, FailoverReason.Silence, Guid.Empty), _machine.Advance(At(11.6)));
        Assert.Equal((A, FailoverState.Switching), (_machine.Current, _machine.State));
        Assert.Equal(new Deadline<FailoverDue>(At(13.6), FailoverDue.Confirmation), _machine.Next);

        _machine.Connected(C, At(11.7));
        Assert.Equal((C, FailoverState.Healthy), (_machine.Current, _machine.State));
        Assert.True(_machine.IsBarred(A, At(12)));
    }

    [Fact]
    public void A_server_that_comes_back_before_another_was_found_is_kept()
    {
        Doubt();
        _machine.Answered(C, At(11.1));
        _machine.ProbesEnded(At(11.6));
        _machine.Advance(At(11.6));

        _machine.Received(1, 0, At(12));
        Assert.Equal((A, FailoverState.Healthy), (_machine.Current, _machine.State));
    }

    [Fact]
    public void Three_servers_are_tried_before_it_is_offline()
    {
        Doubt();
        _machine.Answered(C, At(11.1));
        _machine.ProbesEnded(At(11.6));
        _machine.Advance(At(11.6));

        Assert.Equal(FailoverAction.Switch, _machine.Advance(At(13.6)).Action);
        _machine.HandshakeFailed(C, At(14)); // no need to wait
        Assert.Equal(FailoverAction.Switch, _machine.Advance(At(14)).Action);
        Assert.Equal(new FailoverDecision(FailoverAction.Stay, FailoverReason.Offline, A), _machine.Advance(At(16)));
    }

    [Fact]
    public void Without_anybody_else_to_ask_another_server_is_tried()
    {
        _machine.SetStandby(Guid.Empty, At(1));
        _machine.HasWitnesses = false;
        Doubt();
        _machine.ProbesEnded(At(11.6));

        Assert.Equal(new FailoverDecision(FailoverAction.Switch, FailoverReason.Silence, Guid.Empty), _machine.Advance(At(11.6)));
    }

    [Fact]
    public void A_standby_that_does_not_confirm_is_asked_in_turn()
    {
        Doubt();
        _machine.Answered(B, At(11.1));
        _machine.ProbesEnded(At(11.6));
        _machine.Advance(At(11.6));

        Assert.Equal(new Deadline<FailoverDue>(At(12.6), FailoverDue.Confirmation), _machine.Next);
        Assert.Equal(new FailoverDecision(FailoverAction.Probe, FailoverReason.Unconfirmed, B), _machine.Advance(At(12.6)));
        _machine.Answered(B, At(12.7));
        Assert.Equal((B, FailoverState.Healthy), (_machine.Current, _machine.State));
    }

    [Fact]
    public void A_verdict_that_comes_late_is_none()
    {
        Doubt();
        _machine.Answered(B, At(11.1));

        // The process was stopped for a minute; what the server said meanwhile has not been read yet.
        Assert.Equal(Probe(FailoverReason.Silence), _machine.Advance(At(71)));
        _machine.Received(1, 0, At(71.001));
        Assert.Equal((A, FailoverState.Healthy), (_machine.Current, _machine.State));
    }

    [Fact]
    public void A_process_that_is_always_late_still_gets_a_verdict()
    {
        Doubt();
        int rounds = 0;
        for (double now = 20; _machine.State == FailoverState.Probing; now += 10, rounds++)
        {
            _machine.Answered(B, At(now));
            _machine.Advance(At(now));
        }

        Assert.Equal((3, B), (rounds, _machine.Current));
    }

    [Fact]
    public void A_handshake_without_response_makes_it_ask_and_a_server_that_answers_probes_alone_is_left()
    {
        _machine.HandshakeStarted(A, At(10));
        _machine.HandshakeStarted(A, At(14)); // again; the first counts
        Assert.Equal(new Deadline<FailoverDue>(At(15), FailoverDue.Handshake), _machine.Next);

        Assert.Equal(Probe(FailoverReason.HandshakeUnanswered), _machine.Advance(At(15)));
        _machine.Answered(A, At(15.1));
        Assert.Equal(new Deadline<FailoverDue>(At(20), FailoverDue.Handshake), _machine.Next);

        Assert.Equal(new FailoverDecision(FailoverAction.Switch, FailoverReason.HandshakeUnanswered, B), _machine.Advance(At(20)));
    }

    [Fact]
    public void A_handshake_that_is_done_or_a_tunnel_that_works_is_no_failure()
    {
        _machine.HandshakeStarted(A, At(10));
        _machine.Received(1, 0, At(14));
        Assert.Equal(At(19), _machine.Next.At);

        _machine.HandshakeCompleted(A, At(15));
        Assert.True(_machine.Next.IsNever);
    }

    [Fact]
    public void A_handshake_given_up_makes_it_ask_at_once()
    {
        _machine.HandshakeFailed(A, At(10));

        Assert.Equal(Probe(FailoverReason.HandshakeUnanswered), _machine.Advance(At(10)));
    }

    [Fact]
    public void A_routine_round_without_answer_makes_it_ask_unless_the_server_was_just_heard()
    {
        _machine.Unanswered(A, At(0.5));
        Assert.True(_machine.Next.IsNever);

        _machine.Unanswered(A, At(60));
        Assert.Equal(Probe(FailoverReason.ProbesUnanswered), _machine.Advance(At(60)));
    }

    [Fact]
    public void A_silent_standby_is_replaced_while_the_current_server_is_heard()
    {
        _machine.Received(1, 0, At(60));
        _machine.Unanswered(B, At(61));
        Assert.Equal(new FailoverDecision(FailoverAction.ReplaceStandby, FailoverReason.ProbesUnanswered, B), _machine.Advance(At(61)));

        _machine.Unanswered(B, At(120)); // as is everybody: not the standby's fault
        Assert.Equal(default, _machine.Advance(At(120)));
        Assert.True(_machine.Next.IsNever);
    }

    [Fact]
    public void A_far_server_is_given_its_time()
    {
        _machine.AnswerTimeout = TimeSpan.FromSeconds(1.5);
        SendInVain(At(10));

        Assert.Equal(At(11.5), _machine.Next.At);
        Assert.Equal(TimeSpan.FromSeconds(1.9), _machine.ProbeTime);
    }

    [Fact]
    public void What_flaps_is_asked_later_each_time_and_barred_for_longer()
    {
        double now = 10;
        var waits = new List<double>();
        (Guid current, Guid other) = (A, B);
        for (int i = 0; i < 6; i++)
        {
            SendInVain(At(now));
            waits.Add((_machine.Next.At - At(now)).TotalSeconds);
            now = _machine.Next.At.TotalSeconds;
            _machine.Advance(At(now));
            _machine.Answered(other, At(now));
            _machine.ProbesEnded(At(now));
            Assert.Equal(other, _machine.Advance(At(now)).Target);
            _machine.Received(1, 0, At(now));
            _machine.SetStandby(current, At(now));
            (current, other) = (other, current);
        }

        Assert.Equal([1, 1, 2, 4, 8, 8], waits);
        Assert.True(_machine.IsBarred(B, At(now + (4 * 300) - 1))); // the third time
        Assert.False(_machine.IsBarred(B, At(now + (4 * 300))));
    }

    [Fact]
    public void A_move_that_the_user_made_bars_nothing_and_is_no_flapping()
    {
        for (int i = 0; i < 6; i++) _machine.Connected(i % 2 == 0 ? B : A, At(i));

        Assert.False(_machine.IsBarred(A, At(10)) || _machine.IsBarred(B, At(10)));
        SendInVain(At(10));
        Assert.Equal(At(11), _machine.Next.At);
    }

    [Fact]
    public void What_a_caller_gets_wrong_is_refused()
    {
        Assert.Throws<ArgumentException>(() => _machine.Connected(Guid.Empty, At(1)));
        Assert.Throws<ArgumentException>(() => _machine.SetStandby(A, At(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => _machine.Sent(-1, At(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => _machine.Received(-1, 0, At(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => _machine.Received(0, -1, At(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => _machine.Draining(At(2), At(1), 1.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => _machine.AnswerTimeout = TimeSpan.FromTicks(-1));
    }

    [Fact]
    public void Traffic_and_doubt_allocate_nothing()
    {
        Work(0);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 1; i < 100; i++) Work(i * 100);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Work(double start)
        {
            SendInVain(At(start + 1));
            _machine.Advance(At(start + 2));
            _machine.Answered(B, At(start + 2));
            _machine.Answered(A, At(start + 2));
            _machine.Received(3, 1, At(start + 3));
            _machine.Advance(At(start + 4));
        }
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);

    private static FailoverDecision Probe(FailoverReason reason) => new(FailoverAction.Probe, reason, A);

    private void SendInVain(TimeSpan now) => _machine.Sent(3, now);

    private FailoverDecision Heard(TimeSpan now)
    {
        _machine.Received(1, 0, now);
        return _machine.Advance(now);
    }

    /// <summary>At 10 s data goes out in vain; at 11 s it asks.</summary>
    private void Doubt()
    {
        SendInVain(At(10));
        Assert.Equal(Probe(FailoverReason.Silence), _machine.Advance(At(11)));
    }
}
