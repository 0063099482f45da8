using Apex.Vpn.Netns.Results;
using FsCheck.Xunit;

namespace Apex.Vpn.Netns.Tests;

public sealed class SpreadTests
{
    [Fact]
    public void Of_nothing_there_is_none() => Assert.Null(Spread.Of([]));

    [Theory]
    [InlineData(new[] { 3.0 }, 3, 3, 3)]
    [InlineData(new[] { 4.0, 1, 9 }, 4, 1, 9)]
    [InlineData(new[] { 4.0, 1, 9, 5 }, 4.5, 1, 9)]
    public void The_median_is_in_the_middle_of_the_sorted_figures(double[] figures, double median, double min, double max) =>
        Assert.Equal(new Spread(median, min, max, figures.Length), Spread.Of(figures));

    [Property]
    public bool As_many_figures_lie_above_the_median_as_below(int[] numbers) =>
        Spread.Of(numbers.Select(static number => (double)number)) is not { } spread
        || (numbers.Count(number => number < spread.Median) <= numbers.Length / 2
            && numbers.Count(number => number > spread.Median) <= numbers.Length / 2);
}
