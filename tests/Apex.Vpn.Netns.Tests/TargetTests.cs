using Apex.Vpn.Netns.Results;

namespace Apex.Vpn.Netns.Tests;

public sealed class TargetTests
{
    [Theory]
    [InlineData(1.79, Verdict.Missed)]
    [InlineData(1.8, Verdict.Reached)]
    [InlineData(2.49, Verdict.Reached)]
    [InlineData(2.5, Verdict.Surpassed)]
    internal void Where_more_is_better_the_median_must_not_be_below(double median, Verdict verdict) =>
        Assert.Equal(verdict, new Target("speed", 1.8, 2.5, static _ => null).Judge(new Spread(median, 0, 9, 5)));

    [Theory]
    [InlineData(0.46, Verdict.Missed)]
    [InlineData(0.45, Verdict.Reached)]
    [InlineData(0.33, Verdict.Reached)]
    [InlineData(0.32, Verdict.Surpassed)]
    internal void Where_less_is_better_the_median_must_not_be_above(double median, Verdict verdict) =>
        Assert.Equal(verdict, new Target("cost", 0.45, 0.32, static _ => null).Judge(new Spread(median, 0, 9, 5)));

    [Fact]
    public void What_was_not_measured_is_not_reached() =>
        Assert.Equal(Verdict.NotMeasured, new Target("speed", 1.8, 2.5, static _ => null).Judge(null));

    [Fact]
    public void Every_figure_aims_higher_than_it_must_reach() =>
        Assert.All(Targets.All, static target => Assert.NotEqual(target.Must, target.Aim));
}
