using Apex.Vpn.Fleet.Health;

namespace Apex.Vpn.Fleet.Tests.Health;

public sealed class ClockWatchTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(61)]
    [InlineData(-61)]
    public void A_clock_is_off_when_three_stamps_in_a_row_are(int seconds)
    {
        ClockWatch watch = default;
        Assert.False(watch.Add(Now.AddSeconds(seconds), Now));
        Assert.False(watch.Add(Now.AddSeconds(seconds), Now));
        Assert.True(watch.Add(Now.AddSeconds(seconds), Now));
        Assert.True(watch.IsOff);
        Assert.False(watch.Add(Now, Now));
    }

    [Fact]
    public void A_message_that_waited_and_a_minute_are_no_proof()
    {
        ClockWatch watch = default;
        for (int i = 0; i < 100; i++) Assert.False(watch.Add(Now.AddSeconds(i % 3 == 0 ? 0 : -90), Now));
        for (int i = 0; i < 100; i++) Assert.False(watch.Add(Now.AddSeconds(60), Now));
    }
}
