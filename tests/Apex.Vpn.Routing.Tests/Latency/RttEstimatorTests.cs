using Apex.Vpn.Routing.Latency;
using FsCheck.Xunit;

namespace Apex.Vpn.Routing.Tests.Latency;

public sealed class RttEstimatorTests
{
    private static readonly TimeSpan Start = TimeSpan.FromHours(7);

    [Fact]
    public void The_first_answer_is_believed_as_it_is()
    {
        var estimator = new RttEstimator();
        Assert.False(estimator.HasRtt);
        Assert.Equal(TimeSpan.FromSeconds(1), estimator.Timeout);

        estimator.AddSample(Ms(80), Start);

        Assert.True(estimator.HasRtt);
        Assert.Equal(Ms(80), estimator.SmoothedRtt);
        Assert.Equal(Ms(40), estimator.Variation);
        Assert.Equal(Ms(80), estimator.PeakRtt);
        Assert.Equal(Ms(80), estimator.LowestRtt);
        Assert.Equal(TimeSpan.Zero, estimator.Jitter);
        Assert.Equal(Ms(240), estimator.Timeout);
    }

    [Fact]
    public void Smoothing_follows_RFC_6298()
    {
        var estimator = new RttEstimator();
        estimator.AddSample(Ms(100), Start);
        estimator.AddSample(Ms(180), Start);

        // RTTVAR = 3/4 · 50 + 1/4 · |100 - 180|, SRTT = 7/8 · 100 + 1/8 · 180
        Assert.Equal(Ms(57.5), estimator.Variation);
        Assert.Equal(Ms(110), estimator.SmoothedRtt);
        Assert.Equal(Ms(110 + (4 * 57.5)), estimator.Timeout);
    }

    [Fact]
    public void The_time_out_has_a_floor()
    {
        var estimator = new RttEstimator();
        for (int i = 0; i < 50; i++) estimator.AddSample(Ms(2), Start);

        Assert.Equal(Ms(100), estimator.Timeout);
    }

    [Fact]
    public void Jitter_is_a_mean_at_first_and_smoothed_by_a_sixteenth_later()
    {
        var estimator = new RttEstimator();
        foreach (double rtt in (double[])[10, 14, 12]) estimator.AddSample(Ms(rtt), Start);
        Assert.Equal(Ms(3), estimator.Jitter); // (4 + 2) / 2

        for (int i = 0; i < 2000; i++) estimator.AddSample(Ms(i % 2 == 0 ? 20 : 26), Start);
        Assert.Equal(6, estimator.Jitter.TotalMilliseconds, tolerance: 1e-3);

        estimator.AddSample(Ms(26), Start); // no difference to the one before
        Assert.Equal(6 * 15.0 / 16, estimator.Jitter.TotalMilliseconds, tolerance: 1e-3);
    }

    [Fact]
    public void A_slow_answer_counts_at_once_and_fades_with_a_time_constant_of_10_s()
    {
        var estimator = new RttEstimator();
        estimator.AddSample(Ms(20), Start);
        estimator.AddSample(Ms(220), Start + TimeSpan.FromSeconds(1));
        Assert.Equal(Ms(220), estimator.PeakRtt);

        estimator.AddSample(Ms(20), Start + TimeSpan.FromSeconds(11));
        Assert.Equal(20 + (200 / Math.E), estimator.PeakRtt.TotalMilliseconds, tolerance: 1e-3);

        estimator.AddSample(Ms(20), Start + TimeSpan.FromSeconds(31));
        Assert.Equal(20 + (200 / Math.E / Math.E / Math.E), estimator.PeakRtt.TotalMilliseconds, tolerance: 1e-3);
    }

    [Fact]
    public void Loss_is_the_share_of_the_last_64_probes()
    {
        var estimator = new RttEstimator();
        Assert.Equal(0, estimator.Loss);

        estimator.AddSample(Ms(20), Start);
        estimator.AddLoss();
        estimator.AddSample(Ms(20), Start);
        estimator.AddSample(Ms(20), Start);
        Assert.Equal(0.25, estimator.Loss);

        for (int i = 0; i < 61; i++) estimator.AddSample(Ms(20), Start);
        Assert.Equal(1.0 / 64, estimator.Loss);
        estimator.AddSample(Ms(20), Start);
        Assert.Equal(0, estimator.Loss);
    }

    [Fact]
    public void Losses_alone_make_no_round_trip()
    {
        var estimator = new RttEstimator();
        estimator.AddLoss();

        Assert.False(estimator.HasRtt);
        Assert.Equal(1, estimator.Loss);
        Assert.Equal(TimeSpan.MaxValue, estimator.Age(Start));
    }

    [Fact]
    public void Age_counts_from_the_last_answer_and_never_below_zero()
    {
        var estimator = new RttEstimator();
        estimator.AddSample(Ms(20), Start);
        estimator.AddLoss();

        Assert.Equal(TimeSpan.FromMinutes(5), estimator.Age(Start + TimeSpan.FromMinutes(5)));
        Assert.Equal(TimeSpan.Zero, estimator.Age(Start - TimeSpan.FromMinutes(5)));
    }

    [Fact]
    public void A_late_report_does_not_make_the_estimate_older()
    {
        var estimator = new RttEstimator();
        estimator.AddSample(Ms(20), Start);
        estimator.AddSample(Ms(20), Start - TimeSpan.FromSeconds(3));

        Assert.Equal(TimeSpan.Zero, estimator.Age(Start));
    }

    [Fact]
    public void A_clock_before_its_origin_is_a_clock_too()
    {
        var estimator = new RttEstimator();
        estimator.AddSample(Ms(20), -Start);

        Assert.Equal(TimeSpan.FromSeconds(1), estimator.Age(TimeSpan.FromSeconds(1) - Start));
    }

    [Fact]
    public void Losses_in_a_row_end_with_an_answer_and_never_exceed_the_probes()
    {
        var estimator = new RttEstimator();
        Assert.Equal((0, 0), (estimator.LossesInARow, estimator.Probes));

        estimator.AddLoss();
        estimator.AddLoss();
        Assert.Equal((2, 2), (estimator.LossesInARow, estimator.Probes));

        estimator.AddSample(Ms(20), Start);
        Assert.Equal((0, 3), (estimator.LossesInARow, estimator.Probes));

        for (int i = 0; i < 100; i++) estimator.AddLoss();
        Assert.Equal((64, 64), (estimator.LossesInARow, estimator.Probes));
    }

    [Fact]
    public void Confidence_grows_with_answers_and_halves_in_5_minutes_and_with_each_loss()
    {
        var estimator = new RttEstimator();
        Assert.Equal(0, estimator.Confidence(Start));

        estimator.AddSample(Ms(20), Start);
        Assert.Equal(0.5, estimator.Confidence(Start), tolerance: 1e-9);
        estimator.AddSample(Ms(20), Start);
        estimator.AddSample(Ms(20), Start);
        Assert.Equal(0.75, estimator.Confidence(Start), tolerance: 1e-9);
        Assert.Equal(0.75 / 4, estimator.Confidence(Start + TimeSpan.FromMinutes(10)), tolerance: 1e-9);

        estimator.AddLoss();
        Assert.Equal(0.75 / 2, estimator.Confidence(Start), tolerance: 1e-9);
        estimator.AddSample(Ms(20), Start);
        Assert.Equal(0.8, estimator.Confidence(Start), tolerance: 1e-9);
    }

    [Fact]
    public void After_a_reset_nothing_is_known_and_the_next_answer_is_the_first()
    {
        var estimator = new RttEstimator();
        estimator.AddSample(Ms(20), Start);
        estimator.AddSample(Ms(90), Start);
        estimator.AddLoss();

        estimator.Reset();
        Assert.False(estimator.HasRtt);
        Assert.Equal((0, 0, 0.0), (estimator.LossesInARow, estimator.Probes, estimator.Loss));

        estimator.AddSample(Ms(50), Start);
        Assert.Equal((Ms(50), Ms(50), Ms(50), TimeSpan.Zero), (estimator.SmoothedRtt, estimator.PeakRtt, estimator.LowestRtt, estimator.Jitter));
    }

    [Fact]
    public void A_negative_round_trip_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(static () => new RttEstimator().AddSample(TimeSpan.FromTicks(-1), Start));

    [Property]
    public bool All_estimates_lie_between_the_fastest_and_the_slowest_answer(ushort[] answers, byte[] pauses)
    {
        var estimator = new RttEstimator();
        TimeSpan now = Start;
        foreach ((ushort answer, int i) in answers.Select(static (answer, i) => (answer, i)))
        {
            now += TimeSpan.FromSeconds(pauses.Length == 0 ? 1 : pauses[i % pauses.Length]);
            estimator.AddSample(Ms(answer), now);
        }
        if (answers.Length == 0) return !estimator.HasRtt;
        const double Rounding = 1e-3;
        double lowest = answers.Min(), highest = answers.Max();
        return estimator.LowestRtt == Ms(lowest)
            && estimator.SmoothedRtt.TotalMilliseconds >= lowest - Rounding && estimator.SmoothedRtt.TotalMilliseconds <= highest + Rounding
            && estimator.PeakRtt.TotalMilliseconds >= answers[^1] - Rounding && estimator.PeakRtt.TotalMilliseconds <= highest + Rounding
            && estimator.Jitter.TotalMilliseconds >= 0 && estimator.Jitter.TotalMilliseconds <= highest - lowest + Rounding
            && estimator.Samples == answers.Length;
    }

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
