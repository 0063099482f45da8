using Apex.Vpn.Fleet.Identity;

namespace Apex.Vpn.Fleet.Tests.Identity;

public sealed class CertificateRenewalTests
{
    private static readonly DateTimeOffset Issued = TestFleet.Now;
    private static readonly DateTimeOffset End = Issued + TimeSpan.FromDays(30);

    [Fact]
    public void A_renewal_is_due_on_day_18_give_or_take_two()
    {
        double[] days = [.. Nodes(10_000).Select(static node => (CertificateRenewal.Due(node, Issued, End) - Issued).TotalDays)];

        Assert.InRange(days.Min(), 16, 16.01);
        Assert.InRange(days.Max(), 19.99, 20);
        Assert.InRange(days.Average(), 17.95, 18.05);
    }

    // One in three minutes on average; and never all in one.
    [Fact]
    public void Ten_thousand_nodes_do_not_come_at_once()
    {
        var perHour = Nodes(10_000).GroupBy(static node => (int)(CertificateRenewal.Due(node, Issued, End) - Issued).TotalHours);

        Assert.InRange(perHour.Max(static hour => hour.Count()), 1, 160); // 104 on average in the 96 hours
    }

    [Fact]
    public void The_time_is_the_same_each_time_and_another_for_each_certificate()
    {
        Guid node = Nodes(1).Single();

        Assert.Equal(CertificateRenewal.Due(node, Issued, End), CertificateRenewal.Due(node, Issued, End));
        Assert.NotEqual(
            CertificateRenewal.Due(node, Issued, End) - Issued,
            CertificateRenewal.Due(node, Issued.AddDays(1), End.AddDays(1)) - Issued.AddDays(1));
    }

    [Fact]
    public void Failures_are_repeated_after_a_minute_and_at_last_every_hour()
    {
        var renewal = new CertificateRenewal(Nodes(1).Single(), Issued, End);
        DateTimeOffset now = renewal.NextAttempt;
        Assert.False(renewal.IsDue(now - TimeSpan.FromTicks(1)));
        Assert.True(renewal.IsDue(now));
        double[] most = [1, 2, 4, 8, 16, 32, 60, 60, 60];
        for (int i = 0; i < most.Length; i++)
        {
            renewal.Failed(now);
            double minutes = (renewal.NextAttempt - now).TotalMinutes;
            Assert.InRange(minutes, i == 0 ? 1 : most[i] * 0.75, most[i]);
            now = renewal.NextAttempt;
        }
        for (int i = 0; i < 100; i++) renewal.Failed(now);
        Assert.InRange((renewal.NextAttempt - now).TotalMinutes, 45, 60);

        renewal.Renewed(now, now + TimeSpan.FromDays(30));
        renewal.Failed(now);
        Assert.Equal(now + TimeSpan.FromMinutes(1), renewal.NextAttempt);
    }

    [Fact]
    public void The_alarm_comes_on_day_24()
    {
        var renewal = new CertificateRenewal(Nodes(1).Single(), Issued, End);

        Assert.False(renewal.IsAlarming(Issued.AddDays(24) - TimeSpan.FromTicks(1)));
        Assert.True(renewal.IsAlarming(Issued.AddDays(24)));
        renewal.Renewed(Issued.AddDays(24), Issued.AddDays(54));
        Assert.False(renewal.IsAlarming(Issued.AddDays(24)));
    }

    // The target: 10 000 nodes, a control plane that is away for a day at the worst time, and nobody below 8 days.
    [Fact]
    public void After_an_outage_of_a_day_every_certificate_has_eight_days_left()
    {
        foreach (Guid node in Nodes(10_000))
        {
            var renewal = new CertificateRenewal(node, Issued, End);
            DateTimeOffset back = renewal.NextAttempt + TimeSpan.FromHours(24);
            while (renewal.NextAttempt < back) renewal.Failed(renewal.NextAttempt);

            Assert.True(End - renewal.NextAttempt >= TimeSpan.FromDays(8), $"{node}");
            Assert.False(renewal.IsAlarming(renewal.NextAttempt));
        }
    }

    [Fact]
    public void A_certificate_ends_after_it_begins() =>
        Assert.Throws<ArgumentOutOfRangeException>(static () => new CertificateRenewal(Guid.NewGuid(), Issued, Issued));

    private static IEnumerable<Guid> Nodes(int count)
    {
        var random = new Random(99);
        byte[] id = new byte[16];
        for (int i = 0; i < count; i++)
        {
            random.NextBytes(id);
            yield return new Guid(id);
        }
    }
}
