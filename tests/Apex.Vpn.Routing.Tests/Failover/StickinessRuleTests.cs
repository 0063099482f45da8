using Apex.Vpn.Routing.Failover;

namespace Apex.Vpn.Routing.Tests.Failover;

public sealed class StickinessRuleTests
{
    private static readonly Guid A = new(1, 0, 0, new byte[8]), B = new(2, 0, 0, new byte[8]), C = new(3, 0, 0, new byte[8]);
    private static readonly Guid[] All = [A, B, C];

    private readonly StickinessRule _rule = new();
    private TimeSpan _now = TimeSpan.FromHours(7);

    [Theory]
    [InlineData(100, 60, true)]
    [InlineData(100, 70, false)] // 30 ms, but no third
    [InlineData(24, 15, false)] // a third, but 9 ms
    [InlineData(24, 13, true)]
    public void Another_server_must_be_faster_by_10_ms_and_by_a_third(double own, double other, bool moves)
    {
        Rounds(64, own, other);

        StickinessVerdict verdict = Judge();

        Assert.Equal(moves, verdict.Moves);
        Assert.Equal(moves ? (StickinessReason.Better, B) : (StickinessReason.NoneBetter, Guid.Empty), (verdict.Reason, verdict.Server));
        if (moves) Assert.Equal(own - other, verdict.Gain, tolerance: 0.01);
    }

    [Fact]
    public void It_takes_three_rounds()
    {
        for (int round = 1; round <= 8; round++)
        {
            Rounds(1, 300, 20);
            Assert.Equal(round < 3 ? StickinessReason.NotMeasured : StickinessReason.Better, Judge().Reason);
        }
    }

    [Fact]
    public void A_spike_in_the_first_round_is_soon_outweighed()
    {
        _rule.Observe(A, 3, 3, Ms(40), _now);
        _rule.Observe(B, 3, 3, Ms(2000), _now);
        int rounds = 0;
        do
        {
            Rounds(1, 400, 20);
            Assert.True(++rounds < 30);
        }
        while (!Judge().Moves);

        Assert.InRange(rounds, 5, 25); // smoothing by an eighth from the first round on would take B's 2 s below 200 ms after 18
    }

    // What the Internet looks like: a floor, and a spike in three of ten rounds.
    [Fact]
    public void Spikes_of_a_server_that_is_as_good_make_nobody_leave()
    {
        int moves = 0;
        for (int seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var rule = new StickinessRule();
            for (int round = 0; round < 50; round++)
            {
                TimeSpan now = TimeSpan.FromMinutes(round);
                foreach (Guid server in All)
                    rule.Observe(server, 3, 3, Ms(random.NextDouble() < 0.3 ? 40 + (400 * random.NextDouble()) : 40), now);
                if (rule.Judge(A, All, false, now).Moves) moves++;
            }
        }

        Assert.InRange(moves, 0, 250); // of 10 000 judgements; the latest measurement alone would say move in some 2 500
    }

    [Fact]
    public void A_server_that_became_slow_for_good_is_left_within_minutes()
    {
        Rounds(20, 40, 60);
        int rounds = 0;
        while (!Judge().Moves)
        {
            Rounds(1, 200, 60);
            rounds++;
            Assert.True(rounds < 20);
        }

        Assert.InRange(rounds, 2, 12);
    }

    [Fact]
    public void Under_traffic_a_better_server_is_only_told()
    {
        Rounds(20, 100, 20);

        StickinessVerdict verdict = Judge(traffic: true);
        Assert.Equal((StickinessReason.TrafficFlows, B, false), (verdict.Reason, verdict.Server, verdict.Moves));
        Assert.True(Judge(traffic: false).Moves);
    }

    [Fact]
    public void After_a_move_there_is_a_minute_of_rest()
    {
        _rule.Moved(_now);
        TimeSpan moved = _now;
        Rounds(20, 100, 20);

        Assert.Equal(StickinessReason.Dwell, _rule.Judge(A, All, false, moved + TimeSpan.FromSeconds(59.9)).Reason);
        Assert.Equal(new Deadline<StickinessReason>(moved + TimeSpan.FromSeconds(60), StickinessReason.Dwell), _rule.Next(moved));
        Assert.True(_rule.Judge(A, All, false, moved + TimeSpan.FromSeconds(60)).Moves);
        Assert.True(_rule.Next(moved + TimeSpan.FromSeconds(60)).IsNever);
    }

    [Fact]
    public void Loss_above_5_percent_for_3_s_lets_go_even_under_traffic_for_a_server_that_loses_less()
    {
        Rounds(20, 40, 60);
        _rule.ObserveLoss(0.06, _now);
        Assert.Equal(new Deadline<StickinessReason>(_now + TimeSpan.FromSeconds(3), StickinessReason.Lossy), _rule.Next(_now));
        Assert.Equal(StickinessReason.NoneBetter, Judge(traffic: true, after: 2.9).Reason);

        StickinessVerdict verdict = Judge(traffic: true, after: 3);
        Assert.Equal((StickinessReason.Lossy, B, true), (verdict.Reason, verdict.Server, verdict.Moves));

        _rule.ObserveLoss(0.05, _now + TimeSpan.FromSeconds(3));
        Assert.False(Judge(traffic: true, after: 10).Moves);
    }

    [Fact]
    public void When_every_path_loses_it_is_our_own()
    {
        for (int i = 0; i < 30; i++)
        {
            _rule.Observe(A, 10, 9, Ms(40), _now);
            _rule.Observe(B, 10, 9, Ms(60), _now);
        }
        _rule.ObserveLoss(0.1, _now);

        Assert.False(Judge(traffic: true, after: 5).Moves);
    }

    [Fact]
    public void Old_measurements_and_those_of_another_network_do_not_count()
    {
        Rounds(20, 100, 20);
        Assert.Equal(StickinessReason.NotMeasured, Judge(after: 301).Reason);

        _now += TimeSpan.FromSeconds(301);
        Rounds(4, 100, double.NaN);
        Assert.Equal(StickinessReason.NoneBetter, Judge().Reason); // B was not measured again

        Rounds(20, 100, 20);
        Assert.True(Judge().Moves);
        _rule.Forget();
        Assert.Equal(StickinessReason.NotMeasured, Judge().Reason);
    }

    [Fact]
    public void Only_candidates_are_moved_to_and_the_fastest_of_them()
    {
        for (int i = 0; i < 20; i++)
        {
            _rule.Observe(A, 3, 3, Ms(200), _now);
            _rule.Observe(B, 3, 3, Ms(50), _now);
            _rule.Observe(C, 3, 3, Ms(20), _now);
        }

        Assert.Equal(C, _rule.Judge(A, All, false, _now).Server);
        Assert.Equal(B, _rule.Judge(A, [A, B], false, _now).Server);
        Assert.False(_rule.Judge(A, [], false, _now).Moves);
        Assert.False(_rule.Judge(C, All, false, _now).Moves);
    }

    [Fact]
    public void Thirty_two_servers_are_remembered_and_the_one_seen_longest_ago_goes()
    {
        Rounds(20, 100, 20);
        for (int i = 10; i < 40; i++) _rule.Observe(new Guid(i, 0, 0, new byte[8]), 1, 1, Ms(500), _now + TimeSpan.FromSeconds(i));
        Assert.True(Judge().Moves);

        _rule.Observe(new Guid(99, 0, 0, new byte[8]), 1, 1, Ms(500), _now + TimeSpan.FromSeconds(99));
        Assert.False(Judge().Moves); // A or B had to go
    }

    public static TheoryData<string, StickinessOptions> Bad => new()
    {
        { nameof(StickinessOptions.LeastGain), new() { LeastGain = TimeSpan.FromTicks(-1) } },
        { nameof(StickinessOptions.LeastShare), new() { LeastShare = double.NaN } },
        { nameof(StickinessOptions.Confidence), new() { Confidence = 5.1 } },
        { nameof(StickinessOptions.LeastRounds), new() { LeastRounds = 1 } },
        { nameof(StickinessOptions.Dwell), new() { Dwell = TimeSpan.FromHours(2) } },
        { nameof(StickinessOptions.MaxAge), new() { MaxAge = TimeSpan.Zero } },
        { nameof(StickinessOptions.BadLoss), new() { BadLoss = 0 } },
        { nameof(StickinessOptions.BadLossTime), new() { BadLossTime = TimeSpan.FromMinutes(6) } },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void Options_out_of_range_are_named(string name, StickinessOptions options) =>
        Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(() => new StickinessRule(options)).ParamName);

    [Fact]
    public void What_a_caller_gets_wrong_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _rule.Observe(A, 1, 2, Ms(1), _now));
        Assert.Throws<ArgumentOutOfRangeException>(() => _rule.Observe(A, 1, -1, Ms(1), _now));
        Assert.Throws<ArgumentOutOfRangeException>(() => _rule.Observe(A, 1, 1, Ms(-1), _now));
        Assert.Throws<ArgumentOutOfRangeException>(() => _rule.ObserveLoss(double.NaN, _now));
    }

    [Fact]
    public void Observing_and_judging_allocate_nothing()
    {
        Rounds(4, 100, 20);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            Rounds(1, 100, 20);
            _rule.Judge(A, All, false, _now);
        }
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    /// <summary>A is the current server, B another; NaN is not measured.</summary>
    private void Rounds(int count, double own, double other)
    {
        for (int i = 0; i < count; i++)
        {
            _rule.Observe(A, 3, 3, Ms(own), _now);
            if (!double.IsNaN(other)) _rule.Observe(B, 3, 3, Ms(other), _now);
        }
    }

    private StickinessVerdict Judge(bool traffic = false, double after = 0) => _rule.Judge(A, All, traffic, _now + TimeSpan.FromSeconds(after));

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
