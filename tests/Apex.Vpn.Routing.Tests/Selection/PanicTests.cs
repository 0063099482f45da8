using Apex.Vpn.Routing.Directory;
using Apex.Vpn.Routing.Latency;
using Apex.Vpn.Routing.Selection;

namespace Apex.Vpn.Routing.Tests.Selection;

public sealed class PanicTests
{
    private const ServerStates Shown = ServerStates.Automatic;

    [Fact]
    public void When_nobody_is_in_service_everybody_is_used_and_it_is_said()
    {
        var fleet = new Fleet();
        int near = fleet.Add(rtt: 10, states: Shown);
        int full = fleet.Add(rtt: 50, load: 1);
        int draining = fleet.Add(rtt: 60, states: Shown | ServerStates.Healthy);
        int elsewhere = fleet.Add(rtt: 1, country: "SE");

        SelectionResult result = fleet.Select(new SelectionRequest { Countries = [CountryCode.Parse("NL")] });

        Assert.Equal((SelectionRule.Panic, near, 3), (result.Rule, result.ChosenIndex, result.UsableCount));
        Assert.All([near, full, draining], server => Assert.Equal(ExclusionReason.None, result.Reasons[server]));
        Assert.Equal(ExclusionReason.CountryNotAsked, result.Reasons[elsewhere]);
        Assert.Contains("panic", result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void One_in_service_is_enough_for_calm()
    {
        var fleet = new Fleet();
        fleet.Add(rtt: 10, states: Shown);
        int far = fleet.Add(rtt: 300, load: 0.96);

        SelectionResult result = fleet.Select();

        Assert.Equal((SelectionRule.Normal, far), (result.Rule, result.ChosenIndex));
        Assert.DoesNotContain("panic", result.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.25, SelectionRule.Panic)]
    [InlineData(0.24, SelectionRule.Normal)]
    public void The_share_that_is_too_few_is_an_option(double share, SelectionRule rule)
    {
        var fleet = new Fleet();
        for (int i = 0; i < 3; i++) fleet.Add(states: Shown);
        fleet.Add();

        SelectionResult result = fleet.Select(options: new() { PanicShare = share });

        Assert.Equal((rule, rule == SelectionRule.Panic ? 4 : 1), (result.Rule, result.UsableCount));
    }

    [Fact]
    public void Unknown_latencies_are_assumed_before_the_status_is_overlooked()
    {
        var fleet = new Fleet();
        fleet.Add(rtt: 10, states: Shown);
        int unknown = fleet.Add();
        fleet.Latencies[unknown] = default;

        SelectionResult result = fleet.Select();

        Assert.Equal((SelectionRule.AssumedLatency, unknown, 400.0), (result.Rule, result.ChosenIndex, result.ChosenCost.Rtt));
        Assert.Equal(ExclusionReason.OutOfService, result.Reasons[0]);
        Assert.Contains("latencies assumed", result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_latency_poorer_than_asked_for_is_better_than_none()
    {
        var fleet = new Fleet();
        int guessed = fleet.Add();
        fleet.Latencies[guessed] = new(70, 0, 0, LatencySource.Prior);
        fleet.Latencies[fleet.Add()] = default;

        SelectionResult result = fleet.Select(new SelectionRequest { LeastLatencySource = LatencySource.Measured });

        Assert.Equal((SelectionRule.AssumedLatency, guessed, 70.0), (result.Rule, result.ChosenIndex, result.ChosenCost.Rtt));
    }

    [Fact]
    public void In_a_panic_known_latencies_go_before_unknown_ones()
    {
        var fleet = new Fleet();
        fleet.Latencies[fleet.Add(states: Shown)] = default;
        int known = fleet.Add(rtt: 900, states: Shown);

        SelectionResult result = fleet.Select();
        Assert.Equal((SelectionRule.Panic, known, 1), (result.Rule, result.ChosenIndex, result.UsableCount));

        fleet.Latencies[known] = default;
        result = fleet.Select();
        Assert.Equal((SelectionRule.Panic, 2), (result.Rule, result.UsableCount));
    }

    [Fact]
    public void When_everybody_is_out_of_what_was_asked_for_there_is_no_panic()
    {
        var fleet = new Fleet();
        fleet.Add(states: default);

        SelectionResult result = fleet.Select(new SelectionRequest { Countries = [CountryCode.Parse("SE")] });

        Assert.Equal((SelectionRule.Normal, -1, ExclusionReason.CountryNotAsked), (result.Rule, result.ChosenIndex, result.Reasons[0]));
    }

    [Fact]
    public void When_no_cost_is_a_number_nothing_is_chosen_and_the_reasons_are_the_usual_ones()
    {
        var fleet = new Fleet();
        fleet.Add();
        fleet.Add(states: Shown);

        SelectionResult result = fleet.Select(new SelectionRequest { Policy = new NotANumber() });

        Assert.Equal((SelectionRule.Normal, -1), (result.Rule, result.ChosenIndex));
        Assert.Equal([ExclusionReason.CostNotFinite, ExclusionReason.OutOfService], result.Reasons.ToArray());
    }

    [Fact]
    public void When_all_take_no_share_they_are_drawn_by_capacity()
    {
        var fleet = new Fleet();
        fleet.Add(weight: 0, capacity: 1000);
        fleet.Add(weight: 0, capacity: 3000);

        int[] drawn = fleet.Draw(4000, static result => result.ChosenIndex);

        Assert.InRange(drawn[1], 2850, 3150);
    }

    private sealed class NotANumber : ISelectionPolicy
    {
        public string Name => "nan";

        public ServerCost Cost(in Candidate candidate) => new(double.NaN, 0, 0, 0, 0);
    }
}
