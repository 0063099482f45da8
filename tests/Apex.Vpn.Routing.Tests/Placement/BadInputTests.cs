using Apex.Vpn.Routing.Placement;

namespace Apex.Vpn.Routing.Tests.Placement;

public sealed class BadInputTests
{
    private static readonly TestProblem Good = TestProblem.Line([0, 1], [0, 1], [1, 0], new PlacementLimits());

    public static TheoryData<string, string> Cases => new()
    {
        { "no demand", "There is no demand." },
        { "no sites", "There is no site." },
        { "table too small", "The table has 1 × 2 entries for 2 places of demand and 2 sites." },
        { "negative weight", "The weight of at 0 is -1; it must be 0 or more and finite." },
        { "weight not a number", "The weight of at 0 is NaN; it must be 0 or more and finite." },
        { "no weight", "The weights sum to 0; the sum must be above 0 and finite." },
        { "negative room", "site 0, NL has room for -1 nodes; it must be 0 or more." },
        { "negative nodes", "site 0, NL has -1 nodes; it must be 0 or more." },
        { "keeps more than it has", "site 0, NL is to keep 2 of its 1 nodes; it must be 0 to as many as it has." },
        { "negative cost", "A node in site 0, NL costs -1; it must be 0 or more and finite." },
        { "no nodes", "No node stands anywhere: say how many there may be." },
        { "must keep too many", "2 nodes must stay, and there may be only 1." },
        { "share of moves", "MoveShare is 1.5; it must be 0 to 1." },
        { "share not a number", "MoveShare is NaN; it must be 0 to 1." },
        { "city", "MaxPerCity is 0; it must be at least 1." },
        { "country", "MaxPerCountry is 0; it must be at least 1." },
        { "capacity", "NodeCapacity is 0; it must be at least a millionth of all demand." },
        { "target", "TargetMs is NaN; it must be 0 or more and finite." },
        { "price", "NoSecondSiteMs is -1; it must be 0 or more and finite." },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_message_says_what_is_wrong(string what, string message)
    {
        TestProblem bad = what switch
        {
            "no demand" => Good with { Demand = [] },
            "no sites" => Good with { Sites = [] },
            "table too small" => Good with { Latency = new LatencyTable(1, 2) },
            "negative weight" => Good with { Demand = [Good.Demand[0] with { Weight = -1 }, Good.Demand[1]] },
            "weight not a number" => Good with { Demand = [Good.Demand[0] with { Weight = double.NaN }, Good.Demand[1]] },
            "no weight" => Good with { Demand = [.. Good.Demand.Select(static point => point with { Weight = 0 })] },
            "negative room" => WithSite(Good.Sites[0] with { MaxNodes = -1 }),
            "negative nodes" => WithSite(Good.Sites[0] with { Nodes = -1 }),
            "keeps more than it has" => WithSite(Good.Sites[0] with { KeptNodes = 2 }),
            "negative cost" => WithSite(Good.Sites[0] with { NodeCost = -1 }),
            "no nodes" => WithSite(Good.Sites[0] with { Nodes = 0 }),
            "must keep too many" => WithSite(Good.Sites[0] with { Nodes = 2, KeptNodes = 2 }) with { Limits = new() { Nodes = 1 } },
            "share of moves" => Good with { Limits = new PlacementLimits { MoveShare = 1.5 } },
            "share not a number" => Good with { Limits = new PlacementLimits { MoveShare = double.NaN } },
            "city" => Good with { Limits = new PlacementLimits { MaxPerCity = 0 } },
            "country" => Good with { Limits = new PlacementLimits { MaxPerCountry = 0 } },
            "capacity" => Good with { Limits = new PlacementLimits { NodeCapacity = 0 } },
            "target" => Good with { Objective = new PlacementObjective { TargetMs = double.NaN } },
            "price" => Good with { Objective = new PlacementObjective { NoSecondSiteMs = -1 } },
            _ => throw new ArgumentOutOfRangeException(nameof(what)),
        };

        ArgumentException exception = Assert.ThrowsAny<ArgumentException>(() => bad.Planner());

        Assert.StartsWith(message, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(100_000, 100_000)]
    public void A_table_has_a_size(int points, int sites) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new LatencyTable(points, sites));

    [Theory]
    [InlineData(2, 0, 1)]
    [InlineData(0, 3, 1)]
    [InlineData(-1, 0, 1)]
    [InlineData(0, 0, -1)]
    [InlineData(0, 0, double.PositiveInfinity)]
    public void A_table_takes_no_entry_outside_it_and_no_time_that_is_none(int point, int site, double rtt)
    {
        var table = new LatencyTable(2, 3);

        Assert.Throws<ArgumentOutOfRangeException>(() => table.Set(point, site, rtt));
        Assert.Throws<ArgumentOutOfRangeException>(() => table.SetPrior(point, site, rtt));
    }

    [Fact]
    public void Steps_are_not_negative() => Assert.Throws<ArgumentOutOfRangeException>(() => Good.Planner().Improve(-1));

    private static TestProblem WithSite(CandidateSite site) => Good with { Sites = [site, Good.Sites[1]] };
}
