using Apex.Vpn.Fleet.Model;

namespace Apex.Vpn.Fleet.Registry;

/// <summary>The table of a node's life: which event leads from which state to which, and for which reasons.</summary>
/// <remarks>
/// <para>Only a node in full service is suspected. One that warms up, drains or updates goes down without: its weight is small or zero,
/// and there is nothing to take from it but its place in the list. If its warm-up ends while it is silent, it goes down from Active.</para>
/// <para>Whoever comes back from Down warms up again. A link that flaps so loses its clients slowly instead of taking all of them along
/// each time.</para>
/// <para>Pure functions; nothing throws, also for numbers that name no state. Safe from any thread.</para>
/// </remarks>
public static class NodeLifecycle
{
    /// <summary>Takes one step.</summary>
    /// <param name="state">The node's state.</param>
    /// <param name="happened">What happened.</param>
    /// <param name="reason">Why.</param>
    public static Transition Apply(NodeState state, NodeEvent happened, NodeReason reason)
    {
        NodeState next = Next(state, happened);
        if (next == default) return new Transition(state, happened, reason, state, TransitionRefusal.NotFromThisState);
        if (!Allows(happened, reason)) return new Transition(state, happened, reason, state, TransitionRefusal.NotForThisReason);
        return new Transition(state, happened, reason, next, TransitionRefusal.None);
    }

    /// <summary>Whether a node in this state serves clients that it has.</summary>
    /// <param name="state">The state.</param>
    public static bool Serves(NodeState state) =>
        state is NodeState.Warming or NodeState.Active or NodeState.Suspect or NodeState.Draining;

    /// <summary>Whether a node in this state beats, so that its silence means something.</summary>
    /// <param name="state">The state.</param>
    public static bool Beats(NodeState state) => Serves(state) || state is NodeState.Down or NodeState.Drained;

    private static NodeState Next(NodeState state, NodeEvent happened) => (happened, state) switch
    {
        (NodeEvent.EnrolmentStarted, NodeState.Booted) => NodeState.Enrolling,
        (NodeEvent.EnrolmentRefused, NodeState.Enrolling) => NodeState.Booted,
        (NodeEvent.Provisioned, NodeState.Enrolling) => NodeState.Provisioned,
        (NodeEvent.WarmUpStarted, NodeState.Provisioned or NodeState.Updating or NodeState.Drained) => NodeState.Warming,
        (NodeEvent.WarmUpEnded, NodeState.Warming) => NodeState.Active,
        (NodeEvent.Suspected, NodeState.Active) => NodeState.Suspect,
        (NodeEvent.Cleared, NodeState.Suspect) => NodeState.Active,
        (NodeEvent.Failed, NodeState.Suspect or NodeState.Active or NodeState.Warming or NodeState.Draining or NodeState.Drained
            or NodeState.Updating) => NodeState.Down,
        (NodeEvent.Recovered, NodeState.Down) => NodeState.Warming,
        (NodeEvent.DrainStarted, NodeState.Active or NodeState.Suspect or NodeState.Warming) => NodeState.Draining,
        (NodeEvent.DrainCancelled, NodeState.Draining) => NodeState.Active,
        (NodeEvent.DrainEnded, NodeState.Draining) => NodeState.Drained,
        (NodeEvent.UpdateStarted, NodeState.Drained) => NodeState.Updating,
        (NodeEvent.Rebooted, >= NodeState.Booted and <= NodeState.Updating) => NodeState.Booted,
        (NodeEvent.Quarantined, >= NodeState.Booted and <= NodeState.Updating) => NodeState.Quarantined,
        (NodeEvent.Released, NodeState.Quarantined) => NodeState.Booted,
        _ => default,
    };

    private static bool Allows(NodeEvent happened, NodeReason reason) => happened switch
    {
        NodeEvent.EnrolmentStarted => reason is NodeReason.EnrolmentRequested,
        NodeEvent.EnrolmentRefused => reason is NodeReason.ProofRefused or NodeReason.DeadlinePassed or NodeReason.Operator,
        NodeEvent.Provisioned => reason is NodeReason.CertificateIssued,
        NodeEvent.WarmUpStarted => reason is NodeReason.SelfTestPassed or NodeReason.Operator,
        NodeEvent.WarmUpEnded => reason is NodeReason.WarmedUp,
        NodeEvent.Suspected => reason is NodeReason.VantageFailed or NodeReason.BeatsMissed,
        NodeEvent.Cleared or NodeEvent.Recovered => reason is NodeReason.BeatsCame,
        NodeEvent.Failed => reason is NodeReason.SilentAndUnreachable or NodeReason.DeadlinePassed or NodeReason.Operator,
        NodeEvent.DrainStarted => reason is NodeReason.Maintenance or NodeReason.Update or NodeReason.Capacity or NodeReason.Operator,
        NodeEvent.DrainCancelled => reason is NodeReason.Operator,
        NodeEvent.DrainEnded => reason is NodeReason.Emptied or NodeReason.DeadlinePassed,
        NodeEvent.UpdateStarted => reason is NodeReason.Update,
        NodeEvent.Rebooted => reason is NodeReason.NewBoot,
        NodeEvent.Quarantined => reason is NodeReason.BadAttestation or NodeReason.ClockOff or NodeReason.DuplicateIdentity
            or NodeReason.Operator,
        NodeEvent.Released => reason is NodeReason.Operator,
        _ => false,
    };
}
