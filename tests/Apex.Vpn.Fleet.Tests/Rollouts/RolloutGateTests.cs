using Apex.Vpn.Fleet.Rollouts;
using FsCheck.Xunit;

namespace Apex.Vpn.Fleet.Tests.Rollouts;

public sealed class RolloutGateTests
{
    private static readonly TimeSpan Enough = TimeSpan.FromMinutes(15);
    private static readonly RolloutGate Gate = new();

    [Fact]
    public void A_good_release_goes_on_after_its_time()
    {
        EventCount canary = new(4500, 20), stable = new(80_000, 300);

        AssertDecision(RolloutAction.Hold, RolloutReason.TooEarly, canary, stable, Enough - TimeSpan.FromSeconds(1));
        AssertDecision(RolloutAction.Promote, RolloutReason.Good, canary, stable, Enough);
    }

    [Fact]
    public void No_events_never_promote()
    {
        AssertDecision(RolloutAction.Hold, RolloutReason.TooEarly, default, default, TimeSpan.Zero);
        AssertDecision(RolloutAction.Hold, RolloutReason.TooLittleEvidence, default, new(80_000, 0), Enough);
        AssertDecision(RolloutAction.RollBack, RolloutReason.HeldTooLong, default, new(80_000, 0), TimeSpan.FromHours(2));
    }

    [Theory]
    [InlineData(100, 0, false)]  // not one failure, but too few events: the rate may be 3.7 %
    [InlineData(188, 0, false)]
    [InlineData(189, 0, true)]
    [InlineData(700, 7, false)]  // at 1 %
    [InlineData(800, 8, true)]
    public void Promotion_takes_evidence_that_the_rate_is_below_2_percent(long total, long failed, bool promoted)
    {
        RolloutDecision decision = Gate.Decide(new(total, failed), default, Enough);

        Assert.Equal(promoted ? RolloutAction.Promote : RolloutAction.Hold, decision.Action);
        Assert.Equal(promoted, decision.Canary.Upper <= 0.02);
    }

    [Fact]
    public void A_release_that_breaks_things_is_taken_back_at_once() =>
        AssertDecision(RolloutAction.RollBack, RolloutReason.WorseThanStable, new(200, 20), new(80_000, 800), TimeSpan.FromSeconds(40));

    [Fact]
    public void A_bad_day_for_everybody_takes_the_release_back_too_and_says_which_it_is() =>
        AssertDecision(RolloutAction.RollBack, RolloutReason.FailureRate, new(200, 20), new(80_000, 8000), TimeSpan.FromSeconds(40));

    [Fact]
    public void Bad_luck_takes_nothing_back()
    {
        AssertDecision(RolloutAction.Hold, RolloutReason.TooEarly, new(1, 1), default, TimeSpan.FromSeconds(5));
        AssertDecision(RolloutAction.Hold, RolloutReason.TooEarly, new(29, 3), new(80_000, 0), TimeSpan.FromSeconds(30));
        AssertDecision(RolloutAction.Hold, RolloutReason.TooLittleEvidence, new(100, 4), new(10_000, 100), Enough);
    }

    [Fact]
    public void Thirty_failures_in_a_row_are_no_bad_luck() =>
        AssertDecision(RolloutAction.RollBack, RolloutReason.FailureRate, new(30, 30), default, TimeSpan.FromSeconds(6));

    // Newcombe (1998), table II, method 10.
    [Theory]
    [InlineData(56, 70, 48, 80, 0.0524315)]
    [InlineData(9, 10, 3, 10, 0.1705227)]
    [InlineData(5, 56, 0, 29, -0.0381371)]
    public void The_bound_of_the_difference_is_the_published_one(long failed, long total, long stableFailed, long stableTotal, double least)
    {
        RolloutDecision decision = Gate.Decide(new(total, failed), new(stableTotal, stableFailed), Enough);

        Assert.NotNull(decision.LeastDifference);
        Assert.Equal(least, decision.LeastDifference.Value, tolerance: 1e-7);
    }

    [Fact]
    public void Without_stable_events_there_is_no_difference() =>
        Assert.Null(Gate.Decide(new(100, 50), default, Enough).LeastDifference);

    [Fact]
    public void Doubt_is_held_for_two_hours()
    {
        EventCount canary = new(1000, 18), stable = new(80_000, 1440);

        AssertDecision(RolloutAction.Hold, RolloutReason.TooLittleEvidence, canary, stable, TimeSpan.FromHours(2) - TimeSpan.FromTicks(1));
        AssertDecision(RolloutAction.RollBack, RolloutReason.HeldTooLong, canary, stable, TimeSpan.FromHours(2));
    }

    [Fact]
    public void More_looks_ask_for_more_evidence()
    {
        EventCount canary = new(800, 8);
        var often = new RolloutGate(plannedLooks: 20);

        Assert.Equal(RolloutAction.Promote, Gate.Decide(canary, default, Enough).Action);
        Assert.Equal(RolloutAction.Hold, often.Decide(canary, default, Enough).Action);
        Assert.Equal(RolloutAction.Promote, often.Decide(new(4500, 45), default, Enough).Action);
        Assert.Throws<ArgumentOutOfRangeException>(static () => new RolloutGate(0));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new RolloutGate(1001));
    }

    [Property]
    public bool Nothing_is_ever_promoted_above_the_limit(ushort good, ushort failed, ushort stableGood, ushort stableFailed, byte minutes)
    {
        EventCount canary = new(good + failed, failed), stable = new(stableGood + stableFailed, stableFailed);
        RolloutDecision decision = Gate.Decide(canary, stable, TimeSpan.FromMinutes(minutes));
        return decision.Action switch
        {
            RolloutAction.Promote => canary.Total > 0 && canary.FailureRate <= 0.02 && decision.Canary.Upper <= 0.02 && minutes >= 15,
            RolloutAction.Hold => minutes < 120,
            _ => (canary.Total >= 30 && (decision.Canary.Lower > 0.02 || decision.LeastDifference > 0.02)) || minutes >= 120,
        };
    }

    private static void AssertDecision(RolloutAction action, RolloutReason reason, EventCount canary, EventCount stable, TimeSpan elapsed)
    {
        RolloutDecision decision = Gate.Decide(canary, stable, elapsed);
        Assert.Equal((action, reason), (decision.Action, decision.Reason));
    }
}
