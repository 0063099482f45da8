using Apex.Vpn.Routing.Directory;
using Apex.Vpn.Routing.Latency;
using Apex.Vpn.Routing.Selection;
using FsCheck.Xunit;

namespace Apex.Vpn.Routing.Tests.Selection;

public sealed class PathSelectorTests
{
    private const ServerFeatures BothEnds = ServerFeatures.MultihopEntry | ServerFeatures.MultihopExit;

    private static readonly PathRequest ToSweden = new() { Exit = new SelectionRequest { Countries = [CountryCode.Parse("SE")] } };

    [Theory]
    [InlineData(100, 60, true)]   // 10 + 2 + 60 + 2 against 100 + 2: 28 ms less, more than a quarter
    [InlineData(300, 260, false)] // 28 ms less, which is not 15 %
    [InlineData(40, 19, false)]   // a fifth less, which is not 10 ms
    [InlineData(100, 150, false)]
    public void A_detour_is_proposed_where_it_is_faster_by_both_margins(double direct, double between, bool isDetour)
    {
        Fleet fleet = TwoHops(direct);
        PathResult result = Select(fleet, ToSweden, Square(fleet, between));

        Assert.Equal(isDetour ? 0 : -1, result.EntryIndex);
        Assert.Equal((1, fleet[1]), (result.ExitIndex, result.Exit));
        Assert.Equal(direct - 10 - between - 2, result.Gain, 3);
        Assert.Equal(isDetour ? 10 + 2 + between + 2 : direct + 2, result.Cost, 3);
        Assert.Equal(isDetour ? between : 0, result.BetweenRtt, 3);
        Assert.Equal(1, result.Direct.ChosenIndex);
    }

    [Fact]
    public void A_policy_may_refuse_detours_but_not_what_was_asked_for()
    {
        Fleet fleet = TwoHops(200);
        PathRequest gaming = ToSweden with { Exit = ToSweden.Exit with { Policy = SelectionPolicies.Gaming } };

        Assert.Null(Select(fleet, gaming, Square(fleet, 20)).Entry);
        Assert.NotNull(Select(fleet, gaming with { Mode = MultihopMode.Always }, Square(fleet, 20)).Entry);
    }

    [Fact]
    public void Never_is_never()
    {
        Fleet fleet = TwoHops(200);

        PathResult result = Select(fleet, ToSweden with { Mode = MultihopMode.Never }, Square(fleet, 20));

        Assert.Equal((-1, 1, true), (result.EntryIndex, result.ExitIndex, double.IsNaN(result.Gain)));
        Assert.True(result.EntryReasons.IsEmpty && result.ExitReasons.IsEmpty);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Guesses_prove_no_detour(int guessed)
    {
        Fleet fleet = TwoHops(200);
        fleet.Latencies[guessed] = fleet.Latencies[guessed] with { Source = LatencySource.Profile };

        Assert.Null(Select(fleet, ToSweden, Square(fleet, 20)).Entry);
        Assert.NotNull(Select(fleet, ToSweden with { Mode = MultihopMode.Always }, Square(fleet, 20)).Entry);
    }

    [Fact]
    public void Nor_does_a_panic()
    {
        Fleet fleet = TwoHops(200);
        fleet.Statuses[0] = fleet.Statuses[0] with { States = ServerStates.Automatic };

        Assert.Null(Select(fleet, ToSweden, Square(fleet, 20)).Entry);
        Assert.NotNull(Select(fleet, ToSweden with { Mode = MultihopMode.Always }, Square(fleet, 20)).Entry);
    }

    [Fact]
    public void When_two_were_asked_for_and_are_not_there_nothing_is_chosen()
    {
        Fleet fleet = TwoHops(20);
        PathRequest always = ToSweden with { Mode = MultihopMode.Always };

        PathResult result = Select(fleet, always, Square(fleet, double.NaN));
        Assert.Equal((null, null, -1, -1), (result.Entry, result.Exit, result.EntryIndex, result.ExitIndex));
        Assert.True(double.IsNaN(result.Cost));
        Assert.NotNull(result.Direct.Chosen);

        result = Select(fleet, always with { Entry = new SelectionRequest { Countries = [CountryCode.Parse("US")] } }, Square(fleet, 10));
        Assert.Null(result.Exit);
        Assert.Equal(ExclusionReason.CountryNotAsked, result.EntryReasons[0]);
    }

    [Fact]
    public void The_exit_needs_no_way_from_the_client()
    {
        Fleet fleet = TwoHops(20);
        fleet.Latencies[1] = default;
        PathRequest request = ToSweden with { Mode = MultihopMode.Always, Exit = ToSweden.Exit with { AddressFamilies = AddressFamilies.IPv4 } };

        PathResult result = Select(fleet, request, Square(fleet, 10));

        Assert.Equal((0, 1), (result.EntryIndex, result.ExitIndex));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void A_way_that_makes_no_sense_is_not_taken(double between)
    {
        Fleet fleet = TwoHops(2000);

        Assert.Null(Select(fleet, ToSweden, Square(fleet, between)).Entry);
    }

    [Fact]
    public void The_two_never_share_a_city_and_where_asked_no_country_and_no_provider()
    {
        var fleet = new Fleet();
        string[] countries = ["SE", "NL"];
        for (int i = 0; i < 16; i++)
        {
            string provider = (i % 4) switch { 0 => "", 1 => "one", _ => "two" };
            fleet.Add(rtt: 10, country: countries[i % 2], city: "City " + (i / 4), provider: provider, features: BothEnds);
        }
        float[] square = Square(fleet, 10);
        var request = new PathRequest { Exit = new SelectionRequest(), Mode = MultihopMode.Always };

        for (ulong random = 0; random < 300; random++)
        {
            PathResult any = Select(fleet, request, square, random);
            Assert.NotEqual(CityName.Of(any.Entry!.Place), CityName.Of(any.Exit!.Place));
            PathResult abroad = Select(fleet, request with { DifferentCountries = true }, square, random);
            Assert.NotEqual(abroad.Entry!.Place.Country, abroad.Exit!.Place.Country);
            PathResult others = Select(fleet, request with { DifferentProviders = true }, square, random);
            Assert.Equal(["one", "two"], new[] { others.Entry!.Provider, others.Exit!.Provider }.Order());
        }
    }

    [Fact]
    public void Only_servers_that_offer_it_are_entries_and_exits()
    {
        var fleet = new Fleet();
        fleet.Add(rtt: 1, city: "A", features: ServerFeatures.MultihopExit);
        int entry = fleet.Add(rtt: 50, city: "B", features: ServerFeatures.MultihopEntry);
        fleet.Add(rtt: 2, city: "C");

        PathResult result = Select(fleet, new PathRequest { Exit = new SelectionRequest(), Mode = MultihopMode.Always }, Square(fleet, 10));

        Assert.Equal((entry, 0), (result.EntryIndex, result.ExitIndex));
        Assert.Equal(ExclusionReason.FeatureMissing, result.EntryReasons[0]);
        Assert.Equal(ExclusionReason.FeatureMissing, result.ExitReasons[2]);
    }

    // Ways that are as good are drawn, the emptier of two draws first.
    [Fact]
    public void Ways_that_are_as_good_share_the_load()
    {
        var fleet = new Fleet();
        for (int i = 0; i < 4; i++) fleet.Add(rtt: 10, load: 0.2, city: "Entry " + i, features: ServerFeatures.MultihopEntry);
        fleet.Add(rtt: 99, city: "Exit", load: 0.2, features: ServerFeatures.MultihopExit);
        fleet.Statuses[0] = fleet.Statuses[0] with { Load = 0.25 };
        var request = new PathRequest { Exit = new SelectionRequest(), Mode = MultihopMode.Always };
        int[] drawn = new int[4];
        for (ulong random = 0; random < 4000; random++)
        {
            PathResult result = Select(fleet, request, Square(fleet, 10), random);
            Assert.Equal(4, result.EquivalentCount);
            drawn[result.EntryIndex]++;
        }

        Assert.InRange(drawn[0], 180, 330); // 1/16: only when both draws hit it
        Assert.All(drawn[1..], static count => Assert.InRange(count, 1100, 1400));
    }

    [Fact]
    public void A_square_for_another_list_is_refused()
    {
        Fleet fleet = TwoHops(20);

        Assert.Throws<ArgumentException>(() => Select(fleet, ToSweden, new float[3]));
    }

    [Property(MaxTest = 200)]
    public void No_way_is_cheaper_than_those_among_which_it_was_drawn(int seed, ulong random)
    {
        Fleet fleet = RandomFleet.Create(seed, wrong: 0.05);
        var numbers = new Random(seed);
        float[] square = [.. Enumerable.Range(0, fleet.Count * fleet.Count).Select(_ => numbers.Next(20) == 0 ? float.NaN : numbers.Next(200))];
        var request = new PathRequest { Exit = new SelectionRequest(), Mode = MultihopMode.Always };

        PathResult result = Select(fleet, request, square, random);

        double[] entryCosts = Costs(fleet, ServerFeatures.MultihopEntry, static latency => latency, random);
        double[] exitCosts = Costs(fleet, ServerFeatures.MultihopExit, static _ => new(0, 0, 0, LatencySource.Measured), random);
        double cheapest = double.PositiveInfinity;
        for (int entry = 0; entry < fleet.Count; entry++)
        {
            for (int exit = 0; exit < fleet.Count; exit++)
            {
                double cost = entryCosts[entry] + square[(entry * fleet.Count) + exit] + exitCosts[exit];
                if (CityName.Of(fleet[entry].Place) != CityName.Of(fleet[exit].Place) && cost < cheapest) cheapest = cost;
            }
        }
        Assert.Equal(double.IsFinite(cheapest), result.Entry is not null);
        if (result.Entry is not null) Assert.InRange(result.Cost, cheapest, Math.Max(cheapest + 5, cheapest * 1.1));
    }

    [Fact]
    public void A_choice_allocates_nothing()
    {
        var fleet = new Fleet();
        for (int i = 0; i < 100; i++) fleet.Add(rtt: 10 + i, city: "City " + (i % 20), features: BothEnds);
        var selector = new PathSelector(fleet.ToCatalog());
        var (request, result) = (new PathRequest { Exit = new SelectionRequest(), Mode = MultihopMode.Always }, new PathResult());
        (LatencyEstimate[] latencies, ServerStatus[] statuses, float[] square) = ([.. fleet.Latencies], [.. fleet.Statuses], Square(fleet, 10));
        Choose(2);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Choose(20);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.NotNull(result.Entry);

        void Choose(int times)
        {
            for (int i = 0; i < times; i++)
            {
                var input = new SelectionInput { Latencies = latencies, Statuses = statuses, Now = Fleet.Now, Random = (ulong)i };
                selector.Select(request, in input, square, result);
            }
        }
    }

    private static double[] Costs(Fleet fleet, ServerFeatures features, Func<LatencyEstimate, LatencyEstimate> latency, ulong random)
    {
        var seen = fleet.Reordered([.. Enumerable.Range(0, fleet.Count)]);
        for (int i = 0; i < fleet.Count; i++) seen.Latencies[i] = latency(seen.Latencies[i]);
        return seen.Select(new SelectionRequest { Features = features }, random).Costs.ToArray();
    }

    private static Fleet TwoHops(double direct)
    {
        var fleet = new Fleet();
        fleet.Add(rtt: 10, load: 0.2, features: ServerFeatures.MultihopEntry);
        fleet.Add(rtt: direct, load: 0.2, country: "SE", city: "Malmö", features: ServerFeatures.MultihopExit);
        return fleet;
    }

    private static float[] Square(Fleet fleet, double rtt)
    {
        float[] square = new float[fleet.Count * fleet.Count];
        Array.Fill(square, (float)rtt);
        return square;
    }

    private static PathResult Select(Fleet fleet, PathRequest request, float[] square, ulong random = 1)
    {
        var result = new PathResult();
        new PathSelector(fleet.ToCatalog()).Select(request, fleet.Input(random), square, result);
        return result;
    }
}
