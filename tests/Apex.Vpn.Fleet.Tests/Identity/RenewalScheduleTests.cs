using Apex.Vpn.Fleet.Identity;

namespace Apex.Vpn.Fleet.Tests.Identity;

public sealed class RenewalScheduleTests
{
    private static readonly DateTimeOffset From = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset To = From.AddDays(30);

    [Fact]
    public void A_certificate_of_30_days_is_renewed_at_day_18_give_or_take_2_spread_evenly()
    {
        double[] days = [.. Enumerable.Range(0, 10_000).Select(static i => (RenewalSchedule.Next(From, To, Id(i)) - From).TotalDays)];

        Assert.InRange(days.Min(), 16, 16.01);
        Assert.InRange(days.Max(), 19.99, 20);
        Assert.Equal(18, days.Average(), 0.05);
        // 10 000 nodes in 4 days: about 104 an hour, and no hour with twice as many.
        Assert.True(days.GroupBy(static day => (int)(day * 24)).Max(static hour => hour.Count()) < 208);
    }

    [Fact]
    public void The_same_certificate_has_the_same_time_and_the_next_one_another()
    {
        Assert.Equal(RenewalSchedule.Next(From, To, Id(1)), RenewalSchedule.Next(From, To, Id(1)));
        Assert.NotEqual(RenewalSchedule.Next(From, To, Id(1)) - From, RenewalSchedule.Next(To, To.AddDays(30), Id(1)) - To);
    }

    [Fact]
    public void Attempts_grow_apart_up_to_an_hour()
    {
        int[] minutes = [.. Enumerable.Range(1, 9).Select(static attempt => (int)RenewalSchedule.RetryAfter(attempt).TotalMinutes)];

        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60, 60], minutes);
        Assert.Equal(TimeSpan.FromHours(1), RenewalSchedule.RetryAfter(int.MaxValue));
        Assert.Equal(TimeSpan.FromMinutes(1), RenewalSchedule.RetryAfter(int.MinValue + 1));
    }

    [Fact]
    public void The_alarm_is_at_four_fifths_and_after_a_lost_day()
    {
        Assert.Equal(From.AddDays(24), RenewalSchedule.AlarmAt(From, To));
        Assert.Throws<ArgumentOutOfRangeException>(static () => RenewalSchedule.AlarmAt(To, From));
        Assert.Throws<ArgumentOutOfRangeException>(static () => RenewalSchedule.Next(To, To, Guid.Empty));
    }

    private static Guid Id(int number) => new(number, 0, 0, new byte[8]);
}
