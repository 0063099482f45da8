using Apex.Vpn.Routing.Latency;
using Apex.Vpn.Routing.Selection;
using FsCheck.Xunit;

namespace Apex.Vpn.Routing.Tests.Selection;

public sealed class CostModelTests
{
    [Fact]
    public void The_cost_is_the_sum_of_its_terms_in_milliseconds()
    {
        ServerCost cost = CostModel.Default.Compute(Ms(40), Ms(3), loss: 0.02, load: 0.5, penalty: Ms(15));

        Assert.Equal(new ServerCost(Rtt: 40, Jitter: 6, Loss: 8, Load: 8, Penalty: 15), cost);
        Assert.Equal(77, cost.Total);
    }

    // The queue's shape: little until a server is nearly full, then more than an ocean.
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.1, 0.889)]
    [InlineData(0.5, 8)]
    [InlineData(0.9, 72)]
    [InlineData(0.97, 258.667)]
    [InlineData(1, 258.667)]
    public void Load_weighs_as_a_queue_does(double load, double milliseconds) =>
        Assert.Equal(milliseconds, CostModel.Default.Compute(Ms(0), Ms(0), 0, load, Ms(0)).Total, tolerance: 1e-3);

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(2)]
    [InlineData(double.PositiveInfinity)]
    public void What_makes_no_sense_counts_as_the_worst(double value)
    {
        ServerCost cost = CostModel.Default.Compute(Ms(20), Ms(0), loss: value, load: value, Ms(0));

        Assert.Equal(400, cost.Loss);
        Assert.Equal(258.667, cost.Load, tolerance: 1e-3);
    }

    [Fact]
    public void What_is_below_zero_counts_as_zero()
    {
        Assert.Equal(0, CostModel.Default.Compute(Ms(-20), Ms(-1), loss: -1, load: -1, Ms(0)).Total);
        Assert.Equal(-5, CostModel.Default.Compute(Ms(0), Ms(0), 0, 0, penalty: Ms(-5)).Total);
    }

    [Fact]
    public void A_server_nearby_wins_over_an_idle_one_far_away_until_it_is_nearly_full()
    {
        ServerCost far = CostModel.Default.Compute(Ms(95), Ms(1), 0, load: 0.05, Ms(0));

        Assert.True(CostModel.Default.Compute(Ms(15), Ms(1), 0, load: 0.85, Ms(0)) < far);
        Assert.True(CostModel.Default.Compute(Ms(15), Ms(1), 0, load: 0.95, Ms(0)) > far);
    }

    [Fact]
    public void Measurements_enter_by_their_peak()
    {
        var measured = new RttEstimator();
        measured.AddSample(Ms(20), TimeSpan.Zero);
        measured.AddSample(Ms(60), TimeSpan.Zero);
        measured.AddLoss();
        measured.AddLoss();

        Assert.Equal(new ServerCost(60, 80, 200, 8, 0), CostModel.Default.Compute(measured, load: 0.5));
        Assert.Equal(new ServerCost(60, 80, 200, 8, 7), CostModel.Default.Compute(measured, load: 0.5, Ms(7)));
    }

    [Fact]
    public void A_server_that_never_answered_is_not_the_nearest()
    {
        var measured = new RttEstimator();
        measured.AddLoss();

        Assert.Throws<ArgumentException>(() => CostModel.Default.Compute(measured, load: 0));
    }

    [Fact]
    public void Weights_can_be_changed()
    {
        CostModel gaming = CostModel.Default with { JitterWeight = 3 };

        Assert.Equal(30, gaming.Compute(Ms(0), Ms(10), 0, 0, Ms(0)).Total);
        Assert.Equal(20, CostModel.Default.Compute(Ms(0), Ms(10), 0, 0, Ms(0)).Total);
    }

    [Fact]
    public void Comparisons_agree_with_each_other()
    {
        var cheap = new ServerCost(10, 0, 0, 0, 0);
        var equal = new ServerCost(5, 5, 0, 0, 0);
        var dear = new ServerCost(0, 0, 11, 0, 0);

        Assert.True(cheap < dear && dear > cheap && cheap <= equal && cheap >= equal && cheap.CompareTo(dear) < 0 && cheap.CompareTo(equal) == 0);
        Assert.False(cheap < equal || cheap > equal || dear <= cheap || cheap >= dear);
        Assert.Equal([cheap, equal, dear], new[] { dear, cheap, equal }.OrderBy(static cost => cost).ThenByDescending(static cost => cost.Rtt));
    }

    [Property]
    public bool Nothing_that_gets_worse_makes_a_server_cheaper(ushort rtt, ushort jitter, byte loss, byte load, byte more)
    {
        double Cost(int rtt, int jitter, int loss, int load) =>
            CostModel.Default.Compute(Ms(rtt), Ms(jitter), loss / 255.0, load / 255.0, Ms(0)).Total;

        double before = Cost(rtt, jitter, loss, load);
        return Cost(rtt + more, jitter, loss, load) >= before
            && Cost(rtt, jitter + more, loss, load) >= before
            && Cost(rtt, jitter, loss + more, load) >= before
            && Cost(rtt, jitter, loss, load + more) >= before
            && double.IsFinite(before);
    }

    [Fact]
    public void Scoring_ten_thousand_servers_allocates_nothing()
    {
        Score(10);

        long before = GC.GetAllocatedBytesForCurrentThread();
        double cheapest = Score(10_000);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(20, cheapest);

        static double Score(int servers)
        {
            double best = double.MaxValue;
            for (int i = 0; i < servers; i++) best = Math.Min(best, CostModel.Default.Compute(Ms(20 + i), Ms(0), 0, 0, Ms(0)).Total);
            return best;
        }
    }

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
