using Apex.Vpn.Fleet.Health;

namespace Apex.Vpn.Fleet.Tests.Health;

/// <summary>Many at once: it may be us.</summary>
public sealed class MassFailureTests
{
    [Fact]
    public void Our_own_outage_takes_nobody_down_and_suspects_nobody()
    {
        BeatingFleet fleet = Settled();
        fleet.IsConnected = false;
        fleet.Run(600);

        Assert.Contains(fleet.Of(HealthActionKind.Freeze), static entry => entry.Action.Region is null);
        Assert.True(fleet.Monitor.IsFrozen(null));
        Assert.True(fleet.Monitor.IsFrozen("r1"));
        Assert.Empty(fleet.Of(HealthActionKind.Suspect));
        Assert.Empty(fleet.Of(HealthActionKind.Down));

        fleet.IsConnected = true;
        fleet.Run(60);
        Assert.False(fleet.Monitor.IsFrozen(null));
        Assert.Equal(fleet.Of(HealthActionKind.Freeze).Count(), fleet.Of(HealthActionKind.Unfreeze).Count());
        Assert.Empty(fleet.Of(HealthActionKind.Suspect));
    }

    [Fact]
    public void Who_failed_during_our_outage_is_found_after_it()
    {
        BeatingFleet fleet = Settled();
        fleet.IsConnected = false;
        fleet.Run(60);
        fleet.Crash(7);
        fleet.Run(60);
        TimeSpan back = fleet.Now;
        fleet.IsConnected = true;
        fleet.Run(60);

        (TimeSpan at, HealthAction down) = Assert.Single(fleet.Of(HealthActionKind.Down));
        Assert.Equal(fleet.Ids[7], down.Node);
        Assert.InRange((at - back).TotalSeconds, 13, 20); // Its silence began anew when the brake was released.
    }

    [Fact]
    public void After_our_outage_single_failures_are_found_as_ever()
    {
        BeatingFleet fleet = Settled();
        fleet.IsConnected = false;
        fleet.Run(60);
        fleet.IsConnected = true;
        fleet.Run(30);
        fleet.Crash(7);
        fleet.Run(30);

        (TimeSpan at, _) = Assert.Single(fleet.Of(HealthActionKind.Down));
        Assert.Equal(13, (at - fleet.LastBeat[7]).TotalSeconds, tolerance: 0.001);
    }

    [Fact]
    public void A_region_that_is_truly_lost_is_down_in_time()
    {
        BeatingFleet fleet = Settled();
        int[] lost = [.. Enumerable.Range(0, 100).Where(static i => i % 5 == 2)];
        foreach (int node in lost) fleet.Crash(node);
        fleet.Run(60);

        Assert.NotEmpty(fleet.Of(HealthActionKind.Freeze));
        Assert.Equal(lost.Select(node => fleet.Ids[node]).Order(), fleet.Of(HealthActionKind.Down).Select(static entry => entry.Action.Node).Order());
        Assert.All(fleet.Of(HealthActionKind.Down), entry =>
            Assert.InRange((entry.At - fleet.LastBeat[fleet.Index(entry.Action.Node)]).TotalSeconds, 13, 13.2));
        Assert.False(fleet.Monitor.IsFrozen("r2"));
    }

    [Fact]
    public void A_region_that_only_we_do_not_hear_is_suspect_and_not_down()
    {
        BeatingFleet fleet = Settled();
        for (int i = 2; i < 100; i += 5) fleet.Beats[i] = false; // Others reach it.
        fleet.Run(300);

        Assert.Equal(20, fleet.Of(HealthActionKind.Suspect).Count());
        Assert.Empty(fleet.Of(HealthActionKind.Down));
    }

    [Fact]
    public void While_one_region_is_frozen_others_are_judged()
    {
        BeatingFleet fleet = Settled();
        for (int i = 0; i < 100; i++) fleet.Beats[i] = i % 5 != 2 && i % 5 != 4 && i % 5 != 0; // Three of five: nobody proves anything.
        for (int i = 0; i < 100; i++) fleet.Reachable[i] = fleet.Beats[i];
        fleet.Run(60);
        Assert.True(fleet.Monitor.IsFrozen(null));
        Assert.Empty(fleet.Of(HealthActionKind.Down));

        // An operator knows better.
        Assert.True(fleet.Monitor.ReleaseBrake(null, fleet.Now));
        foreach (string region in new[] { "r0", "r2", "r4" }) fleet.Monitor.ReleaseBrake(region, fleet.Now);
        Assert.False(fleet.Monitor.ReleaseBrake("nowhere", fleet.Now));
        fleet.Run(30);
        Assert.Equal(60, fleet.Of(HealthActionKind.Down).Count());
        Assert.False(fleet.Monitor.ReleaseBrake(null, fleet.Now));
    }

    [Fact]
    public void A_few_at_once_are_judged_one_by_one()
    {
        BeatingFleet fleet = Settled();
        fleet.Crash(7);
        fleet.Crash(8);
        fleet.Crash(12);
        fleet.Run(60);

        Assert.Equal(3, fleet.Of(HealthActionKind.Down).Count());
        Assert.Empty(fleet.Of(HealthActionKind.Freeze));
    }

    [Fact]
    public void A_process_that_stood_still_blames_itself()
    {
        BeatingFleet fleet = Settled();
        fleet.Crash(7);
        fleet.Sleep(120);
        Assert.Equal([HealthActionKind.Stalled], fleet.Log.Select(static entry => entry.Action.Kind));
        TimeSpan awake = fleet.Now;
        fleet.Run(60);

        (TimeSpan at, HealthAction down) = Assert.Single(fleet.Of(HealthActionKind.Down));
        Assert.Equal(fleet.Ids[7], down.Node);
        Assert.Equal(13, (at - awake).TotalSeconds, tolerance: 0.01);
        Assert.Empty(fleet.Of(HealthActionKind.Freeze));
    }

    private static BeatingFleet Settled()
    {
        var fleet = new BeatingFleet(100);
        fleet.Run(120);
        Assert.Empty(fleet.Log);
        return fleet;
    }
}
