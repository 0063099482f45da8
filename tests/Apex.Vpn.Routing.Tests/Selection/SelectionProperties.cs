using Apex.Vpn.Routing.Directory;
using Apex.Vpn.Routing.Latency;
using Apex.Vpn.Routing.Selection;
using FsCheck.Xunit;

namespace Apex.Vpn.Routing.Tests.Selection;

/// <summary>What holds whatever the servers, their status and latencies are; the fleet comes from the seed that a failure prints.</summary>
public sealed class SelectionProperties
{
    private static readonly ISelectionPolicy[] Policies = [SelectionPolicies.Browsing, SelectionPolicies.Gaming, SelectionPolicies.Streaming];

    [Property(MaxTest = 500)]
    public void Nobody_is_chosen_who_is_excluded_and_nothing_throws(int seed, ulong random)
    {
        Fleet fleet = RandomFleet.Create(seed, wrong: 0.1);
        SelectionResult result = fleet.Select(new SelectionRequest { Policy = Policies[(uint)seed % 3] }, random);

        int[] usable = [.. Enumerable.Range(0, fleet.Count).Where(i => result.Reasons[i] == ExclusionReason.None)];
        bool[] possible = [.. Enumerable.Range(0, fleet.Count).Select(i => RandomFleet.IsPossible(fleet, i))];
        bool[] inService = [.. Enumerable.Range(0, fleet.Count).Select(i => possible[i] && RandomFleet.IsInService(fleet, i))];
        Assert.Equal(usable.Length, result.UsableCount);
        Assert.All(usable, i => Assert.True(possible[i]));
        Assert.Equal(possible.Contains(true) && !inService.Contains(true), result.Rule == SelectionRule.Panic);
        if (result.Rule != SelectionRule.Panic) Assert.All(usable, i => Assert.True(inService[i]));
        if (result.Rule == SelectionRule.Normal) Assert.All(usable, i => Assert.True(RandomFleet.IsLatencyKnown(fleet, i)));
        Assert.Equal(possible.Contains(true), result.Chosen is not null);
        for (int i = 0; i < fleet.Count; i++) Assert.Equal(result.Reasons[i] == ExclusionReason.None, double.IsFinite(result.Costs[i]));
        if (result.Chosen is null) return;

        double cheapest = usable.Min(i => result.Costs[i]);
        Assert.Contains(result.ChosenIndex, usable);
        Assert.Equal(Math.Max(cheapest + 5, cheapest * 1.1), result.EquivalenceLimit);
        Assert.True(result.IsEquivalent(result.ChosenIndex));
        Assert.Equal(usable.Count(i => result.Costs[i] <= result.EquivalenceLimit), result.EquivalentCount);
        Assert.Equal(usable.Length > 1, result.RunnerUp is not null);
        if (result.RunnerUp is null) return;
        Assert.NotEqual(result.ChosenIndex, result.RunnerUpIndex);
        Assert.Contains(result.RunnerUpIndex, usable);
    }

    [Property(MaxTest = 300)]
    public void The_order_of_the_list_plays_no_part(int seed, ulong random)
    {
        Fleet fleet = RandomFleet.Create(seed, wrong: 0.1);
        int[] order = [.. Enumerable.Range(0, fleet.Count)];
        new Random(seed ^ 1).Shuffle(order);

        SelectionResult one = fleet.Select(random: random), other = fleet.Reordered(order).Select(random: random);

        Assert.Equal((one.Chosen, one.RunnerUp, one.Rule), (other.Chosen, other.RunnerUp, other.Rule));
        for (int i = 0; i < order.Length; i++) Assert.Equal(one.Reasons[order[i]], other.Reasons[i]);
    }

    // Ties too: they are broken by what the servers are, not by where they stand.
    [Property]
    public void Nor_when_all_are_alike(byte count, ulong random)
    {
        var fleet = new Fleet();
        for (int i = 0; i <= count % 20; i++) fleet.Add();
        int[] order = [.. Enumerable.Range(0, fleet.Count).Reverse()];

        SelectionResult one = fleet.Select(random: random), other = fleet.Reordered(order).Select(random: random);

        Assert.Equal((one.Chosen, one.RunnerUp), (other.Chosen, other.RunnerUp));
    }

    [Property(MaxTest = 300)]
    public void Who_gets_cheaper_loses_no_rank_and_who_stays_does_not_lose_by_others_dearth(int seed, byte less, ulong random)
    {
        Fleet fleet = RandomFleet.Create(seed, wrong: 0);
        SelectionResult before = fleet.Select(random: random);
        if (before.Rule != SelectionRule.Normal || before.Chosen is null) return;
        int[] usable = [.. Enumerable.Range(0, fleet.Count).Where(i => before.Reasons[i] == ExclusionReason.None)];
        int server = usable[(uint)seed % usable.Length], other = usable[((uint)seed / 7) % usable.Length];
        bool[] wasEquivalent = [.. usable.Select(before.IsEquivalent)];

        LatencyEstimate kept = fleet.Latencies[server];
        fleet.Latencies[server] = kept with { Rtt = Math.Max(0, kept.Rtt - less) };
        SelectionResult cheaper = fleet.Select(random: random);
        Assert.True(Rank(cheaper, server) <= Rank(before, server));
        Assert.True(!before.IsEquivalent(server) || cheaper.IsEquivalent(server));

        fleet.Latencies[server] = kept;
        fleet.Latencies[other] = fleet.Latencies[other] with { Rtt = fleet.Latencies[other].Rtt + less };
        SelectionResult dearer = fleet.Select(random: random);
        for (int i = 0; i < usable.Length; i++)
        {
            if (usable[i] == other) continue;
            Assert.True(Rank(dearer, usable[i]) <= Rank(before, usable[i]));
            Assert.True(!wasEquivalent[i] || dearer.IsEquivalent(usable[i]));
        }

        static int Rank(SelectionResult result, int server)
        {
            int rank = 0;
            foreach (double cost in result.Costs) rank += cost < result.Costs[server] ? 1 : 0;
            return rank;
        }
    }

    // Where load does not decide, the very choice stays.
    [Property(MaxTest = 300)]
    public void At_the_same_load_who_is_chosen_stays_chosen_when_it_gets_cheaper_or_others_dearer(int seed, byte change, ulong random)
    {
        Fleet fleet = RandomFleet.Create(seed, wrong: 0);
        for (int i = 0; i < fleet.Count; i++) fleet.Statuses[i] = new ServerStatus(ServerStates.InService, 0.3, 1);
        SelectionResult before = fleet.Select(random: random);
        if (before.Rule != SelectionRule.Normal || before.Chosen is null) return;

        LatencyEstimate kept = fleet.Latencies[before.ChosenIndex];
        fleet.Latencies[before.ChosenIndex] = kept with { Rtt = Math.Max(0, kept.Rtt - change) };
        Assert.Equal(before.Chosen, fleet.Select(random: random).Chosen);

        fleet.Latencies[before.ChosenIndex] = kept;
        int other = (int)((uint)seed % fleet.Count);
        if (other == before.ChosenIndex) return;
        fleet.Latencies[other] = fleet.Latencies[other] with { Rtt = fleet.Latencies[other].Rtt + change };
        Assert.Equal(before.Chosen, fleet.Select(random: random).Chosen);
    }

    [Property(MaxTest = 300)]
    public void What_makes_no_sense_never_wins_over_what_does(int seed, ulong random)
    {
        Fleet fleet = RandomFleet.Create(seed, wrong: 0.5);
        int sane = fleet.Add(rtt: 5000, load: 0.96);
        for (int i = 0; i < fleet.Count; i++) fleet.Statuses[i] = fleet.Statuses[i] with { States = ServerStates.InService };

        SelectionResult result = fleet.Select(random: random);

        Assert.Equal(ExclusionReason.None, result.Reasons[sane]);
        Assert.True(result.ChosenIndex == sane
            || (RandomFleet.IsLatencyKnown(fleet, result.ChosenIndex) && RandomFleet.IsInService(fleet, result.ChosenIndex)));
    }

    [Property]
    public void A_request_asked_before_is_answered_as_by_a_new_selector(int seed, ulong random)
    {
        Fleet fleet = RandomFleet.Create(seed, wrong: 0.1);
        SelectionRequest first = new() { Features = ServerFeatures.IPv6 }, second = new() { Countries = [CountryCode.Parse("SE")] };
        var selector = new ServerSelector(fleet.ToCatalog());
        var result = new SelectionResult();

        foreach (SelectionRequest request in new[] { first, second, second, first })
        {
            selector.Select(request, fleet.Input(random), result);
            SelectionResult expected = fleet.Select(request, random);
            Assert.Equal((expected.Chosen, expected.RunnerUp, expected.Rule), (result.Chosen, result.RunnerUp, result.Rule));
            Assert.Equal(expected.Reasons.ToArray(), result.Reasons.ToArray());
        }
    }

    [Fact]
    public void A_choice_allocates_nothing()
    {
        var fleet = new Fleet();
        for (int i = 0; i < 1000; i++)
        {
            ServerStates states = i % 9 == 0 ? default : ServerStates.InService;
            fleet.Add(rtt: 10 + (i % 50), load: (i % 90) / 100.0, city: "City " + (i % 20), states: states);
        }
        ServerSelector selector = new(fleet.ToCatalog());
        var result = new SelectionResult();
        (LatencyEstimate[] latencies, ServerStatus[] statuses) = ([.. fleet.Latencies], [.. fleet.Statuses]);
        int seen = 0;
        foreach (ISelectionPolicy policy in Policies)
        {
            var request = new SelectionRequest { Policy = policy };
            Choose(2);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Choose(50);
            Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

            void Choose(int times)
            {
                for (int i = 0; i < times; i++)
                {
                    var input = new SelectionInput { Latencies = latencies, Statuses = statuses, Now = Fleet.Now, Random = (ulong)i, Current = 5 };
                    selector.Select(request, in input, result);
                    seen += result.ChosenIndex + result.Count(ExclusionReason.OutOfService);
                }
            }
        }
        Assert.True(seen > 0);
    }
}
