using Apex.Vpn.Routing.Directory;
using Apex.Vpn.Routing.Latency;
using Apex.Vpn.Routing.Selection;

namespace Apex.Vpn.Routing.Tests.Selection;

public sealed class PolicyTests
{
    public static TheoryData<string> Names => ["browsing", "gaming", "streaming"];

    [Fact]
    public void Browsing_is_the_cost_model()
    {
        ServerCost cost = Cost(SelectionPolicies.Browsing, new(30, 2, 0.01, LatencySource.Measured), load: 0.5);

        Assert.Equal(CostModel.Default.Compute(TimeSpan.FromMilliseconds(30), TimeSpan.FromMilliseconds(2), 0.01, 0.5, TimeSpan.Zero), cost);
    }

    [Fact]
    public void Gaming_counts_the_slowest_packets_and_lost_ones()
    {
        Assert.Equal(new ServerCost(30, 6, 12, 8, 0), Cost(SelectionPolicies.Gaming, new(30, 2, 0.01, LatencySource.Measured), load: 0.5));
        Assert.False(SelectionPolicies.Gaming.AllowsDetour);
        Assert.True(SelectionPolicies.Browsing.AllowsDetour && SelectionPolicies.Streaming.AllowsDetour);
    }

    [Theory]
    [InlineData(1000, 0.5, 20)]
    [InlineData(1000, 0.9, 100)]
    [InlineData(10_000, 0.5, 2)]
    [InlineData(100, 0.5, 120)]
    [InlineData(1000, 1, 120)]
    [InlineData(0, 0, 120)]
    [InlineData(-5, 0.5, 120)]
    public void Streaming_counts_the_time_of_a_burst_through_what_is_free(int capacity, double load, double milliseconds)
    {
        ServerCost cost = Cost(SelectionPolicies.Streaming, new(30, 2, 0.01, LatencySource.Measured), load, capacity);

        Assert.Equal(milliseconds, cost.Throughput, 9);
        Assert.Equal((30, 4, 8), (cost.Rtt, cost.Jitter, cost.Loss));
        Assert.Equal(cost.Rtt + cost.Jitter + cost.Loss + cost.Load + cost.Throughput + cost.Penalty, cost.Total);
    }

    [Fact]
    public void Each_purpose_has_its_best_server()
    {
        var fleet = new Fleet();
        int near = fleet.Add(rtt: 20, load: 0.5);
        int steady = fleet.Add(rtt: 45, load: 0.1, capacity: 500);
        int large = fleet.Add(rtt: 56, load: 0.1, capacity: 10_000);
        fleet.Latencies[near] = fleet.Latencies[near] with { Jitter = 4, Loss = 0.01 };
        fleet.Latencies[large] = fleet.Latencies[large] with { Jitter = 0.5 };

        Assert.Equal(near, Chosen(SelectionPolicies.Browsing));
        Assert.Equal(steady, Chosen(SelectionPolicies.Gaming));
        fleet.Statuses[near] = fleet.Statuses[near] with { Load = 0.8 };
        Assert.Equal(large, Chosen(SelectionPolicies.Streaming));

        int Chosen(ISelectionPolicy policy) => fleet.Select(new SelectionRequest { Policy = policy }).ChosenIndex;
    }

    // One that swamps the others makes them useless: a formula in use elsewhere weighs 50 % of load 3000 times as much as 10 %, and
    // distance at most 0.7. Each term over the range in which a server is still of use, against what a way across an ocean (80 ms) and
    // across half of the Earth (250 ms) costs.
    [Theory]
    [MemberData(nameof(Names))]
    public void No_term_outweighs_the_others_over_its_range(string name)
    {
        ISelectionPolicy policy = Policy(name);
        LatencyEstimate near = new(10, 0, 0, LatencySource.Measured);
        ServerCost least = Cost(policy, near, load: 0), full = Cost(policy, near, load: 0.9), jumpy = Cost(policy, near with { Jitter = 20 }, 0);
        ServerCost lossy = Cost(policy, near with { Loss = 0.05 }, 0);

        Assert.InRange(full.Load - least.Load, 20, 80);
        Assert.InRange(full.Throughput - least.Throughput, 0, 120);
        Assert.InRange(full.Total - least.Total, 20, 200);
        Assert.InRange(jumpy.Total - least.Total, 20, 80);
        Assert.InRange(lossy.Total - least.Total, 20, 80);
        // And the other way round: distance does not swamp them either.
        Assert.True(Cost(policy, near with { Rtt = 30 }, load: 0).Total < full.Total);
        Assert.True(Cost(policy, near with { Rtt = 250 }, load: 0).Total > full.Total);
        Assert.True(Cost(policy, near with { Rtt = 10_000 }, load: 0).Total > Cost(policy, near with { Loss = 1, Jitter = 100 }, 1).Total);
    }

    // From one load to the next, the cost rises smoothly: no cliff at which everybody leaves at once.
    [Theory]
    [MemberData(nameof(Names))]
    public void One_percent_of_load_more_never_costs_an_ocean(string name)
    {
        ISelectionPolicy policy = Policy(name);
        for (int percent = 0; percent < 97; percent++)
        {
            double step = Cost(policy, default, (percent + 1) / 100.0).Total - Cost(policy, default, percent / 100.0).Total;
            Assert.InRange(step, 0, percent < 90 ? 20 : 80);
        }
    }

    [Fact]
    public void Anyone_can_write_a_policy()
    {
        var fleet = new Fleet();
        fleet.Add(rtt: 10);
        int owned = fleet.Add(rtt: 25, features: ServerFeatures.Owned);
        fleet.Add(rtt: 1, features: ServerFeatures.PeerToPeer);

        SelectionResult result = fleet.Select(new SelectionRequest { Policy = new OwnedFirst() });

        Assert.Equal((owned, "owned first", 25.0), (result.ChosenIndex, result.PolicyName, result.RunnerUpCost.Penalty));
        Assert.Equal(ExclusionReason.Policy, result.Reasons[2]);
    }

    [Fact]
    public void Weights_out_of_their_range_are_refused()
    {
        foreach (double wrong in new[] { -1, double.NaN, double.PositiveInfinity, 1e9 })
        {
            Assert.Throws<ArgumentException>(() => new CostModelPolicy("x", CostModel.Default with { JitterWeight = wrong }));
            Assert.Throws<ArgumentException>(() => new CostModelPolicy("x", CostModel.Default with { LossWeight = wrong }));
            Assert.Throws<ArgumentException>(() => new CostModelPolicy("x", CostModel.Default with { LoadWeight = wrong }));
            Assert.Throws<ArgumentException>(() => new CostModelPolicy("x", CostModel.Default with { MaxLoad = wrong }));
        }
        Assert.Throws<ArgumentException>(() => new CostModelPolicy("x", CostModel.Default with { MaxLoad = 1 }));
        Assert.Throws<ArgumentException>(() => new CostModelPolicy(" ", CostModel.Default));
        Assert.Equal("x", new CostModelPolicy("x", CostModel.Default with { JitterWeight = 0, MaxLoad = 0.999 }).Name);
    }

    private static ISelectionPolicy Policy(string name) =>
        new[] { SelectionPolicies.Browsing, SelectionPolicies.Gaming, SelectionPolicies.Streaming }.Single(policy => policy.Name == name);

    private static ServerCost Cost(ISelectionPolicy policy, LatencyEstimate latency, double load, int capacity = 1000)
    {
        var fleet = new Fleet();
        fleet.Add(capacity: capacity);
        return policy.Cost(new Candidate { Server = fleet[0], Status = new(ServerStates.InService, load, 1), Latency = latency, Now = Fleet.Now });
    }

    private sealed class OwnedFirst : ISelectionPolicy
    {
        public string Name => "owned first";

        public bool Excludes(in Candidate candidate) => (candidate.Server.Features & ServerFeatures.PeerToPeer) != 0;

        public ServerCost Cost(in Candidate candidate) =>
            CostModel.Default.Compute(candidate.Latency, candidate.Status.Load, (candidate.Server.Features & ServerFeatures.Owned) != 0 ? 0 : 25);
    }
}
