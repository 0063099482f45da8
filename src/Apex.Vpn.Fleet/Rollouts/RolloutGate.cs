using Apex.Vpn.Fleet.Statistics;

namespace Apex.Vpn.Fleet.Rollouts;

/// <summary>Decides by evidence whether a new release goes on to more nodes, waits, or is taken back.</summary>
/// <remarks>
/// <para>Roll back when the failure rate of the canaries is above 2 %, or above that of the stable nodes by 2 points: in both cases by the
/// lower bound of a 95 % interval and from 30 events on, so that bad luck does not take a good release back. Promote only when the
/// <em>upper</em> bound is not above 2 %, so that a lack of events never promotes: at a true rate of 1 % this takes about 760 events. Else
/// hold, and after two hours roll back.</para>
/// <para>Who looks at the numbers k times has k chances to be fooled: with <c>plannedLooks</c> above 1 each look gets its share of the
/// 5 % (Bonferroni), and the intervals are wider.</para>
/// <para>A pure function of counts and times. Immutable; safe from any thread.</para>
/// </remarks>
public sealed class RolloutGate
{
    /// <summary>The failure rate that a release may have, 2 %.</summary>
    public const double MaxFailureRate = 0.02;

    /// <summary>By how much a release may be worse than the one before, 2 points.</summary>
    public const double MaxDifference = 0.02;

    /// <summary>
    /// With fewer events nothing is taken back for its failures, 30: the lower bound for one failure in one event is already 20 %, which
    /// says more about the interval than about the release.
    /// </summary>
    public const long MinEvents = 30;

    /// <summary>How often all decisions of one step together may be wrong, 5 %: two-sided 95 % intervals.</summary>
    public const double Significance = 0.05;

    /// <summary>How long a step lasts at least, 15 min: what fails after minutes must have the time to.</summary>
    public static readonly TimeSpan MinStep = TimeSpan.FromMinutes(15);

    /// <summary>How long a step may hold, 2 h.</summary>
    public static readonly TimeSpan MaxHold = TimeSpan.FromHours(2);

    private readonly double _z;

    /// <summary>A gate with plain 95 % intervals: for one look at each step's numbers.</summary>
    public RolloutGate() : this(1) { }

    /// <summary>A gate that is asked several times in a step.</summary>
    /// <param name="plannedLooks">How often the numbers of one step are looked at at most, 1 to 1000.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="plannedLooks"/> is out of its range.</exception>
    public RolloutGate(int plannedLooks)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(plannedLooks, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(plannedLooks, 1000);
        _z = NormalTail.Quantile(Math.Log10(Significance / 2 / plannedLooks));
    }

    /// <summary>Decides.</summary>
    /// <param name="canary">Events of the nodes that run the new release, since the step began.</param>
    /// <param name="stable">Events of the others in the same time.</param>
    /// <param name="elapsed">How long the step has lasted.</param>
    public RolloutDecision Decide(EventCount canary, EventCount stable, TimeSpan elapsed)
    {
        WilsonInterval rate = WilsonInterval.Of(canary, _z);
        double? difference = LeastDifference(canary, stable, rate);
        (RolloutAction action, RolloutReason reason) = Decide(canary, rate, difference, elapsed);
        return new RolloutDecision(action, reason, rate, difference);
    }

    private static (RolloutAction Action, RolloutReason Reason) Decide(
        EventCount canary, WilsonInterval rate, double? difference, TimeSpan elapsed)
    {
        // What is bad is taken back at once; only what is good has to wait. The difference first: with equal limits it implies the rate,
        // and says that it is the release and not a bad day for everybody.
        if (canary.Total >= MinEvents)
        {
            if (difference > MaxDifference) return (RolloutAction.RollBack, RolloutReason.WorseThanStable);
            if (rate.Lower > MaxFailureRate) return (RolloutAction.RollBack, RolloutReason.FailureRate);
        }
        if (elapsed < MinStep) return (RolloutAction.Hold, RolloutReason.TooEarly);
        if (rate.Upper <= MaxFailureRate) return (RolloutAction.Promote, RolloutReason.Good);
        return elapsed < MaxHold
            ? (RolloutAction.Hold, RolloutReason.TooLittleEvidence)
            : (RolloutAction.RollBack, RolloutReason.HeldTooLong);
    }

    /// <summary>The lower bound of canary - stable: Newcombe (1998), method 10, which combines the two Wilson intervals.</summary>
    private double? LeastDifference(EventCount canary, EventCount stable, WilsonInterval rate)
    {
        if (canary.Total == 0 || stable.Total == 0) return null;
        double below = canary.FailureRate - rate.Lower;
        double above = WilsonInterval.Of(stable, _z).Upper - stable.FailureRate;
        return canary.FailureRate - stable.FailureRate - Math.Sqrt((below * below) + (above * above));
    }
}
