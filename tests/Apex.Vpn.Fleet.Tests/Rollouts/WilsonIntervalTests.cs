using Apex.Vpn.Fleet.Rollouts;
using FsCheck.Xunit;

namespace Apex.Vpn.Fleet.Tests.Rollouts;

public sealed class WilsonIntervalTests
{
    private const double Z95 = 1.959963984540054;

    // The first two are examples of Newcombe (1998), table I.
    [Theory]
    [InlineData(1, 29, 0.0061132, 0.1717552)]
    [InlineData(0, 10, 0, 0.2775328)]
    [InlineData(10, 10, 0.7224672, 1)]
    [InlineData(8, 1000, 0.0040592, 0.0157063)]
    public void Bounds_are_the_published_ones(long failed, long total, double lower, double upper)
    {
        WilsonInterval interval = WilsonInterval.Of(new EventCount(total, failed), Z95);

        Assert.Equal(lower, interval.Lower, tolerance: 1e-7);
        Assert.Equal(upper, interval.Upper, tolerance: 1e-7);
    }

    [Fact]
    public void Of_nothing_nothing_is_known() => Assert.Equal(new WilsonInterval(0, 1), WilsonInterval.Of(default, Z95));

    [Property]
    public bool The_interval_holds_the_rate_and_stays_within_0_and_1(ushort good, ushort failed)
    {
        var count = new EventCount(good + failed, failed);
        WilsonInterval interval = WilsonInterval.Of(count, Z95);
        return interval.Lower >= 0 && interval.Upper <= 1
            && interval.Lower <= count.FailureRate + 1e-12 && interval.Upper >= count.FailureRate - 1e-12;
    }

    [Property]
    public bool More_events_of_the_same_kind_narrow_it(ushort good, ushort failed)
    {
        WilsonInterval few = WilsonInterval.Of(new EventCount(good + failed + 1, failed), Z95);
        WilsonInterval many = WilsonInterval.Of(new EventCount(4 * (good + failed + 1L), 4L * failed), Z95);
        return many.Upper - many.Lower < few.Upper - few.Lower;
    }

    [Fact]
    public void Counts_that_make_no_sense_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(static () => new EventCount(-1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new EventCount(1, -1));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new EventCount(1, 2));
    }
}
