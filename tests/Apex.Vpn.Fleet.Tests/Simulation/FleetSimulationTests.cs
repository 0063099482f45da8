using System.Diagnostics;
using Xunit.Abstractions;

namespace Apex.Vpn.Fleet.Tests.Simulation;

/// <summary>
/// Five hundred nodes with crashes, hangs, flapping links, 1 % loss, lost regions, drains, clones and wrong clocks, and a control plane
/// with outages of its own. Each step is checked where it is taken; here is what must be true in the end.
/// </summary>
public sealed class FleetSimulationTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_day_of_a_fleet(ulong seed) => Simulate(seed, days: 1, planeOutage: TimeSpan.FromHours(1));

    [Theory]
    [Trait("Category", "Slow")]
    [InlineData(11)]
    [InlineData(12)]
    public void A_month_of_a_fleet(ulong seed)
    {
        SimReport report = Simulate(seed, days: 30, planeOutage: TimeSpan.FromHours(24));

        Assert.InRange(report.Renewals, 300, 1000);
        Assert.InRange(report.LeastValidity.TotalDays, 8, 15);
    }

    private SimReport Simulate(ulong seed, int days, TimeSpan planeOutage)
    {
        var world = new FleetSimulation(seed);
        new SimFaults(world).Plan(days, planeOutage);
        long started = Stopwatch.GetTimestamp();
        world.Run(TimeSpan.FromDays(days));
        SimReport report = world.Report;
        output.WriteLine(report.Text(seed, Stopwatch.GetElapsedTime(started)));

        Assert.True(report.FalseDowns == 0, $"seed {seed}: {report.FalseDowns} nodes that were well were marked down");
        Assert.True(report.SuspectsInOwnOutage <= 5, $"seed {seed}: {report.SuspectsInOwnOutage} nodes were suspected for our own outage");
        Assert.InRange(report.SingleDetections.Count, 4 * days, 100 * days);
        Assert.All(report.SingleDetections, static seconds => Assert.InRange(seconds, 2.5, 13));
        Assert.NotEmpty(report.RegionDetections);
        Assert.All(report.RegionDetections, static seconds => Assert.InRange(seconds, 2.5, 13));
        Assert.True(report.Freezes >= 2 && report.Freezes == report.Unfreezes, $"seed {seed}: {report.Freezes} freezes, {report.Unfreezes} ends");
        Assert.True(report.Stalls >= 1);
        Assert.True(report.Duplicates >= 1);
        Assert.True(report.ClocksOff >= 1 || days == 1);
        Assert.True(report.Drains >= 5 * days, $"seed {seed}: {report.Drains} drains");
        return report;
    }
}
