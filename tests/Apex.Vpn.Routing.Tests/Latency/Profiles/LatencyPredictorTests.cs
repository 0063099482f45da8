using Apex.Vpn.Routing.Directory;
using Apex.Vpn.Routing.Latency;
using Apex.Vpn.Routing.Latency.Profiles;
using FsCheck.Xunit;

namespace Apex.Vpn.Routing.Tests.Latency.Profiles;

public sealed class LatencyPredictorTests
{
    [Fact]
    public void Eight_probes_find_the_nearest_of_sixty_sites()
    {
        var world = new TestWorld(60, seed: 1);
        var predictor = new LatencyPredictor(world.BuildProfiles(users: 200, minMembers: 5));
        double regret = 0;
        int exact = 0;

        for (int user = 0; user < 200; user++)
        {
            double[] truth = world.DrawUser();
            (int best, List<int> probes) = TestWorld.Decide(predictor, truth);
            Assert.InRange(probes.Count, 3, LatencyPredictor.DefaultProbes);
            Assert.Equal(probes.Count, probes.Distinct().Count());
            regret += truth[best] - truth.Min();
            if (truth[best] == truth.Min()) exact++;
        }

        // Distances of 150 ms, 60 sites: the median user is some 8 ms from the nearest one.
        Assert.InRange(regret / 200, 0, 0.5);
        Assert.InRange(exact, 170, 200);
    }

    // The truth that was not probed is not there for the client: whatever it is, the decision is the same.
    [Property(MaxTest = 40)]
    public bool What_was_not_probed_changes_nothing(int seed, ushort other)
    {
        var world = new TestWorld(20, seed);
        var predictor = new LatencyPredictor(world.BuildProfiles(users: 40, minMembers: 5));
        double[] truth = world.DrawUser();
        (int best, List<int> probes) = TestWorld.Decide(predictor, truth, budget: 5);

        double[] changed = [.. truth.Select((rtt, site) => probes.Contains(site) ? rtt : other % 7 == 0 ? double.NaN : rtt * (other % 100))];
        (int bestAgain, List<int> probesAgain) = TestWorld.Decide(predictor, changed, budget: 5);

        return best == bestAgain && probes.SequenceEqual(probesAgain);
    }

    [Property(MaxTest = 40)]
    public bool Lost_probes_count_and_their_sites_are_not_asked_again_nor_chosen(int seed, byte lost)
    {
        var world = new TestWorld(20, seed);
        var predictor = new LatencyPredictor(world.BuildProfiles(users: 40, minMembers: 5));
        double[] truth = [.. world.DrawUser().Select(rtt => world.Draw() < lost / 255.0 ? double.NaN : rtt)];

        (int best, List<int> probes) = TestWorld.Decide(predictor, truth);

        return probes.Distinct().Count() == probes.Count && predictor.Probes == probes.Count && probes.Count <= 8
            && !(probes.Contains(best) && double.IsNaN(truth[best]))
            && (probes.All(site => double.IsNaN(truth[site])) || best == probes.Where(site => !double.IsNaN(truth[site])).MinBy(site => truth[site]));
    }

    [Fact]
    public void When_nothing_answers_there_is_still_a_site_as_long_as_one_was_not_asked()
    {
        var predictor = new LatencyPredictor(new TestWorld(3, seed: 1).BuildProfiles(10, 5));
        (int best, List<int> probes) = TestWorld.Decide(predictor, [double.NaN, double.NaN, double.NaN], budget: 2);
        Assert.Equal(2, probes.Count);
        Assert.DoesNotContain(best, probes);

        (best, probes) = TestWorld.Decide(predictor, [double.NaN, double.NaN, double.NaN]);
        Assert.Equal(3, probes.Count);
        Assert.Equal(-1, best);
        Assert.Equal(-1, predictor.NextProbe());
    }

    [Fact]
    public void A_slow_access_network_does_not_hide_where_the_client_is()
    {
        var world = new TestWorld(60, seed: 4);
        var predictor = new LatencyPredictor(world.BuildProfiles(users: 200, minMembers: 5));
        double regret = 0;

        for (int user = 0; user < 100; user++)
        {
            double[] truth = [.. world.DrawUser().Select(static rtt => rtt + 300)];
            regret += truth[TestWorld.Decide(predictor, truth).Best] - truth.Min();
        }

        Assert.InRange(regret / 100, 0, 2);
    }

    [Fact]
    public void Probing_ends_when_nothing_is_to_be_gained()
    {
        var world = new TestWorld(60, seed: 2);
        LatencyProfiles profiles = world.BuildProfiles(users: 100, minMembers: 5);
        double[][] users = [.. Enumerable.Range(0, 50).Select(_ => world.DrawUser())];

        double Probes(double minGain)
        {
            var predictor = new LatencyPredictor(profiles) { MinGain = minGain };
            return users.Average(user => TestWorld.Decide(predictor, user).Probes.Count);
        }

        Assert.Equal(8, Probes(0));
        Assert.InRange(Probes(0.1), 3, 7.9);
        Assert.True(Probes(1) < Probes(0.1));
    }

    // Asked first, the liar draws all probes to its neighbours. Where none of them comes near the client by chance, nothing contradicts it.
    [Fact]
    public void An_answer_that_the_mesh_rules_out_is_neither_evidence_nor_chosen()
    {
        var world = new TestWorld(40, seed: 6);
        var predictor = new LatencyPredictor(world.BuildProfiles(users: 100, minMembers: 5));
        int fooled = 0, suspected = 0;

        for (int user = 0; user < 50; user++)
        {
            double[] truth = [.. world.DrawUser().Select(static rtt => rtt + 5)];
            int liar = Array.IndexOf(truth, truth.Max()); // as far as can be, and claims to be next door
            double[] claimed = [.. truth];
            claimed[liar] = 1;
            predictor.Reset();
            predictor.AddRtt(liar, claimed[liar]);
            for (int probe = 1; probe < LatencyPredictor.DefaultProbes && predictor.NextProbe() is var site and >= 0; probe++) predictor.AddRtt(site, claimed[site]);
            if (predictor.IsSuspect(liar)) suspected++;
            if (predictor.Best() == liar) fooled++;
        }

        Assert.Equal(50, fooled + suspected);
        Assert.True(suspected >= 35, $"suspected {suspected} of 50");
    }

    [Fact]
    public void Estimates_say_where_they_come_from()
    {
        var world = new TestWorld(20, seed: 8);
        var predictor = new LatencyPredictor(world.BuildProfiles(users: 60, minMembers: 5));
        double[] truth = world.DrawUser();
        Assert.False(predictor.Estimate(0).IsKnown);

        (_, List<int> probes) = TestWorld.Decide(predictor, truth);

        double error = 0;
        for (int site = 0; site < truth.Length; site++)
        {
            LatencyEstimate estimate = predictor.Estimate(site);
            Assert.Equal(probes.Contains(site) ? LatencySource.Measured : LatencySource.Profile, estimate.Source);
            error += Math.Abs(estimate.Rtt - truth[site]);
        }
        Assert.InRange(error / truth.Length, 0, 15);
    }

    [Fact]
    public void Of_several_answers_the_fastest_counts()
    {
        var predictor = new LatencyPredictor(new TestWorld(3, seed: 1).BuildProfiles(10, 5));
        foreach (double rtt in (double[])[30, 20, 25]) predictor.AddRtt(1, rtt);

        Assert.Equal(20, predictor.Estimate(1).Rtt);
        Assert.Equal(1, predictor.Probes);
    }

    [Fact]
    public void Profiles_of_one_site_and_no_users_serve_too()
    {
        var predictor = new LatencyPredictor(new ProfileBuilder([new Place("One", default, default)], [0]).Build());

        (int best, List<int> probes) = TestWorld.Decide(predictor, [20]);

        Assert.Equal(0, best);
        Assert.Equal([0], probes);
    }

    [Fact]
    public void Bad_arguments_are_refused()
    {
        var predictor = new LatencyPredictor(new TestWorld(40, seed: 1).BuildProfiles(10, 5));

        foreach (double rtt in (double[])[-1, double.NaN, double.PositiveInfinity])
            Assert.Throws<ArgumentOutOfRangeException>(() => predictor.AddRtt(0, rtt));
        foreach (int site in (int[])[-1, 40])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => predictor.AddRtt(site, 1));
            Assert.Throws<ArgumentOutOfRangeException>(() => predictor.AddLoss(site));
            Assert.Throws<ArgumentOutOfRangeException>(() => predictor.Estimate(site));
            Assert.Throws<ArgumentOutOfRangeException>(() => predictor.IsSuspect(site));
        }
        for (int site = 0; site < LatencyPredictor.MaxProbes; site++) predictor.AddRtt(site, double.MaxValue);
        Assert.Equal(-1, predictor.NextProbe());
        Assert.InRange(predictor.Best(), 0, 39);
        Assert.Throws<InvalidOperationException>(() => predictor.AddRtt(LatencyPredictor.MaxProbes, 1));
    }

    [Fact]
    public void A_decision_allocates_nothing()
    {
        var world = new TestWorld(60, seed: 1);
        var predictor = new LatencyPredictor(world.BuildProfiles(users: 200, minMembers: 5));
        double[] truth = world.DrawUser();
        Decide();

        long before = GC.GetAllocatedBytesForCurrentThread();
        Decide();
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(0, allocated);

        void Decide()
        {
            predictor.Reset();
            for (int probe = 0; probe < 8 && predictor.NextProbe() is var site and >= 0; probe++)
            {
                if (probe == 3) predictor.AddLoss(site);
                else predictor.AddRtt(site, truth[site]);
            }
            predictor.Best();
            for (int site = 0; site < truth.Length; site++) predictor.Estimate(site);
        }
    }
}
