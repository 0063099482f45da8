using Apex.Vpn.Routing.Failover;

namespace Apex.Vpn.Routing.Tests.Failover;

/// <content>What servers, the network and the rest of the client tell it.</content>
public sealed partial class FailoverMachineTests
{
    [Fact]
    public void Closing_moves_to_the_own_runner_up_at_once_and_once_per_server_in_10_minutes()
    {
        Assert.True(_machine.Closing(A, At(10)));
        Assert.Equal(new FailoverDecision(FailoverAction.Switch, FailoverReason.Closing, B), _machine.Advance(At(10)));

        _machine.Connected(A, At(20)); // the user insists
        Assert.False(_machine.Closing(A, At(609)));
        Assert.True(_machine.Next.IsNever);
        Assert.True(_machine.Closing(A, At(610)));
    }

    [Fact]
    public void Nobody_speaks_for_another_server()
    {
        Assert.False(_machine.Closing(C, At(10)));
        Assert.False(_machine.Closing(Guid.Empty, At(10)));
        Assert.True(_machine.Closing(B, At(10))); // the standby for itself
        Assert.Equal(FailoverAction.ReplaceStandby, Heard(At(10)).Action);
    }

    [Fact]
    public void A_closing_server_without_runner_up_is_left_even_if_it_still_talks()
    {
        _machine.SetStandby(Guid.Empty, At(1));
        _machine.Closing(A, At(10));
        Assert.Equal(new FailoverDecision(FailoverAction.Switch, FailoverReason.Closing, Guid.Empty), _machine.Advance(At(10)));

        _machine.Received(5, 0, At(10.1));
        Assert.Equal(FailoverState.Switching, _machine.State);
    }

    [Fact]
    public void A_drained_server_is_left_when_the_tunnel_rests()
    {
        _machine.Sent(1, At(10));
        _machine.Received(1, 0, At(10));
        _machine.Draining(At(3600), At(11), draw: 0.5);

        Assert.Equal(new Deadline<FailoverDue>(At(70), FailoverDue.Drain), _machine.Next); // a minute without data
        Assert.Equal(new FailoverDecision(FailoverAction.Prefer, FailoverReason.Drain, B), _machine.Advance(At(70)));
        Assert.Equal((A, FailoverState.Healthy), (_machine.Current, _machine.State));
        Assert.True(_machine.Next.IsNever);

        _machine.Connected(B, At(71));
        Assert.Equal((B, true), (_machine.Current, _machine.IsBarred(A, At(72))));
        Assert.True(_machine.Next.IsNever);
    }

    [Theory]
    [InlineData(0, 3590)]
    [InlineData(1, 1795)]
    public void Under_traffic_it_is_left_some_time_in_the_second_half_before_the_deadline(double draw, double expected)
    {
        _machine.Draining(At(3600), At(0), draw);
        for (int i = 1; i <= 3600; i++)
        {
            _machine.Sent(1, At(i));
            _machine.Received(1, 0, At(i));
            if (_machine.Advance(At(i)).Action != FailoverAction.Prefer) continue;
            Assert.Equal(expected, i, tolerance: 1.0);
            return;
        }
        Assert.Fail("It was never left.");
    }

    [Fact]
    public void A_deadline_that_is_near_or_past_leaves_no_time()
    {
        _machine.Sent(1, At(9));
        _machine.Draining(At(12), At(10), draw: 0.5);
        Assert.InRange(_machine.Next.At, At(10), At(11));

        _machine.Draining(At(5), At(10), draw: 0.5);
        Assert.True(_machine.Next.IsDue(At(10)));
    }

    [Fact]
    public void A_move_that_failed_is_tried_again_and_a_drain_called_off_is_not()
    {
        _machine.Draining(At(5), At(10), draw: 0);
        _machine.Advance(At(10));
        _machine.MoveFailed(At(12));
        Assert.Equal(new Deadline<FailoverDue>(At(22), FailoverDue.Drain), _machine.Next);
        Assert.Equal(FailoverReason.Drain, _machine.Advance(At(22)).Reason);

        _machine.MoveFailed(At(23));
        _machine.DrainCancelled(At(24));
        Assert.True(_machine.Next.IsNever);
    }

    [Fact]
    public void A_better_server_is_followed_after_the_dwell_and_never_to_one_that_was_left()
    {
        _machine.Closing(A, At(0));
        _machine.Advance(At(0));
        _machine.HandshakeCompleted(B, At(0.1));

        _machine.Propose(C, At(59));
        Assert.Equal(default, _machine.Advance(At(59)));
        _machine.Propose(A, At(61));
        Assert.Equal(default, _machine.Advance(At(61)));
        _machine.Propose(C, At(62));
        Assert.Equal(new FailoverDecision(FailoverAction.Prefer, FailoverReason.Better, C), _machine.Advance(At(62)));
    }

    [Theory]
    [InlineData(FailoverReason.LimitReached)]
    [InlineData(FailoverReason.Superseded)]
    public void Where_no_server_helps_it_stops(FailoverReason reason)
    {
        if (reason == FailoverReason.LimitReached) _machine.LimitReached(At(10));
        else _machine.Superseded(At(10));

        Assert.Equal(new FailoverDecision(FailoverAction.Stop, reason, A), _machine.Advance(At(10)));
        SendInVain(At(11));
        _machine.NetworkChanged(At(12));
        _machine.Closing(A, At(12));
        Assert.True(_machine.Next.IsNever);
        Assert.Equal((FailoverState.Stopped, default), (_machine.State, _machine.Advance(At(100))));
    }

    [Fact]
    public void Another_network_voids_silence_and_asks_twice_before_it_moves()
    {
        SendInVain(At(10));
        _machine.NetworkChanged(At(10.9));
        Assert.Equal(Probe(FailoverReason.NetworkChanged), _machine.Advance(At(10.9)));
        _machine.Answered(B, At(11));
        _machine.ProbesEnded(At(11.5));
        Assert.Equal(Probe(FailoverReason.NetworkChanged), _machine.Advance(At(11.5)));
        _machine.Answered(A, At(11.6));

        Assert.Equal((A, FailoverState.Healthy), (_machine.Current, _machine.State));
        Assert.True(_machine.Next.IsNever);
    }

    [Fact]
    public void Without_a_network_nothing_is_asked()
    {
        SendInVain(At(10));
        _machine.NetworkLost(At(10.5));
        Assert.Equal(FailoverState.Offline, _machine.State);
        SendInVain(At(11));
        Assert.True(_machine.Next.IsNever);

        _machine.NetworkChanged(At(500));
        Assert.Equal(Probe(FailoverReason.NetworkChanged), _machine.Advance(At(500)));
    }

    [Fact]
    public void After_sleep_the_silence_before_it_means_nothing()
    {
        SendInVain(At(10));
        _machine.Resumed(At(5000));

        Assert.Equal(Probe(FailoverReason.Resumed), _machine.Advance(At(5000)));
        _machine.Answered(A, At(5000.1));
        Assert.True(_machine.Next.IsNever);
    }
}
