using Apex.Vpn.Fleet.Storage.Engine;

namespace Apex.Vpn.Fleet.Tests.Storage;

public sealed class BackoffTests
{
    [Theory]
    [InlineData(1, 1, 10)]
    [InlineData(2, 1, 20)]
    [InlineData(4, 0.5, 40)]
    [InlineData(7, 1, 500)]
    [InlineData(60, 1, 500)]
    [InlineData(3, 0, 0)]
    public void Waits_double_up_to_half_a_second_and_are_drawn_below_that(int attempt, double draw, double milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Backoff.After(attempt, draw));
}
