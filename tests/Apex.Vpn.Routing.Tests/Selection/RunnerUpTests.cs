using Apex.Vpn.Routing.Selection;

namespace Apex.Vpn.Routing.Tests.Selection;

public sealed class RunnerUpTests
{
    [Fact]
    public void It_stands_in_the_same_city_where_there_is_one()
    {
        var fleet = new Fleet();
        int best = fleet.Add(rtt: 10);
        fleet.Add(rtt: 18, city: "Rotterdam");
        int second = fleet.Add(rtt: 24);

        SelectionResult result = fleet.Select();

        Assert.Equal((best, second, fleet[second]), (result.ChosenIndex, result.RunnerUpIndex, result.RunnerUp));
        Assert.Equal(32, result.RunnerUpCost.Total);
    }

    [Fact]
    public void The_same_city_is_not_worth_everything()
    {
        var fleet = new Fleet();
        fleet.Add(rtt: 10);
        int elsewhere = fleet.Add(rtt: 18, city: "Rotterdam");
        fleet.Add(rtt: 45);

        Assert.Equal(elsewhere, fleet.Select().RunnerUpIndex);
    }

    [Fact]
    public void It_has_another_provider_where_there_is_one()
    {
        var fleet = new Fleet();
        fleet.Add(rtt: 10, provider: "one");
        fleet.Add(rtt: 16, provider: "one");
        int other = fleet.Add(rtt: 18, provider: "two");

        Assert.Equal(other, fleet.Select().RunnerUpIndex);
    }

    [Fact]
    public void Providers_that_are_not_told_are_not_taken_for_the_same()
    {
        var fleet = new Fleet();
        fleet.Add(rtt: 10);
        int near = fleet.Add(rtt: 16);
        fleet.Add(rtt: 24, provider: "two");

        Assert.Equal(near, fleet.Select().RunnerUpIndex);
    }

    [Fact]
    public void Alone_there_is_none()
    {
        var fleet = new Fleet();
        fleet.Add();
        fleet.Add(states: default);

        SelectionResult result = fleet.Select();

        Assert.Equal((0, -1, null), (result.ChosenIndex, result.RunnerUpIndex, result.RunnerUp));
    }

    // Otherwise all who lose their server meet again at the next one.
    [Fact]
    public void Clients_of_one_server_have_different_ones_ready()
    {
        var fleet = new Fleet();
        fleet.Add(rtt: 1);
        for (int i = 0; i < 4; i++) fleet.Add(rtt: 10);

        int[] drawn = fleet.Draw(4000, static result => result.RunnerUpIndex);

        Assert.Equal(0, drawn[0]);
        Assert.All(drawn[1..], static count => Assert.InRange(count, 850, 1150));
    }

    [Fact]
    public void A_result_used_again_forgets_the_last_choice()
    {
        var fleet = new Fleet();
        fleet.Add();
        fleet.Add();
        SelectionCatalog catalog = fleet.ToCatalog();
        var selector = new ServerSelector(catalog);
        var result = new SelectionResult();
        selector.Select(new SelectionRequest(), fleet.Input(current: 0), result);
        Assert.NotNull(result.RunnerUp);
        Assert.NotNull(result.CurrentCost);

        selector.Select(new SelectionRequest { Servers = [Guid.Empty] }, fleet.Input(), result);

        Assert.Equal((null, -1, null, -1), (result.Chosen, result.ChosenIndex, result.RunnerUp, result.RunnerUpIndex));
        Assert.Equal((default(ServerCost), default(ServerCost), null), (result.ChosenCost, result.RunnerUpCost, result.CurrentCost));
        Assert.Equal((0, 0, true), (result.EquivalentCount, result.UsableCount, double.IsNaN(result.EquivalenceLimit)));
    }

    [Fact]
    public void The_server_in_use_is_priced_in_the_same_pass()
    {
        var fleet = new Fleet();
        fleet.Add(rtt: 10);
        int draining = fleet.Add(rtt: 50, states: Routing.Directory.ServerStates.Healthy | Routing.Directory.ServerStates.Automatic);
        int unknown = fleet.Add();
        fleet.Latencies[unknown] = default;

        SelectionResult current = fleet.Select(current: draining);
        Assert.Equal((58.0, ExclusionReason.Draining), (current.CurrentCost!.Value.Total, current.CurrentReason));
        current = fleet.Select(current: 0);
        Assert.Equal((18.0, ExclusionReason.None), (current.CurrentCost!.Value.Total, current.CurrentReason));
        current = fleet.Select(current: unknown);
        Assert.Equal((null, ExclusionReason.LatencyUnknown), (current.CurrentCost, current.CurrentReason));
        Assert.Null(fleet.Select().CurrentCost);
    }
}
