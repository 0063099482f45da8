using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Registry;
using Apex.Vpn.Fleet.Tests.Simulation;
using Apex.Vpn.Routing.Directory;
using FsCheck.Xunit;

namespace Apex.Vpn.Fleet.Tests.Registry;

public sealed class NodeRegistryTests
{
    private static readonly Guid Node = new("00000000-0000-0000-0000-000000000001");
    private static readonly Guid BootA = new("0000000a-0000-0000-0000-000000000000");
    private static readonly Guid BootB = new("0000000b-0000-0000-0000-000000000000");
    private static readonly Guid BootC = new("0000000c-0000-0000-0000-000000000000");

    [Fact]
    public void A_second_stream_gets_the_next_epoch_and_closes_the_first()
    {
        var registry = new NodeRegistry();
        Assert.Equal(new StreamOpening(StreamVerdict.NewNode, 1, 0), registry.Open(Node, BootA, 1, default));
        Assert.Equal(new StreamOpening(StreamVerdict.Reconnected, 2, 1), registry.Open(Node, BootA, 2, default));

        Transition old = registry.Apply(Node, 1, NodeEvent.EnrolmentStarted, NodeReason.EnrolmentRequested, default);
        Assert.Equal((TransitionRefusal.OldEpoch, NodeState.Booted), (old.Refusal, old.To));
        Assert.True(registry.Apply(Node, 2, NodeEvent.EnrolmentStarted, NodeReason.EnrolmentRequested, default).IsAccepted);
        Assert.Equal(TransitionRefusal.OldEpoch, registry.Apply(Node, 3, NodeEvent.Provisioned, NodeReason.CertificateIssued, default).Refusal);
    }

    [Fact]
    public void A_stream_that_comes_late_is_refused()
    {
        var registry = new NodeRegistry();
        registry.Open(Node, BootA, 5, default);

        Assert.Equal(new StreamOpening(StreamVerdict.Outdated, 1, 0), registry.Open(Node, BootA, 4, default));
        Assert.True(registry.TryGet(Node, out NodeView view));
        Assert.Equal((1, 5, NodeState.Booted), (view.Epoch, view.Attempt, view.State));
    }

    [Fact]
    public void A_boot_takes_everything_from_a_node()
    {
        NodeRegistry registry = InService(out long epoch);
        StreamOpening opening = registry.Open(Node, BootB, 1, Minutes(30));

        Assert.Equal(new StreamOpening(StreamVerdict.Rebooted, epoch + 1, epoch), opening);
        Assert.Equal(NodeState.Booted, StateOf(registry));
        Assert.Equal(NodeReason.NewBoot, ViewOf(registry).Reason);
    }

    [Fact]
    public void Two_machines_that_take_turns_are_quarantined()
    {
        var registry = new NodeRegistry();
        registry.Open(Node, BootA, 1, default);
        registry.Open(Node, BootB, 1, default);
        registry.Open(Node, BootC, 1, default);

        Assert.Equal(new StreamOpening(StreamVerdict.Duplicate, 4, 3), registry.Open(Node, BootA, 2, default));
        Assert.Equal((NodeState.Quarantined, NodeReason.DuplicateIdentity), (StateOf(registry), ViewOf(registry).Reason));
        Assert.Equal(new StreamOpening(StreamVerdict.Quarantined, 4, 0), registry.Open(Node, BootB, 2, default));
    }

    [Fact]
    public void A_copy_of_a_running_machine_is_quarantined()
    {
        NodeRegistry registry = InService(out long epoch);

        Assert.Equal(StreamVerdict.Duplicate, registry.Open(Node, BootA, ViewOf(registry).Attempt, Minutes(20)).Verdict);
        Assert.Equal(NodeState.Quarantined, StateOf(registry));
        Assert.Equal(epoch + 1, ViewOf(registry).Epoch);
    }

    [Fact]
    public void A_released_machine_comes_back_as_it_is()
    {
        var registry = new NodeRegistry();
        registry.Open(Node, BootA, 1, default);
        registry.Open(Node, BootB, 1, default);
        long epoch = registry.Open(Node, BootA, 2, default).Epoch;
        Assert.True(registry.Apply(Node, epoch, NodeEvent.Released, NodeReason.Operator, default).IsAccepted);

        Assert.Equal(StreamVerdict.Rebooted, registry.Open(Node, BootA, 3, default).Verdict);
        Assert.Equal(StreamVerdict.Reconnected, registry.Open(Node, BootA, 4, default).Verdict);
        Assert.Equal(NodeState.Booted, StateOf(registry));
    }

    [Fact]
    public void A_warm_up_lasts_its_time_and_the_weight_grows_with_it()
    {
        NodeRegistry registry = Warming(out long epoch);
        Assert.Equal(TransitionRefusal.TooEarly, End(Minutes(9.9)));
        Assert.Equal(0.05, ViewOf(registry).Weight(Minutes(0)), 9);
        Assert.Equal(0.525, ViewOf(registry).Weight(Minutes(5)), 9);
        Assert.Equal(TransitionRefusal.None, End(Minutes(10)));
        Assert.Equal(1, ViewOf(registry).Weight(Minutes(10)));
        Assert.Equal(ServerStates.InService, ViewOf(registry).Listing);

        TransitionRefusal End(TimeSpan now) => registry.Apply(Node, epoch, NodeEvent.WarmUpEnded, NodeReason.WarmedUp, now).Refusal;
    }

    [Fact]
    public void Who_comes_back_from_down_warms_up_again()
    {
        NodeRegistry registry = InService(out long epoch);
        Take(NodeEvent.Suspected, NodeReason.VantageFailed);
        Assert.Equal((ServerStates.Healthy | ServerStates.Open, 1), (ViewOf(registry).Listing, ViewOf(registry).Weight(Minutes(60))));
        Take(NodeEvent.Failed, NodeReason.SilentAndUnreachable);
        Assert.Equal((ServerStates.None, 0), (ViewOf(registry).Listing, ViewOf(registry).Weight(Minutes(60))));
        Take(NodeEvent.Recovered, NodeReason.BeatsCame);
        Assert.Equal((NodeState.Warming, 0.05), (StateOf(registry), ViewOf(registry).Weight(Minutes(60))));

        void Take(NodeEvent happened, NodeReason reason) => Assert.True(registry.Apply(Node, epoch, happened, reason, Minutes(60)).IsAccepted);
    }

    [Fact]
    public void A_drain_that_is_cancelled_costs_no_weight()
    {
        NodeRegistry registry = InService(out long epoch);
        registry.Apply(Node, epoch, NodeEvent.DrainStarted, NodeReason.Update, Minutes(20));
        Assert.Equal((ServerStates.Healthy, 0), (ViewOf(registry).Listing, ViewOf(registry).Weight(Minutes(20))));
        registry.Apply(Node, epoch, NodeEvent.DrainCancelled, NodeReason.Operator, Minutes(30));
        Assert.Equal(1, ViewOf(registry).Weight(Minutes(30)));
    }

    [Fact]
    public void A_replica_takes_over_what_another_knew_and_nothing_older()
    {
        NodeRegistry before = InService(out long epoch);
        var after = new NodeRegistry();

        Assert.True(after.Restore(ViewOf(before)));
        Assert.Equal(ViewOf(before), ViewOf(after));
        Assert.False(after.Restore(ViewOf(before)));
        Assert.Equal(StreamVerdict.Reconnected, after.Open(Node, BootA, 9, Minutes(20)).Verdict);
        Assert.False(after.Restore(ViewOf(before)));
        Assert.Equal(epoch + 1, ViewOf(after).Epoch);
        Assert.False(new NodeRegistry().Restore(default));
        Assert.False(new NodeRegistry().Restore(ViewOf(before) with { State = (NodeState)12 }));
        Assert.True(after.Remove(Node));
        Assert.Equal(TransitionRefusal.UnknownNode, after.Apply(Node, epoch, NodeEvent.Failed, NodeReason.Operator, default).Refusal);
    }

    [Property(MaxTest = 500)]
    public void Any_sequence_keeps_one_writer_and_takes_legal_steps(ushort[] steps)
    {
        var registry = new NodeRegistry();
        Guid[] boots = [BootA, BootB, BootC, Guid.Empty];
        TimeSpan now = default;
        foreach (ushort step in steps)
        {
            registry.TryGet(Node, out NodeView before);
            now += TimeSpan.FromSeconds(step % 400);
            bool opens = step % 5 == 0;
            bool wrote;
            if (opens)
            {
                StreamOpening opening = registry.Open(Node, boots[step / 5 % 4], step / 20 % 8, now);
                wrote = opening.IsOpened || opening.Verdict == StreamVerdict.Duplicate;
                Assert.Equal(before.Epoch + (wrote ? 1 : 0), ViewOf(registry).Epoch);
            }
            else
            {
                long epoch = before.Epoch - (step % 7 == 0 ? 1 : 0);
                Transition taken = registry.Apply(Node, epoch, (NodeEvent)(step / 5 % 18), (NodeReason)(step / 90 % 21), now);
                wrote = taken.IsAccepted;
                Assert.False(wrote && epoch != before.Epoch);
            }
            if (!registry.TryGet(Node, out NodeView after)) continue;
            if (!wrote) Assert.Equal(before, after);
            if (before.State != default && before.State != after.State) Assert.True(LegalSteps.Contains(before.State, after.State));
            Assert.InRange(after.Weight(now), 0, 1);
        }
    }

    private static TimeSpan Minutes(double minutes) => TimeSpan.FromMinutes(minutes);

    private static NodeView ViewOf(NodeRegistry registry)
    {
        Assert.True(registry.TryGet(Node, out NodeView view));
        return view;
    }

    private static NodeState StateOf(NodeRegistry registry) => ViewOf(registry).State;

    private static NodeRegistry Warming(out long epoch)
    {
        var registry = new NodeRegistry();
        epoch = registry.Open(Node, BootA, 1, default).Epoch;
        registry.Apply(Node, epoch, NodeEvent.EnrolmentStarted, NodeReason.EnrolmentRequested, default);
        registry.Apply(Node, epoch, NodeEvent.Provisioned, NodeReason.CertificateIssued, default);
        registry.Apply(Node, epoch, NodeEvent.WarmUpStarted, NodeReason.SelfTestPassed, default);
        Assert.Equal(NodeState.Warming, StateOf(registry));
        return registry;
    }

    private static NodeRegistry InService(out long epoch)
    {
        NodeRegistry registry = Warming(out epoch);
        registry.Apply(Node, epoch, NodeEvent.WarmUpEnded, NodeReason.WarmedUp, Minutes(10));
        Assert.Equal(NodeState.Active, StateOf(registry));
        return registry;
    }
}
