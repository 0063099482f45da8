using Apex.Vpn.Routing.Selection;

namespace Apex.Vpn.Routing.Tests.Selection;

public sealed class EquivalenceTests
{
    [Theory]
    [InlineData(20, 33, true)]    // 20 + 8 for half load; 5 ms more
    [InlineData(20, 33.1, false)]
    [InlineData(92, 110, true)]   // 92 + 8; a tenth more
    [InlineData(92, 110.1, false)]
    public void As_good_as_the_cheapest_is_what_lies_within_5_ms_or_a_tenth(double best, double total, bool equivalent)
    {
        var fleet = new Fleet();
        fleet.Add(rtt: best);
        int other = fleet.Add(rtt: total - 8);

        SelectionResult result = fleet.Select();

        Assert.Equal(equivalent, result.IsEquivalent(other));
        Assert.Equal(equivalent ? 2 : 1, result.EquivalentCount);
        Assert.Equal(2, result.UsableCount);
    }

    [Fact]
    public void Margins_are_options()
    {
        var fleet = new Fleet();
        fleet.Add(rtt: 12);
        fleet.Add(rtt: 22);

        Assert.Equal(1, fleet.Select().EquivalentCount);
        Assert.Equal(2, fleet.Select(options: new() { EquivalenceMargin = 10 }).EquivalentCount);
        Assert.Equal(2, fleet.Select(options: new() { EquivalenceShare = 0.5 }).EquivalentCount);
        Assert.Equal(1, fleet.Select(options: new() { EquivalenceMargin = 0, EquivalenceShare = 0 }).EquivalentCount);
    }

    // Critical values of chi-square at 0.1 %; random numbers are 0, 1, 2 …, which is the hardest for a hash.
    [Fact]
    public void Ties_are_broken_fairly()
    {
        var fleet = new Fleet();
        for (int i = 0; i < 8; i++) fleet.Add();

        Assert.InRange(ChiSquare(fleet.Draw(80_000, static result => result.ChosenIndex), [1, 1, 1, 1, 1, 1, 1, 1]), 0, 24.32);
        Assert.InRange(ChiSquare(fleet.Draw(80_000, static result => result.RunnerUpIndex), [1, 1, 1, 1, 1, 1, 1, 1]), 0, 24.32);
    }

    [Fact]
    public void At_the_same_load_servers_are_drawn_by_capacity_and_weight()
    {
        var fleet = new Fleet();
        fleet.Add(capacity: 1000, load: 0);
        fleet.Add(capacity: 2000, load: 0);
        fleet.Add(capacity: 10_000, load: 0, weight: 0.5);

        Assert.InRange(ChiSquare(fleet.Draw(60_000, static result => result.ChosenIndex), [1, 2, 5]), 0, 13.82);
    }

    // Half of the time both draws hit the same one: the emptier of two gets three quarters, never everyone.
    [Fact]
    public void The_emptier_of_two_gets_three_quarters()
    {
        var fleet = new Fleet();
        fleet.Add(load: 0.31);
        fleet.Add(load: 0.30);

        Assert.InRange(ChiSquare(fleet.Draw(40_000, static result => result.ChosenIndex), [1, 3]), 0, 10.83);
    }

    // With n alike, the k-th emptiest is the emptier of two draws with the probability (2 (n - k) + 1) / n².
    [Fact]
    public void Nobody_gets_more_than_twice_the_share()
    {
        var fleet = new Fleet();
        for (int i = 0; i < 5; i++) fleet.Add(load: 0.30 + (i * 0.005));

        Assert.InRange(ChiSquare(fleet.Draw(50_000, static result => result.ChosenIndex), [9, 7, 5, 3, 1]), 0, 18.47);
    }

    // A server that warms up has room for a tenth of its capacity: half of that is full enough.
    [Fact]
    public void A_server_that_warms_up_is_as_full_as_its_share()
    {
        var fleet = new Fleet();
        fleet.Add(load: 0.3, capacity: 100);
        fleet.Add(load: 0.05, capacity: 1000, weight: 0.1);

        int[] drawn = fleet.Draw(40_000, static result => result.ChosenIndex);

        Assert.InRange(ChiSquare(drawn, [3, 1]), 0, 10.83);
    }

    [Fact]
    public void The_same_number_gives_the_same_choice()
    {
        var fleet = new Fleet();
        for (int i = 0; i < 20; i++) fleet.Add();

        Assert.Equal(fleet.Select(random: 42).ChosenIndex, fleet.Select(random: 42).ChosenIndex);
    }

    // What a client keeps when it keeps its number: nobody but those of a server that went away must move.
    [Fact]
    public void With_the_same_number_the_choice_stays_when_others_come_and_go()
    {
        var fleet = new Fleet();
        for (int i = 0; i < 10; i++) fleet.Add();
        int[] before = [.. Enumerable.Range(0, 500).Select(number => fleet.Select(random: (ulong)number).ChosenIndex)];

        fleet.Statuses[3] = default;
        int[] after = [.. Enumerable.Range(0, 500).Select(number => fleet.Select(random: (ulong)number).ChosenIndex)];

        Assert.All(before.Zip(after), static pair => Assert.True(pair.First == 3 ? pair.Second != 3 : pair.First == pair.Second));
    }

    [Fact]
    public void A_choice_can_be_explained()
    {
        var fleet = new Fleet();
        fleet.Add(rtt: 20);
        fleet.Add(rtt: 21, country: "SE");
        fleet.Add(rtt: 90);
        fleet.Add(states: default);
        fleet.Latencies[0] = fleet.Latencies[0] with { Jitter = 1, Loss = 0.01 };

        SelectionResult result = fleet.Select(random: 1);

        Assert.Equal(result.ChosenIndex == 0 ? new ServerCost(20, 2, 4, 8, 0) : new ServerCost(21, 0, 0, 8, 0), result.ChosenCost);
        Assert.Equal(result.Costs[result.ChosenIndex], result.ChosenCost.Total);
        Assert.Equal(result.Costs[result.RunnerUpIndex], result.RunnerUpCost.Total);
        Assert.Equal("browsing", result.PolicyName);
        Assert.Equal(34, result.EquivalenceLimit);
        Assert.Contains("2 as good of 3 of 4", result.ToString(), StringComparison.Ordinal);
        Assert.Contains(result.Chosen!.Name, result.ToString(), StringComparison.Ordinal);
    }

    private static double ChiSquare(int[] observed, int[] shares)
    {
        double total = observed.Sum(), all = shares.Sum();
        return observed.Zip(shares).Sum(pair => Math.Pow(pair.First - (total * pair.Second / all), 2) / (total * pair.Second / all));
    }
}
