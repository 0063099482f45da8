namespace Apex.Vpn.Fleet.Rollouts;

/// <summary>What a step of a rollout does next.</summary>
public enum RolloutAction
{
    /// <summary>Stay: there is too little evidence either way.</summary>
    Hold,

    /// <summary>Go on to the next step.</summary>
    Promote,

    /// <summary>Go back to the old release.</summary>
    RollBack,
}

/// <summary>Why.</summary>
public enum RolloutReason
{
    /// <summary>Hold: the step has not lasted its time.</summary>
    TooEarly,

    /// <summary>Hold: the failure rate may still be above the limit, and may still be below it.</summary>
    TooLittleEvidence,

    /// <summary>Promote: the failure rate is below the limit.</summary>
    Good,

    /// <summary>Roll back: the failure rate is above the limit; whether the old release does better is not known.</summary>
    FailureRate,

    /// <summary>Roll back: the new release fails more often than the old one.</summary>
    WorseThanStable,

    /// <summary>Roll back: held for too long.</summary>
    HeldTooLong,
}

/// <summary>What a step of a rollout does next, why, and the numbers behind it.</summary>
/// <param name="Action">What to do.</param>
/// <param name="Reason">Why.</param>
/// <param name="Canary">Where the failure rate of the new release lies.</param>
/// <param name="LeastDifference">
/// By how much the new release fails more often than the old one, at least; negative when it may fail less often. Null without events of
/// both.
/// </param>
public readonly record struct RolloutDecision(RolloutAction Action, RolloutReason Reason, WilsonInterval Canary, double? LeastDifference);
