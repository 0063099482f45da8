using Apex.Vpn.Routing.Placement;

namespace Apex.Vpn.Routing.Tests.Placement;

public sealed class PlanTests
{
    [Fact]
    public void Figures_before_and_after_are_those_of_the_nearest_sites()
    {
        // Places at 0, 10, 20 and 100, a node at 0; another may come.
        TestProblem problem = TestProblem.Line([0, 10, 20, 100], [0, 10, 100], [1, 0, 0], new PlacementLimits { Nodes = 2, MoveShare = 0 });

        PlacementPlan plan = problem.Plan();

        Assert.Equal(new PlacementFigures(1, 32.5, 100, 0.75, 1, 0, 0, 32.5), plan.Before);
        Assert.Equal(new PlacementFigures(2, 7.5, 20, 1, 1, 1, 0, 7.5), plan.After);
        PlacementAction action = Assert.Single(plan.Actions);
        Assert.Equal((PlacementActionKind.Add, null, "site 100", 1), (action.Kind, action.From, action.To!.City, action.Nodes));
        Assert.Equal(new PlacementGain(25, 80, 0.25, 0, 25), action.Gain);
        Assert.Equal("25 % of demand gets nearer; most of all at 100: 100 -> 0 ms, from site 100, NL.", action.Reason);
        Assert.Equal([1, 0, 1], plan.Nodes);
        Assert.Equal(0, plan.Moves);
    }

    [Fact]
    public void A_node_that_serves_nobody_moves_to_where_it_does()
    {
        TestProblem problem = TestProblem.Line([0, 100], [0, 1, 100], [1, 1, 0], new PlacementLimits { MoveShare = 0.5 });

        PlacementPlan plan = problem.Plan();

        PlacementAction action = Assert.Single(plan.Actions);
        Assert.Equal((PlacementActionKind.Move, "site 1", "site 100", 1), (action.Kind, action.From!.City, action.To!.City, action.Nodes));
        Assert.Equal(0, plan.After.MeanMs);
        Assert.Equal((1, 1), (plan.Moves, plan.MovesAllowed));
    }

    [Fact]
    public void Without_moves_nothing_moves()
    {
        TestProblem problem = TestProblem.Line([0, 100], [0, 1, 100], [1, 1, 0], new PlacementLimits { MoveShare = 0.49 });

        Assert.Empty(problem.Plan().Actions);
    }

    [Fact]
    public void A_smaller_budget_retires_what_is_missed_least_and_that_is_no_move()
    {
        TestProblem problem = TestProblem.Line([0, 10, 100], [0, 10, 100], [1, 1, 1], new PlacementLimits { Nodes = 2, MoveShare = 0 });

        PlacementPlan plan = problem.Plan();

        PlacementAction action = Assert.Single(plan.Actions);
        Assert.Equal(PlacementActionKind.Retire, action.Kind);
        Assert.NotEqual("site 100", action.From!.City);
        Assert.Equal(10 / 3.0, plan.After.MeanMs, tolerance: 1e-9);
        Assert.Equal(0, plan.Moves);
    }

    [Fact]
    public void With_capacity_a_city_grows_that_was_too_small_for_its_demand()
    {
        TestProblem problem = TestProblem.Line([0, 100], [0, 100], [3, 1], new PlacementLimits { NodeCapacity = 0.25, MoveShare = 0.25 });

        PlacementPlan plan = problem.Plan();

        Assert.Equal(25, plan.Before.MeanMs, tolerance: 1e-6);
        Assert.Equal(0, plan.After.MeanMs, tolerance: 1e-6);
        PlacementAction action = Assert.Single(plan.Actions);
        Assert.Equal((PlacementActionKind.Move, 1), (action.Kind, action.Nodes));
        Assert.Equal([2, 2], plan.Nodes);
    }

    [Fact]
    public void New_nodes_where_some_stand_are_a_resize()
    {
        TestProblem problem = TestProblem.Line([0, 100], [0, 100], [1, 1], new PlacementLimits { Nodes = 4, NodeCapacity = 0.25 });

        PlacementPlan plan = problem.Plan();

        Assert.Equal(0.5, plan.Before.Served, tolerance: 1e-6);
        Assert.Equal(1, plan.After.Served, tolerance: 1e-6);
        Assert.All(plan.Actions, static action => Assert.Equal(PlacementActionKind.Resize, action.Kind));
        Assert.Equal([2, 2], plan.Nodes);
        Assert.StartsWith("Serves 25 % of demand that nobody could serve", plan.Actions[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_site_within_reach_is_worth_its_price()
    {
        // The mean alone would take the sites at 0 and 100. A second site within 20 for most demand is worth more here.
        var limits = new PlacementLimits { Nodes = 2, MoveShare = 0 };
        TestProblem problem = TestProblem.Line([0, 1, 2, 100], [0, 10, 100], [1, 0, 0], limits) with
        {
            Objective = new PlacementObjective { SecondSiteWithinMs = 20, NoSecondSiteMs = 100 },
        };

        PlacementPlan plan = problem.Plan();

        Assert.Equal([1, 1, 0], plan.Nodes);
        Assert.Equal(0.75, plan.After.SecondSite, tolerance: 1e-9);
        Assert.Equal([1, 0, 1], (problem with { Objective = PlacementObjective.MeanLatency }).Plan().Nodes);
    }

    [Fact]
    public void Cost_counts_as_many_milliseconds_as_it_is_said_to()
    {
        TestProblem problem = TestProblem.Line([0, 1], [0, 1], [1, 0], new PlacementLimits { Nodes = 2 });
        problem = problem with { Sites = [.. problem.Sites.Select(static site => site with { NodeCost = 10 })] };

        // The second node saves half a millisecond.
        Assert.Equal(2, (problem with { Objective = new PlacementObjective { MsPerCost = 0.04 } }).Plan().After.Nodes);
        Assert.Equal(1, (problem with { Objective = new PlacementObjective { MsPerCost = 0.06 } }).Plan().After.Nodes);
    }

    [Fact]
    public void Coverage_and_mean_differ_where_they_should()
    {
        // One node: the mean is least near the median, which is 4; at 2 it would have three places within 3 ms.
        TestProblem problem = TestProblem.Line([0, 1, 4, 60, 61], [2, 5], [0, 0], new PlacementLimits { Nodes = 1 });

        Assert.Equal([0, 1], problem.Plan().Nodes);
        Assert.Equal([1, 0], (problem with { Objective = PlacementObjective.Coverage(3) }).Plan().Nodes);
    }

    [Fact]
    public void The_first_steps_gain_most()
    {
        TestProblem problem = TestProblem.Line(
            [0, 100, 101, 300, 301, 302, 303], [0, 1, 2, 100, 300], [1, 1, 1, 0, 0], new PlacementLimits());

        PlacementPlan plan = problem.Plan();

        Assert.Equal(["site 300", "site 100"], plan.Actions.Select(static action => action.To!.City));
        Assert.True(plan.Actions[0].Gain.MeanMs > plan.Actions[1].Gain.MeanMs);
    }

    [Fact]
    public void A_prior_serves_where_nothing_was_measured_and_a_measurement_beats_it()
    {
        var latency = new LatencyTable(1, 2);
        Assert.Equal(double.NaN, latency[0, 0]);
        latency.SetPrior(0, 0, 30);
        latency.Set(0, 1, 80);
        latency.SetPrior(0, 1, 5);
        Assert.Equal((30, 80), (latency[0, 0], latency[0, 1]));

        var problem = new TestProblem(
            [new DemandPoint("here", 1)],
            [new CandidateSite("by prior", default, 1), new CandidateSite("measured", default, 1)],
            latency,
            PlacementObjective.MeanLatency,
            new PlacementLimits { Nodes = 1 });
        Assert.Equal([1, 0], problem.Plan().Nodes);
    }
}
