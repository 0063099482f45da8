using Apex.Vpn.Routing.Latency;

namespace Apex.Vpn.Routing.Tests.Latency;

public sealed class ProbePlanTests
{
    private const double Middle = 0.5;

    private static readonly TimeSpan Start = TimeSpan.FromHours(7);

    private readonly LatencyMap _map = new();
    private readonly ProbePlan _plan = new(Start);
    private readonly ProbeOrder[] _orders;
    private TimeSpan _now = Start;

    public ProbePlanTests()
    {
        _map.Adopt(Lists.Of([.. Enumerable.Range(0, 40)]));
        _orders = new ProbeOrder[_plan.MaxOrders];
    }

    [Fact]
    public void The_first_round_is_due_at_once_and_takes_the_best_known()
    {
        Assert.Equal(new Deadline<ProbeReason>(Start, ProbeReason.Start), _plan.Next);
        Assert.True(_plan.Next.IsDue(Start));

        Assert.Equal([9, 8, 7, 6, 5, 4, 3, 2], Begin([9, 8, 7, 6, 5, 4, 3, 2, 1, 0]));

        Assert.Equal(new Deadline<ProbeReason>(Start + TimeSpan.FromMinutes(1), ProbeReason.Incremental), _plan.Next);
        Assert.Empty(Begin([9]));
    }

    [Fact]
    public void An_incremental_round_asks_the_current_one_the_standby_three_of_the_best_and_one_other()
    {
        Measure(Begin(Ranked(10)));

        Assert.Equal([30, 31, 0, 1, 2, 8], Next(Ranked(40), current: 30, standby: 31)); // 8 is the best of those never probed
    }

    [Fact]
    public void Others_take_turns_within_the_horizon()
    {
        Measure(Begin(Ranked(40), current: 0));
        List<int> others = [];
        for (int i = 0; i < 40; i++)
        {
            int[] round = Next(Ranked(40), current: 0);
            if (round.Length == 5) others.Add(round[4]); // an incremental one
        }

        // All but the current one and the best three.
        Assert.Equal(Enumerable.Range(4, 20), others.Distinct().Order());
    }

    [Fact]
    public void Full_rounds_are_rare()
    {
        var reasons = new List<ProbeReason>();
        for (int i = 0; i < 60; i++)
        {
            reasons.Add(_plan.Next.Reason);
            Next(Ranked(40), current: 0);
        }

        Assert.Equal(ProbeReason.Start, reasons[0]);
        Assert.Equal(5, reasons.Count(static reason => reason == ProbeReason.Full)); // every 10th minute of 60
        Assert.Equal(54, reasons.Count(static reason => reason == ProbeReason.Incremental));
    }

    [Fact]
    public void No_round_asks_a_server_twice_or_more_servers_than_the_budget()
    {
        int[] round = Begin([0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], current: 0, standby: 0);

        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], round);
    }

    [Fact]
    public void Intervals_differ_by_a_fifth_each_way()
    {
        foreach ((double draw, double seconds) in new[] { (0.0, 48), (0.5, 60), (1.0, 72) })
        {
            var plan = new ProbePlan(Start);
            plan.Begin([1, 2], -1, -1, _map, Start, draw, _orders);
            Assert.Equal(Start + TimeSpan.FromSeconds(seconds), plan.Next.At);
        }
    }

    [Fact]
    public void On_battery_rounds_are_rarer_from_the_next_one_on()
    {
        Begin(Ranked(10));

        _plan.Sparing = true;
        Assert.Equal(new Deadline<ProbeReason>(Start + TimeSpan.FromMinutes(4), ProbeReason.Incremental), _plan.Next);
        _plan.Sparing = false;
        Assert.Equal(Start + TimeSpan.FromMinutes(1), _plan.Next.At);
    }

    [Fact]
    public void Another_network_is_looked_at_soon_and_in_full()
    {
        Measure(Begin(Ranked(10)));
        _plan.NetworkChanged(_now, draw: 1);

        Assert.Equal(new Deadline<ProbeReason>(_now + TimeSpan.FromMilliseconds(500), ProbeReason.NetworkChanged), _plan.Next);
        Assert.Equal(8, Next(Ranked(10)).Length);
    }

    [Fact]
    public void In_stealth_mode_nothing_is_ever_probed()
    {
        var plan = new ProbePlan(Start, new ProbePlanOptions { Stealth = true });
        Assert.True(plan.Next.IsNever);

        plan.NetworkChanged(Start, 0);
        plan.Sparing = true;

        Assert.True(plan.Next.IsNever);
        Assert.False(plan.Next.IsDue(TimeSpan.MaxValue));
        Assert.Equal(0, plan.Begin([1, 2], 0, -1, _map, Start + TimeSpan.FromDays(9), Middle, _orders));
    }

    [Fact]
    public void A_server_of_both_versions_is_first_asked_by_both_then_by_the_one_in_use_and_now_and_then_by_the_other()
    {
        _map.Adopt(Lists.Of(Lists.Server(1, Lists.V4, Lists.V6)));
        Begin([0]);
        Assert.Equal([new ProbeOrder(0, IpVersion.V6), new ProbeOrder(0, IpVersion.V4)], _orders[..2]);
        _map.AddSample(0, IpVersion.V4, TimeSpan.FromMilliseconds(20), _now);
        _map.AddSample(0, IpVersion.V6, TimeSpan.FromMilliseconds(60), _now);

        var versions = new List<IpVersion>();
        for (int i = 0; i < 8; i++)
        {
            Assert.Single(Next([0]));
            versions.Add(_orders[0].Version);
        }
        Assert.Equal([IpVersion.V4, IpVersion.V4, IpVersion.V4, IpVersion.V6, IpVersion.V4, IpVersion.V4, IpVersion.V4, IpVersion.V6], versions);
    }

    [Fact]
    public void A_round_ends_within_its_budget()
    {
        var options = new ProbePlanOptions();

        Assert.Equal(TimeSpan.FromMilliseconds(550), options.Patience);
        Assert.Equal(options.RoundBudget, options.Patience + (2 * (options.Spacing + options.SpacingJitter)));
    }

    public static TheoryData<string, ProbePlanOptions> Bad => new()
    {
        { nameof(ProbePlanOptions.ServersPerRound), new() { ServersPerRound = 1 } },
        { nameof(ProbePlanOptions.BestPerRound), new() { BestPerRound = -1 } },
        { nameof(ProbePlanOptions.ExplorersPerRound), new() { ExplorersPerRound = 33 } },
        { nameof(ProbePlanOptions.Horizon), new() { Horizon = 0 } },
        { nameof(ProbePlanOptions.ProbesPerServer), new() { ProbesPerServer = 9 } },
        { nameof(ProbePlanOptions.Spacing), new() { Spacing = TimeSpan.FromMilliseconds(19), SpacingJitter = TimeSpan.Zero } },
        { nameof(ProbePlanOptions.SpacingJitter), new() { SpacingJitter = TimeSpan.FromMilliseconds(101) } },
        { nameof(ProbePlanOptions.RoundBudget), new() { RoundBudget = TimeSpan.FromMilliseconds(269) } },
        { nameof(ProbePlanOptions.IncrementalInterval), new() { IncrementalInterval = TimeSpan.FromSeconds(4) } },
        { nameof(ProbePlanOptions.FullInterval), new() { FullInterval = TimeSpan.FromSeconds(59) } },
        { nameof(ProbePlanOptions.SparingFactor), new() { SparingFactor = double.NaN } },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void Options_out_of_range_are_named(string name, ProbePlanOptions options) =>
        Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(() => new ProbePlan(Start, options)).ParamName);

    [Fact]
    public void What_a_caller_gets_wrong_is_refused()
    {
        Assert.Throws<ArgumentException>(() => _plan.Begin([1], -1, -1, _map, Start, Middle, new ProbeOrder[15]));
        Assert.Throws<ArgumentOutOfRangeException>(() => _plan.Begin([1], -1, -1, _map, Start, 1.1, _orders));
        Assert.Throws<ArgumentOutOfRangeException>(() => _plan.Begin([40], -1, -1, _map, Start, Middle, _orders));
    }

    [Fact]
    public void Planning_allocates_nothing()
    {
        int[] ranked = Ranked(40);
        Measure(Begin(ranked, current: 0));

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++) _plan.Begin(ranked, 0, 1, _map, _plan.Next.At, Middle, _orders);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static int[] Ranked(int count) => [.. Enumerable.Range(0, count)];

    private int[] Begin(int[] ranked, int current = -1, int standby = -1)
    {
        int count = _plan.Begin(ranked, current, standby, _map, _now, Middle, _orders);
        return [.. _orders[..count].Select(static order => order.Server).Distinct()];
    }

    /// <summary>Goes to the next deadline, and measures what is asked for.</summary>
    private int[] Next(int[] ranked, int current = -1, int standby = -1)
    {
        _now = _plan.Next.At;
        int[] round = Begin(ranked, current, standby);
        Measure(round);
        return round;
    }

    private void Measure(int[] servers)
    {
        foreach (int server in servers) _map.AddSample(server, IpVersion.V4, TimeSpan.FromMilliseconds(20), _now);
    }
}
