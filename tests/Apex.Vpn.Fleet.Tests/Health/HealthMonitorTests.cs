using Apex.Vpn.Fleet.Health;
using Apex.Vpn.Fleet.Registry;

namespace Apex.Vpn.Fleet.Tests.Health;

public sealed class HealthMonitorTests
{
    [Fact]
    public void Nodes_that_beat_are_left_alone()
    {
        var fleet = new BeatingFleet(50);
        fleet.Run(3600);

        Assert.Empty(fleet.Log);
    }

    [Fact]
    public void One_missed_beat_starts_probes_and_changes_nothing_else()
    {
        BeatingFleet fleet = Settled(50);
        fleet.Beats[3] = false;
        fleet.Run(5); // One beat.
        fleet.Beats[3] = true;
        fleet.Run(60);

        Assert.Equal(3, fleet.Log.Count);
        Assert.All(fleet.Log, entry => Assert.Equal((HealthActionKind.Probe, fleet.Ids[3], 1L), (entry.Action.Kind, entry.Action.Node, entry.Action.Epoch)));
        Assert.Equal(3, fleet.Log.Select(static entry => entry.Action.Vantage).Distinct().Count());
        Assert.Equal(NodeHealth.Good, fleet.Monitor.HealthOf(fleet.Ids[3]));
    }

    [Fact]
    public void A_failed_vantage_makes_a_suspect()
    {
        BeatingFleet fleet = Settled(50);
        fleet.Crash(3);
        fleet.Run(12 - (fleet.Now - fleet.LastBeat[3]).TotalSeconds);

        (TimeSpan at, HealthAction action) = Assert.Single(fleet.Of(HealthActionKind.Suspect));
        Assert.Equal((fleet.Ids[3], NodeReason.VantageFailed), (action.Node, action.Reason));
        Assert.Equal(8.8, (at - fleet.LastBeat[3]).TotalSeconds, tolerance: 0.05); // missed after 7.8 s, and the vantage took 1 s
        Assert.Equal(NodeHealth.Suspect, fleet.Monitor.HealthOf(fleet.Ids[3]));
    }

    [Fact]
    public void Two_missed_beats_make_a_suspect_but_silence_alone_takes_nobody_down()
    {
        BeatingFleet fleet = Settled(50);
        fleet.Beats[3] = false;
        fleet.Run(600);

        (TimeSpan at, HealthAction action) = Assert.Single(fleet.Of(HealthActionKind.Suspect));
        Assert.Equal(NodeReason.BeatsMissed, action.Reason);
        Assert.Equal(12.8, (at - fleet.LastBeat[3]).TotalSeconds, tolerance: 0.05);
        Assert.Equal([HealthActionKind.Suspect], fleet.About(3));
        Assert.True(fleet.Of(HealthActionKind.Probe).Count() > 300, "it is asked for again and again");
    }

    [Fact]
    public void A_dead_node_is_down_13_s_after_its_last_beat()
    {
        BeatingFleet fleet = Settled(50);
        fleet.Crash(3);
        fleet.Run(60);

        (TimeSpan at, HealthAction action) = Assert.Single(fleet.Of(HealthActionKind.Down));
        Assert.Equal((fleet.Ids[3], NodeReason.SilentAndUnreachable), (action.Node, action.Reason));
        Assert.Equal(13, (at - fleet.LastBeat[3]).TotalSeconds, tolerance: 0.001);
        Assert.Equal([HealthActionKind.Suspect, HealthActionKind.Down], fleet.About(3));
    }

    [Fact]
    public void A_node_is_back_after_three_good_beats()
    {
        BeatingFleet fleet = Settled(50);
        fleet.Crash(3);
        fleet.Run(60);
        TimeSpan restored = fleet.Now;
        fleet.Restore(3);
        fleet.Run(60);

        (TimeSpan at, HealthAction action) = Assert.Single(fleet.Of(HealthActionKind.Up));
        Assert.Equal(NodeReason.BeatsCame, action.Reason);
        Assert.InRange((at - restored).TotalSeconds, 10, 15.2);
        Assert.Equal([HealthActionKind.Suspect, HealthActionKind.Down, HealthActionKind.Up], fleet.About(3));
        Assert.Equal(NodeHealth.Good, fleet.Monitor.HealthOf(fleet.Ids[3]));
    }

    [Fact]
    public void A_late_beat_starts_the_count_anew()
    {
        BeatingFleet fleet = Settled(50);
        fleet.Crash(3);
        fleet.Run(60);
        fleet.Restore(3);
        fleet.Run(10); // two beats
        fleet.Beats[3] = false;
        fleet.Run(10); // two that do not come
        fleet.Beats[3] = true;
        fleet.Run(9); // one or two again
        Assert.Equal(NodeHealth.Down, fleet.Monitor.HealthOf(fleet.Ids[3]));
        fleet.Run(10);
        Assert.Equal(NodeHealth.Good, fleet.Monitor.HealthOf(fleet.Ids[3]));
    }

    [Fact]
    public void A_cut_that_is_over_before_the_verdict_takes_nobody_down()
    {
        BeatingFleet fleet = Settled(50);
        fleet.Crash(3);
        fleet.Run(10.5 - (fleet.Now - fleet.LastBeat[3]).TotalSeconds);
        fleet.Reachable[3] = true; // Its next beat comes 4.5 s later.
        fleet.Run(3);
        fleet.Beats[3] = true;
        fleet.Run(60);

        Assert.Equal([HealthActionKind.Suspect, HealthActionKind.Clear], fleet.About(3));
    }

    [Fact]
    public void Beats_of_an_older_stream_do_not_count()
    {
        BeatingFleet fleet = Settled(10);
        Guid node = fleet.Ids[0];
        Assert.True(fleet.Monitor.Watch(node, 2, fleet.Sites[0], NodeHealth.Good, fleet.Now));
        Assert.False(fleet.Monitor.Watch(node, 2, fleet.Sites[0], NodeHealth.Good, fleet.Now));
        Assert.False(fleet.Monitor.Watch(node, 1, fleet.Sites[0], NodeHealth.Good, fleet.Now));

        Assert.Equal(BeatVerdict.OldEpoch, fleet.Monitor.Beat(node, 1, fleet.Now));
        Assert.Equal(BeatVerdict.Counted, fleet.Monitor.Beat(node, 2, fleet.Now));
        Assert.Equal(BeatVerdict.Unknown, fleet.Monitor.Beat(Guid.NewGuid(), 2, fleet.Now));
        Assert.Equal(10, fleet.Monitor.Count);
    }

    [Fact]
    public void Reports_that_nobody_waits_for_are_ignored()
    {
        BeatingFleet fleet = Settled(50);
        Assert.False(fleet.Monitor.Report(fleet.Ids[3], fleet.Ids[4], 1, false, fleet.Now));
        fleet.Beats[3] = false;
        fleet.Run(8);
        HealthAction probe = fleet.Log[0].Action;
        Guid stranger = fleet.Ids.First(id => fleet.Log.All(entry => entry.Action.Vantage != id));

        Assert.False(fleet.Monitor.Report(fleet.Ids[3], stranger, probe.Round, false, fleet.Now));
        Assert.False(fleet.Monitor.Report(fleet.Ids[3], probe.Vantage, probe.Round + 1, false, fleet.Now));
        Assert.False(fleet.Monitor.Report(fleet.Ids[5], probe.Vantage, probe.Round, false, fleet.Now));
        Assert.False(fleet.Monitor.Report(fleet.Ids[3], probe.Vantage, probe.Round, false, fleet.Now) && fleet.Monitor.Report(fleet.Ids[3], probe.Vantage, probe.Round, false, fleet.Now));
        Assert.False(fleet.Monitor.Report(Guid.NewGuid(), probe.Vantage, probe.Round, false, fleet.Now));
    }

    [Fact]
    public void A_node_alone_is_suspect_and_never_down_and_said_so_once()
    {
        var fleet = new BeatingFleet(1);
        fleet.Run(60);
        fleet.Crash(0);
        fleet.Run(600);

        Assert.Equal([HealthActionKind.NoVantage, HealthActionKind.Suspect], fleet.About(0));
    }

    [Fact]
    public void Of_two_nodes_one_is_vantage_enough()
    {
        var fleet = new BeatingFleet(2);
        fleet.Run(60);
        fleet.Crash(0);
        fleet.Run(60);

        Assert.Equal([HealthActionKind.Suspect, HealthActionKind.Down], fleet.About(0));
        Assert.Equal(NodeHealth.Good, fleet.Monitor.HealthOf(fleet.Ids[1]));
    }

    [Fact]
    public void A_node_that_was_down_stays_so_until_it_beats()
    {
        var fleet = new BeatingFleet(10);
        Guid node = Guid.NewGuid();
        fleet.Monitor.Watch(node, 1, fleet.Sites[0], NodeHealth.Down, fleet.Now);
        fleet.Run(60);
        Assert.Empty(fleet.Log);
        for (int i = 0; i < 3; i++)
        {
            fleet.Monitor.Beat(node, 1, fleet.Now);
            fleet.Run(5);
        }
        Assert.Equal([HealthActionKind.Up], fleet.Log.Select(static entry => entry.Action.Kind));
    }

    [Fact]
    public void A_forgotten_node_is_forgotten()
    {
        BeatingFleet fleet = Settled(20);
        fleet.Crash(3);
        fleet.Run(9);
        Assert.True(fleet.Monitor.Forget(fleet.Ids[3]));
        Assert.False(fleet.Monitor.Forget(fleet.Ids[3]));
        fleet.Log.Clear();
        fleet.Run(60);

        Assert.Empty(fleet.Log);
        Assert.Null(fleet.Monitor.HealthOf(fleet.Ids[3]));
    }

    [Fact]
    public void A_flood_of_beats_does_not_make_the_monitor_impatient()
    {
        BeatingFleet fleet = Settled(20);
        for (int i = 0; i < 1000; i++) fleet.Monitor.Beat(fleet.Ids[3], 1, fleet.Now + TimeSpan.FromMilliseconds(i));
        fleet.Run(120);

        Assert.Empty(fleet.Log);
    }

    [Fact]
    public void A_small_buffer_loses_nothing()
    {
        var small = new BeatingFleet(60, buffer: HealthMonitor.MinActions);
        var large = new BeatingFleet(60, buffer: 1000);
        foreach (BeatingFleet fleet in new[] { small, large })
        {
            fleet.Run(120);
            for (int i = 0; i < 20; i++) fleet.Crash(i);
            fleet.Run(120);
        }

        Assert.Equal(20, small.Of(HealthActionKind.Down).Count());
        Assert.Equal(large.Log, small.Log);
        Assert.Throws<ArgumentException>(() => small.Monitor.Advance(small.Now, new HealthAction[HealthMonitor.MinActions - 1]));
    }

    [Fact]
    public void Beats_and_time_allocate_nothing()
    {
        BeatingFleet fleet = Settled(100);
        var actions = new HealthAction[HealthMonitor.MinActions];
        Beat(fleet, actions, 10, fleet.Now);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Beat(fleet, actions, 1000, fleet.Now + TimeSpan.FromSeconds(50));
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        static void Beat(BeatingFleet fleet, HealthAction[] actions, int rounds, TimeSpan now)
        {
            for (int i = 1; i <= rounds; i++)
            {
                foreach (Guid node in fleet.Ids) fleet.Monitor.Beat(node, 1, now + (i * HealthMonitor.Interval));
                fleet.Monitor.Advance(now + (i * HealthMonitor.Interval), actions);
            }
        }
    }

    /// <summary>A fleet whose beats are known well.</summary>
    private static BeatingFleet Settled(int nodes)
    {
        var fleet = new BeatingFleet(nodes);
        fleet.Run(120);
        Assert.Empty(fleet.Log);
        return fleet;
    }
}
