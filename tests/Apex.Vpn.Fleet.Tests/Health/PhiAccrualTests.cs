using Apex.Vpn.Fleet.Health;
using FsCheck.Xunit;

namespace Apex.Vpn.Fleet.Tests.Health;

public sealed class PhiAccrualTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Start = TimeSpan.FromHours(3);

    [Fact]
    public void A_punctual_node_is_missed_7_8_s_after_its_last_beat()
    {
        PhiAccrual detector = Beating(_ => 0, beats: 1200, out TimeSpan last);

        Assert.Equal(Interval, detector.MeanInterval);
        Assert.Equal(PhiAccrual.MinDeviation, detector.Deviation);
        Assert.Equal(7.806, (detector.Deadline - last).TotalSeconds, tolerance: 0.001); // 5 s + 5.612 · 0.5 s
        Assert.False(detector.IsMissed(last + TimeSpan.FromSeconds(7.8)));
        Assert.True(detector.IsMissed(last + TimeSpan.FromSeconds(7.81)));
    }

    [Fact]
    public void Phi_counts_the_nines()
    {
        PhiAccrual detector = Beating(_ => 0, beats: 1200, out TimeSpan last);

        Assert.Equal(0, detector.Phi(last), tolerance: 1e-9);
        Assert.Equal(0.301, detector.Phi(last + Interval), tolerance: 1e-3);                          // one in two comes later
        Assert.Equal(1.602, detector.Phi(last + TimeSpan.FromSeconds(5.97998)), tolerance: 1e-3);     // one in forty
        Assert.Equal(PhiAccrual.Threshold, detector.Phi(detector.Deadline), tolerance: 1e-4);
        Assert.True(double.IsFinite(detector.Phi(last + TimeSpan.FromDays(365))));
        Assert.True(detector.Phi(last + TimeSpan.FromDays(365)) > detector.Phi(last + TimeSpan.FromDays(1)));
    }

    [Fact]
    public void An_unpunctual_node_is_given_more_time()
    {
        // Half of the beats a second early, half a second late.
        PhiAccrual detector = Beating(static i => i % 2 == 0 ? 0.5 : -0.5, beats: 1200, out TimeSpan last);

        Assert.Equal(1, detector.Deviation.TotalSeconds, tolerance: 1e-3);
        Assert.Equal(5 + 5.612, (detector.Deadline - last).TotalSeconds, tolerance: 0.01);
    }

    [Fact]
    public void A_new_node_is_given_time_before_it_is_known()
    {
        var detector = new PhiAccrual(Interval, Start);

        Assert.Equal(Interval, detector.MeanInterval);
        Assert.Equal(1.25, detector.Deviation.TotalSeconds, tolerance: 1e-6);
        Assert.Equal(12.0, (detector.Deadline - Start).TotalSeconds, tolerance: 0.1);
    }

    [Fact]
    public void A_lost_beat_is_missed_and_teaches_nothing()
    {
        PhiAccrual detector = Beating(_ => 0, beats: 100, out TimeSpan last);
        TimeSpan deviation = detector.Deviation, mean = detector.MeanInterval;

        Assert.True(detector.IsMissed(last + (2 * Interval)));
        detector.Beat(last + (2 * Interval));

        Assert.Equal(deviation, detector.Deviation);
        Assert.Equal(mean, detector.MeanInterval);
        Assert.False(detector.IsMissed(last + (3 * Interval)));
    }

    [Fact]
    public void An_outage_of_days_teaches_nothing()
    {
        PhiAccrual detector = Beating(_ => 0, beats: 100, out TimeSpan last);
        detector.Beat(last + TimeSpan.FromDays(40));

        Assert.Equal(5, detector.MeanInterval.TotalSeconds, tolerance: 0.01);
        Assert.True(detector.IsMissed(last + TimeSpan.FromDays(40) + TimeSpan.FromSeconds(9)));
    }

    [Fact]
    public void Only_the_last_thousand_intervals_count()
    {
        PhiAccrual detector = Beating(static i => i < 498 ? (i % 2 == 0 ? 0.5 : -0.5) : 0, beats: 1500, out _);
        Assert.Equal(PhiAccrual.MinDeviation, detector.Deviation);
        Assert.Equal(Interval, detector.MeanInterval);
    }

    [Fact]
    public void Beats_out_of_order_and_beats_twice_do_no_harm()
    {
        PhiAccrual detector = Beating(_ => 0, beats: 100, out TimeSpan last);
        TimeSpan deadline = detector.Deadline;

        detector.Beat(last);
        detector.Beat(last - TimeSpan.FromSeconds(20));

        Assert.Equal(deadline, detector.Deadline);
        Assert.Equal(0, detector.Phi(last - TimeSpan.FromSeconds(20)), tolerance: 1e-9);
    }

    [Fact]
    public void An_interval_that_makes_no_sense_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(static () => new PhiAccrual(TimeSpan.Zero, Start));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new PhiAccrual(TimeSpan.FromSeconds(31), Start));
    }

    [Fact]
    public void Beats_allocate_nothing_once_the_window_is_full()
    {
        PhiAccrual detector = Beating(_ => 0, beats: 1200, out TimeSpan last);
        Beats(detector, last, 10);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Beats(detector, last + (10 * Interval), 1000);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        static void Beats(PhiAccrual detector, TimeSpan last, int beats)
        {
            for (int i = 1; i <= beats; i++) detector.Beat(last + (i * Interval));
        }
    }

    [Property]
    public bool Statistics_never_drift_from_what_the_window_holds(byte[] jitters)
    {
        var detector = new PhiAccrual(Interval, Start);
        var window = new List<double> { 3.75, 6.25 };
        TimeSpan now = Start;
        // Long enough to go round the window, whatever the generator gave.
        for (int i = 0; i < 1100 + jitters.Length; i++)
        {
            TimeSpan interval = Interval + TimeSpan.FromMilliseconds(jitters.Length == 0 ? 0 : jitters[i % jitters.Length]);
            now += interval;
            detector.Beat(now);
            window.Add(interval.TotalSeconds);
        }
        double[] last = [.. window.TakeLast(PhiAccrual.WindowSize)];
        double mean = last.Average(), deviation = Math.Sqrt(last.Average(value => (value - mean) * (value - mean)));
        return Math.Abs(detector.MeanInterval.TotalSeconds - mean) < 1e-5
            && Math.Abs(detector.Deviation.TotalSeconds - Math.Max(0.5, deviation)) < 1e-5;
    }

    /// <summary>Beats whose times are off by so many seconds from every fifth second.</summary>
    private static PhiAccrual Beating(Func<int, double> off, int beats, out TimeSpan last)
    {
        var detector = new PhiAccrual(Interval, Start);
        last = Start;
        for (int i = 0; i < beats; i++)
        {
            last = Start + ((i + 1) * Interval) + TimeSpan.FromSeconds(off(i));
            detector.Beat(last);
        }
        return detector;
    }
}
