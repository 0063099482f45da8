using Apex.Vpn.Routing.Placement;
using FsCheck.Xunit;

namespace Apex.Vpn.Routing.Tests.Placement;

/// <summary>What the table says a change gains, against computing both placements from scratch.</summary>
public sealed class ChangeValueTests
{
    private const double Tolerance = 1e-6;

    [Property]
    public void Without_capacity_every_change_gains_exactly_what_the_table_says(int seed)
    {
        foreach ((double value, double gain) in Changes(TestProblem.Random(seed, withCapacity: false)))
            Assert.Equal(gain, value, Tolerance);
    }

    [Property]
    public void With_capacity_no_change_gains_more_than_the_table_says(int seed)
    {
        foreach ((double value, double gain) in Changes(TestProblem.Random(seed, withCapacity: true)))
            Assert.True(gain <= value + Tolerance, $"{gain} > {value}");
    }

    [Property]
    public void Changing_a_node_and_loading_the_result_cost_the_same(int seed)
    {
        TestProblem problem = TestProblem.Random(seed, withCapacity: true);
        PlacementInstance instance = problem.Instance();
        PlacementState changed = new(instance), loaded = new(instance);
        changed.Load(instance.Present);
        var random = new SearchRandom((ulong)seed);
        for (int i = 0; i < 10; i++)
        {
            var change = new Change(random.Next(problem.Sites.Length), random.Next(problem.Sites.Length), 0);
            if (!changed.Counts.Can(change)) continue;
            changed.Apply(change);
            loaded.Load(changed.Counts.Nodes);
            Assert.Equal(loaded.Cost, changed.Cost, Tolerance);
        }
    }

    [Property]
    public void Capacity_for_everybody_everywhere_is_as_good_as_none(int seed)
    {
        TestProblem problem = TestProblem.Random(seed, withCapacity: false);
        PlacementInstance unlimited = problem.Instance();
        PlacementInstance ample = (problem with { Limits = problem.Limits with { NodeCapacity = 1.01 } }).Instance();
        PlacementState one = new(unlimited), other = new(ample);
        one.Load(unlimited.Present);
        other.Load(ample.Present);

        // Shares are whole billionths.
        Assert.Equal(one.Cost, other.Cost, 1e-7 * unlimited.UnservedCost);
    }

    [Fact]
    public void Demand_goes_where_it_costs_least_in_all_and_not_where_the_first_one_came()
    {
        // Room for half of the demand at each site. The place at 4 would prefer the site at 0, but the place at 0 has farther to go.
        TestProblem problem = TestProblem.Line([4, 0], [0, 10], [1, 1], new PlacementLimits { NodeCapacity = 0.5 });
        var state = new PlacementState(problem.Instance());
        state.Load(problem.Instance().Present);

        ServedDemand served = state.Served();

        Assert.Equal((1, 0), (served.MainSite(0), served.MainSite(1)));
        Assert.Equal(3, state.Cost, Tolerance);
    }

    private static IEnumerable<(double Value, double Gain)> Changes(TestProblem problem)
    {
        PlacementInstance instance = problem.Instance();
        PlacementState state = new(instance), after = new(instance);
        state.Load(instance.Present);
        state.Prepare();
        for (int from = -1; from < problem.Sites.Length; from++)
        {
            for (int to = -1; to < problem.Sites.Length; to++)
            {
                if (from == to || !state.Counts.Can(new Change(from, to, 0))) continue;
                var counts = new NodeCounts(instance);
                counts.Load(state.Counts.Nodes);
                counts.Apply(new Change(from, to, 0));
                after.Load(counts.Nodes);
                yield return (state.Value(from, to), state.Cost - after.Cost);
            }
        }
    }
}
