using Apex.Vpn.Routing.Directory;
using Apex.Vpn.Routing.Latency;
using Apex.Vpn.Routing.Selection;

namespace Apex.Vpn.Routing.Tests.Selection;

public sealed class ExclusionTests
{
    private static readonly SelectionRequest Anything = new();

    // One server is fine and far; the other is near, and something about it is not as it should be.
    public static TheoryData<string, ExclusionReason> Cases => new()
    {
        { "another id", ExclusionReason.ServerNotAsked },
        { "another country", ExclusionReason.CountryNotAsked },
        { "another city", ExclusionReason.CityNotAsked },
        { "a city of that name in another country", ExclusionReason.CityNotAsked },
        { "an unwanted server", ExclusionReason.ExcludedByUser },
        { "an unwanted country", ExclusionReason.ExcludedByUser },
        { "an unwanted provider", ExclusionReason.ExcludedByUser },
        { "one feature of two", ExclusionReason.FeatureMissing },
        { "another transport", ExclusionReason.TransportMissing },
        { "a transport of the future", ExclusionReason.TransportMissing },
        { "another IP version", ExclusionReason.AddressFamilyMissing },
        { "the IP version with another transport", ExclusionReason.AddressFamilyMissing },
        { "a key of yesterday", ExclusionReason.KeyNotValid },
        { "a key of tomorrow", ExclusionReason.KeyNotValid },
        { "no key", ExclusionReason.KeyNotValid },
        { "a revoked key", ExclusionReason.KeyRevoked },
        { "a revoked key and one of yesterday", ExclusionReason.KeyRevoked },
        { "not proposed", ExclusionReason.NotAutomatic },
        { "not to the policy's taste", ExclusionReason.Policy },
        { "out of service", ExclusionReason.OutOfService },
        { "draining", ExclusionReason.Draining },
        { "full", ExclusionReason.OverCapacity },
        { "a negative load", ExclusionReason.OverCapacity },
        { "a load that is no number", ExclusionReason.OverCapacity },
        { "no share of new clients", ExclusionReason.OverCapacity },
        { "a share that is no number", ExclusionReason.OverCapacity },
        { "no latency", ExclusionReason.LatencyUnknown },
        { "a negative latency", ExclusionReason.LatencyUnknown },
        { "an infinite latency", ExclusionReason.LatencyUnknown },
        { "a loss above one", ExclusionReason.LatencyUnknown },
        { "a jitter that is no number", ExclusionReason.LatencyUnknown },
        { "a guessed latency", ExclusionReason.LatencyTooPoor },
        { "a cost without end", ExclusionReason.CostNotFinite },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_server_is_left_out_with_its_reason(string what, ExclusionReason reason)
    {
        var fleet = new Fleet();
        int fine = fleet.Add(rtt: 100, country: "SE", city: "Malmö", provider: "good", features: ServerFeatures.IPv6 | ServerFeatures.Streaming,
            endpoints: [Fleet.IPv6(TransportKind.WireGuardUdp), Fleet.IPv4(TransportKind.WireGuardTls)]);
        (int bad, SelectionRequest request) = Make(what, fleet);

        SelectionResult result = fleet.Select(request);

        Assert.Equal(reason, result.Reasons[bad]);
        Assert.True(double.IsNaN(result.Costs[bad]));
        Assert.Equal(ExclusionReason.None, result.Reasons[fine]);
        Assert.Equal((fine, fleet[fine], -1), (result.ChosenIndex, result.Chosen, result.RunnerUpIndex));
        Assert.Equal((1, 1, 1), (result.Count(reason), result.Count(ExclusionReason.None), result.UsableCount));
        Assert.Equal(SelectionRule.Normal, result.Rule);
    }

    private static (int Bad, SelectionRequest Request) Make(string what, Fleet fleet)
    {
        DateTimeOffset yesterday = Fleet.Now.AddDays(-1), tomorrow = Fleet.Now.AddDays(1);
        switch (what)
        {
            case "another id": return (fleet.Add(), Anything with { Servers = [Fleet.Id(0), Guid.Empty] });
            case "another country": return (fleet.Add(), Anything with { Countries = [CountryCode.Parse("se")] });
            case "another city": return (fleet.Add(), Anything with { Cities = [new(CountryCode.Parse("SE"), "Malmö")] });
            case "a city of that name in another country":
                return (fleet.Add(city: "Malmö"), Anything with { Cities = [new(CountryCode.Parse("SE"), "Malmö")] });
            case "an unwanted server": return (fleet.Add(), Anything with { ExcludedServers = [Fleet.Id(1)] });
            case "an unwanted country": return (fleet.Add(), Anything with { ExcludedCountries = [CountryCode.Parse("NL"), CountryCode.Parse("XX")] });
            case "an unwanted provider": return (fleet.Add(provider: "bad"), Anything with { ExcludedProviders = ["bad"] });
            case "one feature of two":
                return (fleet.Add(features: ServerFeatures.IPv6), Anything with { Features = ServerFeatures.IPv6 | ServerFeatures.Streaming });
            case "another transport": return (fleet.Add(endpoints: [Fleet.IPv4(TransportKind.OpenVpnTcp)]), Anything);
            case "a transport of the future":
                return (fleet.Add(endpoints: [Fleet.IPv4((TransportKind)200)]), Anything with { Transports = [TransportKind.WireGuardUdp, (TransportKind)200] });
            case "another IP version": return (fleet.Add(), Anything with { AddressFamilies = AddressFamilies.IPv6 });
            case "the IP version with another transport":
                return (
                    fleet.Add(endpoints: [Fleet.IPv4(TransportKind.WireGuardUdp), Fleet.IPv6(TransportKind.WireGuardTls)]),
                    Anything with { AddressFamilies = AddressFamilies.IPv6 });
            case "a key of yesterday": return (fleet.Add(keys: [new(Fleet.Key(9), yesterday, Fleet.Now.AddTicks(-1))]), Anything);
            case "a key of tomorrow": return (fleet.Add(keys: [new(Fleet.Key(9), Fleet.Now.AddTicks(1), tomorrow)]), Anything);
            case "no key": return (fleet.Add(keys: []), Anything);
            case "a revoked key":
                fleet.Revoke(Fleet.Key(9));
                return (fleet.Add(keys: [new(Fleet.Key(9), yesterday, tomorrow)]), Anything);
            case "a revoked key and one of yesterday":
                fleet.Revoke(Fleet.Key(9));
                return (fleet.Add(keys: [new(Fleet.Key(9), yesterday, tomorrow), new(Fleet.Key(10), yesterday, yesterday)]), Anything);
            case "not proposed": return (fleet.Add(states: ServerStates.Healthy | ServerStates.Open), Anything);
            case "not to the policy's taste": return (fleet.Add(capacity: 13), Anything with { Policy = new Picky() });
            case "out of service": return (fleet.Add(states: ServerStates.Automatic), Anything);
            case "draining": return (fleet.Add(states: ServerStates.Automatic | ServerStates.Healthy), Anything);
            case "full": return (fleet.Add(load: 0.97), Anything);
            case "a negative load": return (fleet.Add(load: -0.1), Anything);
            case "a load that is no number": return (fleet.Add(load: double.NaN), Anything);
            case "no share of new clients": return (fleet.Add(weight: 0), Anything);
            case "a share that is no number": return (fleet.Add(weight: double.NaN), Anything);
            case "no latency": return (WithLatency(default), Anything);
            case "a negative latency": return (WithLatency(new(-1, 0, 0, LatencySource.Measured)), Anything);
            case "an infinite latency": return (WithLatency(new(double.PositiveInfinity, 0, 0, LatencySource.Measured)), Anything);
            case "a loss above one": return (WithLatency(new(1, 0, 1.5, LatencySource.Measured)), Anything);
            case "a jitter that is no number": return (WithLatency(new(1, double.NaN, 0, LatencySource.Measured)), Anything);
            case "a guessed latency": return (WithLatency(new(1, 0, 0, LatencySource.Prior)), Anything with { LeastLatencySource = LatencySource.Profile });
            case "a cost without end": return (fleet.Add(capacity: 666), Anything with { Policy = new Picky() });
            default: throw new ArgumentOutOfRangeException(nameof(what), what, "No such case.");
        }

        int WithLatency(LatencyEstimate latency)
        {
            int index = fleet.Add();
            fleet.Latencies[index] = latency;
            return index;
        }
    }

    [Fact]
    public void Every_reason_has_a_case() => Assert.Equal(
        Enum.GetValues<ExclusionReason>().Except([ExclusionReason.None, ExclusionReason.ListExpired]),
        Cases.Select(static row => (ExclusionReason)row[1]).Distinct().Order());

    [Fact]
    public void An_expired_list_chooses_no_server()
    {
        var fleet = new Fleet { Expires = Fleet.Now.AddTicks(-1) };
        fleet.Add();
        fleet.Add(states: ServerStates.None);

        SelectionResult result = fleet.Select();

        Assert.Null(result.Chosen);
        Assert.Equal(2, result.Count(ExclusionReason.ListExpired));
        Assert.Equal(SelectionRule.Normal, result.Rule);
        fleet.Expires = Fleet.Now;
        Assert.NotNull(fleet.Select().Chosen);
    }

    [Fact]
    public void A_server_that_is_not_proposed_can_be_named()
    {
        var fleet = new Fleet();
        fleet.Add(rtt: 1);
        int hidden = fleet.Add(states: ServerStates.Healthy | ServerStates.Open);

        Assert.Equal(hidden, fleet.Select(Anything with { Servers = [Fleet.Id(hidden)] }).ChosenIndex);
    }

    [Fact]
    public void Names_that_the_list_does_not_know_leave_nobody()
    {
        var fleet = new Fleet();
        fleet.Add();

        Assert.Equal(ExclusionReason.ServerNotAsked, fleet.Select(Anything with { Servers = [Guid.Empty] }).Reasons[0]);
        Assert.Equal(ExclusionReason.CountryNotAsked, fleet.Select(Anything with { Countries = [default] }).Reasons[0]);
        Assert.Equal(ExclusionReason.CityNotAsked, fleet.Select(Anything with { Cities = [default] }).Reasons[0]);
        Assert.Null(fleet.Select(Anything with { Transports = [] }).Chosen);
        Assert.Null(fleet.Select(Anything with { AddressFamilies = AddressFamilies.None }).Chosen);
    }

    [Fact]
    public void Without_a_status_all_are_taken_for_half_full()
    {
        var fleet = new Fleet();
        fleet.Add(states: ServerStates.None);
        fleet.Statuses.Clear();

        SelectionResult result = fleet.Select();

        Assert.Equal((SelectionRule.Normal, 8.0), (result.Rule, result.ChosenCost.Load));
    }

    [Fact]
    public void A_valid_key_beside_a_revoked_one_is_enough()
    {
        var fleet = new Fleet();
        fleet.Revoke(Fleet.Key(9));
        fleet.Add(keys: [new(Fleet.Key(9), Fleet.Now, Fleet.Now), new(Fleet.Key(10), Fleet.Now, Fleet.Now)]);

        Assert.NotNull(fleet.Select().Chosen);
    }

    [Fact]
    public void An_empty_list_chooses_nothing()
    {
        SelectionResult result = new Fleet().Select();

        Assert.Equal((null, -1, 0, 0), (result.Chosen, result.ChosenIndex, result.UsableCount, result.EquivalentCount));
        Assert.Equal("browsing: none of 0", result.ToString());
    }

    [Fact]
    public void Input_for_another_list_is_refused()
    {
        var fleet = new Fleet();
        fleet.Add();
        fleet.Latencies.Add(default);
        Assert.Throws<ArgumentException>(() => fleet.Select());
        fleet.Latencies.RemoveAt(1);
        Assert.Throws<ArgumentException>(() => fleet.Select(current: 1));
        Assert.Throws<ArgumentException>(() => fleet.Select(current: -1));
        fleet.Statuses.Add(default);
        Assert.Throws<ArgumentException>(() => fleet.Select());
    }

    private sealed class Picky : ISelectionPolicy
    {
        public string Name => "picky";

        public bool Excludes(in Candidate candidate) => candidate.Server.Capacity == 13;

        public ServerCost Cost(in Candidate candidate) =>
            new(candidate.Latency.Rtt, 0, 0, 0, candidate.Server.Capacity == 666 ? double.PositiveInfinity : 0);
    }
}
