using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Registry;
using Apex.Vpn.Fleet.Tests.Simulation;
using FsCheck.Xunit;

namespace Apex.Vpn.Fleet.Tests.Registry;

public sealed class NodeLifecycleTests
{
    private static readonly NodeEvent[] Events = Enum.GetValues<NodeEvent>();
    private static readonly NodeReason[] Reasons = Enum.GetValues<NodeReason>();

    [Fact]
    public void States_have_the_numbers_that_are_stored()
    {
        string[] names =
        [
            "Unknown", "Booted", "Enrolling", "Provisioned", "Warming", "Active", "Suspect", "Down", "Draining", "Drained", "Updating", "Quarantined",
        ];

        Assert.Equal(names, Enum.GetNames<NodeState>());
        Assert.Equal(Enumerable.Range(0, 12), Enum.GetValues<NodeState>().Select(static state => (int)state));
    }

    [Fact]
    public void The_table_has_the_steps_that_are_drawn_and_no_others()
    {
        (NodeState, NodeState)[] possible =
        [
            .. from state in Enum.GetValues<NodeState>()
               from happened in Events
               from reason in Reasons
               let step = NodeLifecycle.Apply(state, happened, reason)
               where step.IsAccepted
               select (step.From, step.To),
        ];

        Assert.All(possible, static step => Assert.True(LegalSteps.Contains(step.Item1, step.Item2), $"{step}"));
        IEnumerable<(NodeState, NodeState)> all =
            from state in Enum.GetValues<NodeState>() from next in Enum.GetValues<NodeState>() where LegalSteps.Contains(state, next) select (state, next);
        Assert.Empty(all.Except(possible));
    }

    [Fact]
    public void A_wrong_state_and_a_wrong_reason_are_told_apart()
    {
        Transition step = NodeLifecycle.Apply(NodeState.Booted, NodeEvent.Suspected, NodeReason.VantageFailed);
        Assert.Equal((TransitionRefusal.NotFromThisState, NodeState.Booted), (step.Refusal, step.To));

        step = NodeLifecycle.Apply(NodeState.Active, NodeEvent.Suspected, NodeReason.Emptied);
        Assert.Equal((TransitionRefusal.NotForThisReason, NodeState.Active), (step.Refusal, step.To));

        step = NodeLifecycle.Apply(NodeState.Active, NodeEvent.Suspected, NodeReason.VantageFailed);
        Assert.Equal((TransitionRefusal.None, NodeState.Suspect), (step.Refusal, step.To));
    }

    [Fact]
    public void Only_an_operator_frees_a_quarantined_node()
    {
        var outside =
            from happened in Events
            from reason in Reasons
            let step = NodeLifecycle.Apply(NodeState.Quarantined, happened, reason)
            where step.IsAccepted
            select (happened, reason);

        Assert.Equal([(NodeEvent.Released, NodeReason.Operator)], outside);
    }

    [Property]
    public bool Numbers_that_mean_nothing_are_refused(byte state, byte happened, byte reason)
    {
        Transition step = NodeLifecycle.Apply((NodeState)state, (NodeEvent)happened, (NodeReason)reason);
        return step.IsAccepted
            ? LegalSteps.Contains(step.From, step.To) && Enum.IsDefined(step.Event) && Enum.IsDefined(step.Reason)
            : step.To == step.From;
    }
}
