using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Registry;
using FsCheck.Xunit;

namespace Apex.Vpn.Fleet.Tests.Registry;

public sealed class DrainPlannerTests
{
    private static readonly TimeSpan Long = DrainPlanner.DefaultDeadline;

    private readonly DrainPlanner _planner = new();
    private readonly DrainAction[] _buffer = new DrainAction[100];

    [Fact]
    public void A_drain_goes_step_by_step()
    {
        City("ams", 8);
        Assert.Equal(DrainVerdict.Queued, Ask(1));

        Assert.Equal([(DrainActionKind.Unlist, 1)], Advance(0));
        Assert.Empty(Advance(89));
        Assert.Equal([(DrainActionKind.RefuseNewKeys, 1)], Advance(90));
        Assert.Equal([(DrainActionKind.SendNotice, 1)], Advance(120));
        Assert.Empty(Advance(Long.TotalSeconds - 1));
        Assert.Equal([(DrainActionKind.Stop, 1), (DrainActionKind.Finish, 1)], Advance(Long.TotalSeconds));
        Assert.Equal((NodeReason.DeadlinePassed, Long), (_buffer[1].Reason, _buffer[1].Deadline));
        Assert.Equal(0, _planner.Running);
    }

    [Fact]
    public void An_empty_node_is_drained_once_it_takes_no_new_keys()
    {
        City("ams", 8);
        Ask(1);
        Advance(0);
        _planner.Emptied(Id(1));
        Assert.Empty(Advance(10)); // It may fill again.
        Advance(90);
        _planner.Emptied(Id(1));

        Assert.Equal([(DrainActionKind.Finish, 1)], Advance(91));
        Assert.Equal(NodeReason.Emptied, _buffer[0].Reason);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(40, 10, 20)]
    [InlineData(3600, 90, 120)]
    public void Where_time_is_short_the_steps_move_together(int deadline, int refuse, int notice)
    {
        City("ams", 8);
        _planner.Request(Id(1), NodeReason.Maintenance, DrainPriority.Urgent, TimeSpan.FromSeconds(deadline));
        var at = new Dictionary<DrainActionKind, int>();
        for (int second = 0; second <= deadline; second++)
        {
            foreach ((DrainActionKind kind, _) in Advance(second)) at.TryAdd(kind, second);
            foreach ((DrainActionKind kind, _) in Advance(second)) at.TryAdd(kind, second);
        }

        Assert.Equal(refuse, at[DrainActionKind.RefuseNewKeys]);
        Assert.Equal(notice, at[DrainActionKind.SendNotice]);
        Assert.Equal(deadline, at[DrainActionKind.Stop]);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 1)]
    [InlineData(7, 1)]
    [InlineData(8, 2)]
    [InlineData(20, 5)]
    public void A_quarter_of_a_city_drains_and_never_its_last_node(int nodes, int expected)
    {
        City("ams", nodes);
        for (int i = 1; i <= nodes; i++) Ask(i);

        Assert.Equal(expected, Advance(0).Length);
        Assert.DoesNotContain(Advance(3600), static action => action.Kind == DrainActionKind.Unlist);
        Assert.Equal(nodes - expected, _planner.Waiting);
    }

    [Fact]
    public void The_next_one_goes_when_the_one_before_is_back()
    {
        City("ams", 3);
        Ask(1);
        Ask(2);
        Assert.Equal([(DrainActionKind.Unlist, 1)], Advance(0));
        foreach (NodeState state in new[] { NodeState.Draining, NodeState.Drained, NodeState.Updating, NodeState.Booted, NodeState.Enrolling, NodeState.Provisioned })
        {
            _planner.Observe(Id(1), Site("ams"), state);
            Assert.DoesNotContain(Advance(10), static action => action.Kind == DrainActionKind.Unlist);
        }
        _planner.Observe(Id(1), Site("ams"), NodeState.Warming);

        Assert.Equal([(DrainActionKind.Unlist, 2)], Advance(20));
    }

    [Fact]
    public void A_drained_node_is_away_until_it_is_seen_to_be_back()
    {
        City("ams", 3);
        _planner.Request(Id(1), NodeReason.Update, DrainPriority.Routine, TimeSpan.Zero);
        Ask(2);
        Advance(0);
        Assert.Contains((DrainActionKind.Finish, 1), Advance(1));
        _planner.Observe(Id(1), Site("ams"), NodeState.Draining); // What was reported on the way.
        Assert.Empty(Advance(2));
        _planner.Observe(Id(1), Site("ams"), NodeState.Drained);
        Assert.Empty(Advance(3));
        _planner.Observe(Id(1), Site("ams"), NodeState.Warming);
        Assert.Equal([(DrainActionKind.Unlist, 2)], Advance(4));
    }

    [Fact]
    public void Urgent_drains_go_first_and_do_not_wait_for_what_is_lost()
    {
        City("ams", 4);
        _planner.Observe(Id(4), Site("ams"), NodeState.Down);
        Ask(1);
        Ask(2);
        Assert.Empty(Advance(0));
        Assert.Equal(DrainVerdict.AlreadyAsked, _planner.Request(Id(2), NodeReason.Operator, DrainPriority.Urgent, Long));

        Assert.Equal([(DrainActionKind.Unlist, 2)], Advance(1));
        Assert.Equal(DrainVerdict.AlreadyDraining, Ask(2));
    }

    [Fact]
    public void The_last_healthy_node_stays_however_urgent()
    {
        City("ams", 4);
        foreach (int other in new[] { 2, 3 }) _planner.Observe(Id(other), Site("ams"), NodeState.Suspect);
        _planner.Observe(Id(4), Site("ams"), NodeState.Down);
        _planner.Request(Id(1), NodeReason.Operator, DrainPriority.Urgent, TimeSpan.Zero);
        Assert.Empty(Advance(0));
        _planner.Observe(Id(2), Site("ams"), NodeState.Active);
        Assert.Equal([(DrainActionKind.Unlist, 1)], Advance(1));
    }

    [Fact]
    public void A_city_that_waits_holds_up_no_other()
    {
        City("ams", 1);
        City("ber", 8, first: 101);
        Ask(1);
        Ask(101);

        Assert.Equal([(DrainActionKind.Unlist, 101)], Advance(0));
    }

    [Fact]
    public void A_drain_can_be_cancelled_while_it_waits_and_while_it_runs()
    {
        City("ams", 4);
        Ask(1);
        Ask(2);
        Advance(0);
        Assert.True(_planner.Cancel(Id(2)));
        Assert.True(_planner.Cancel(Id(1)));

        Assert.Equal([(DrainActionKind.Relist, 1)], Advance(5));
        Assert.False(_planner.Cancel(Id(1)));
        Assert.False(_planner.Cancel(Id(77)));
        Assert.Equal((0, 0), (_planner.Running, _planner.Waiting));
        Assert.Equal(DrainVerdict.Queued, Ask(1));
    }

    [Fact]
    public void A_node_that_is_lost_drains_no_longer()
    {
        City("ams", 8);
        Ask(1);
        Advance(0);
        _planner.Observe(Id(1), Site("ams"), NodeState.Draining);
        _planner.Observe(Id(1), Site("ams"), NodeState.Down);

        Assert.Empty(Advance(Long.TotalSeconds));
        Assert.Equal(0, _planner.Running);
        Assert.True(_planner.Remove(Id(1)));
        Assert.False(_planner.Remove(Id(1)));
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        City("ams", 8);
        Assert.Equal(DrainVerdict.UnknownNode, Ask(99));
        Assert.Equal(DrainVerdict.NotForThisReason, _planner.Request(Id(1), NodeReason.ClockOff, DrainPriority.Routine, Long));
        Assert.Equal(DrainVerdict.BadDeadline, _planner.Request(Id(1), NodeReason.Update, DrainPriority.Routine, TimeSpan.FromDays(8)));
        Assert.Equal(DrainVerdict.BadDeadline, _planner.Request(Id(1), NodeReason.Update, DrainPriority.Routine, -TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void Alternatives_are_healthy_and_near()
    {
        City("ams", 3);
        City("ber", 8, first: 101);
        _planner.Observe(Id(201), new NodeSite("us", "nyc", "p"), NodeState.Active);
        _planner.Observe(Id(3), Site("ams"), NodeState.Suspect);
        var three = new Guid[5];

        Assert.Equal(3, _planner.Alternatives(Id(1), three));
        Assert.Equal(Id(2), three[0]);
        Assert.All(three[1..3], static id => Assert.InRange(Number(id), 101, 108));
        Guid[] first = [.. three];
        Assert.Equal(3, _planner.Alternatives(Id(1), three));
        Assert.Equal(first, three);
        Assert.Equal(1, _planner.Alternatives(Id(1), new Guid[1]));
        Assert.Equal(0, _planner.Alternatives(Id(99), three));
    }

    [Fact]
    public void A_small_buffer_loses_nothing()
    {
        City("ams", 40);
        for (int i = 1; i <= 40; i++) _planner.Request(Id(i), NodeReason.Update, DrainPriority.Routine, TimeSpan.Zero);
        var kinds = new List<DrainActionKind>();
        var one = new DrainAction[1];
        while (_planner.Advance(TimeSpan.FromSeconds(1), one) == 1) kinds.Add(one[0].Kind);

        Assert.Equal([10, 10, 10, 10, 10], kinds.GroupBy(static kind => kind).OrderBy(static group => group.Key).Select(static group => group.Count()));
    }

    [Property(MaxTest = 300)]
    public void Any_sequence_keeps_the_limits(ushort[] steps)
    {
        var planner = new DrainPlanner();
        var states = new Dictionary<int, NodeState>();
        int size = 1 + (steps.Length % 12);
        for (int i = 1; i <= size; i++) Set(i, NodeState.Active);
        TimeSpan now = default;
        var actions = new DrainAction[3];
        foreach (ushort step in steps)
        {
            int node = 1 + (step / 8 % size);
            switch (step % 8)
            {
                case 0 or 1:
                    planner.Request(Id(node), NodeReason.Update, (DrainPriority)(1 + (step / 100 % 2)), TimeSpan.FromSeconds(step / 100));
                    break;
                case 2:
                    planner.Cancel(Id(node));
                    break;
                case 3:
                    planner.Emptied(Id(node));
                    break;
                case 4 when states[node] != NodeState.Draining:
                    Set(node, (NodeState)(1 + (step / 100 % 11)) is var state && state == NodeState.Draining ? NodeState.Active : state);
                    break;
                default:
                    now += TimeSpan.FromSeconds(step / 100);
                    break;
            }
            int count;
            do
            {
                count = planner.Advance(now, actions);
                foreach (DrainAction action in actions.AsSpan(0, count)) Take(action);
            }
            while (count > 0);
        }

        void Set(int node, NodeState state) => planner.Observe(Id(node), Site("ams"), states[node] = state);

        void Take(DrainAction action)
        {
            int node = Number(action.Node);
            switch (action.Kind)
            {
                case DrainActionKind.Unlist:
                    Assert.True(states[node] is NodeState.Active or NodeState.Warming or NodeState.Suspect);
                    Set(node, NodeState.Draining);
                    Assert.InRange(states.Values.Count(static state => state == NodeState.Draining), 1, Math.Max(1, size / 4));
                    Assert.Contains(states.Values, static state => state is NodeState.Active or NodeState.Warming);
                    break;
                case DrainActionKind.Finish:
                    Set(node, NodeState.Drained);
                    break;
                case DrainActionKind.Relist:
                    Set(node, NodeState.Active);
                    break;
            }
        }
    }

    private static Guid Id(int number) => new(number, 0, 0, new byte[8]);

    private static int Number(Guid id) => BitConverter.ToInt32(id.ToByteArray());

    private static NodeSite Site(string city) => new("eu", city, "p");

    private void City(string city, int nodes, int first = 1)
    {
        for (int i = 0; i < nodes; i++) _planner.Observe(Id(first + i), Site(city), NodeState.Active);
    }

    private DrainVerdict Ask(int node) => _planner.Request(Id(node), NodeReason.Update, DrainPriority.Routine, Long);

    private (DrainActionKind Kind, int Node)[] Advance(double seconds)
    {
        int count = _planner.Advance(TimeSpan.FromSeconds(seconds), _buffer);
        return [.. _buffer[..count].Select(static action => (action.Kind, Number(action.Node)))];
    }
}
