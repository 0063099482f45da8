using Apex.Vpn.Routing.Failover;
using FsCheck.Xunit;

namespace Apex.Vpn.Routing.Tests.Failover;

/// <summary>What holds whatever happens: nodes that die and come back, networks that go, packets that are lost, late or in
/// bursts.</summary>
public sealed class FailoverPropertyTests
{
    /// <summary>A round of probes lasts 600 ms, and any sign of the node ends it.</summary>
    private static readonly TimeSpan Heard = TimeSpan.FromMilliseconds(599);

    [Property(MaxTest = 150, Replay = "(20261128,7)")]
    public void A_node_that_was_heard_within_a_rounds_time_is_never_left_for_a_failure(int seed)
    {
        FailoverSimulation simulation = Chaos(seed);
        simulation.RunUntil(TimeSpan.FromSeconds(120));

        foreach ((TimeSpan silence, (TimeSpan at, FailoverDecision decision)) in simulation.SilenceBeforeSwitch.Zip(simulation.Switches))
        {
            // The one that answers probes and no handshake is heard and left all the same; here every node answers handshakes, if not in
            // time.
            Assert.True(silence >= Heard || decision.Reason == FailoverReason.HandshakeUnanswered, $"seed {seed}: left at {at} after {silence}");
        }
    }

    [Property(MaxTest = 150, Replay = "(20261128,7)")]
    public void Whatever_happened_before_a_node_that_dies_under_traffic_is_left_within_the_bound(int seed)
    {
        var random = new Random(seed);
        FailoverSimulation simulation = Chaos(seed);
        simulation.RunUntil(TimeSpan.FromSeconds(120));

        // Calm, in which everything recovers and a standby is found; then the node in use dies and all others live.
        simulation.Loss = 0;
        simulation.Delay = TimeSpan.Zero;
        foreach (SimulatedNode node in simulation.Nodes) node.AnswersData = true;
        simulation.Traffic(simulation.Now, TimeSpan.FromSeconds(1000), static _ => TimeSpan.FromMilliseconds(50));
        simulation.RunUntil(TimeSpan.FromSeconds(900));
        Assert.Equal(FailoverState.Healthy, simulation.Machine.State);
        SimulatedNode doomed = simulation.Current;
        TimeSpan killed = simulation.Now + TimeSpan.FromSeconds(random.NextDouble());
        doomed.Die(killed);
        int before = simulation.Switches.Count();
        bool warm = simulation.Machine.Standby != Guid.Empty;
        simulation.RunUntil(killed + TimeSpan.FromSeconds(warm ? 2 : 4));

        Assert.True(simulation.Switches.Count() > before, $"seed {seed}: still there 2 s after {killed}; {simulation.Machine.State}");
        Assert.NotEqual(doomed.Id, simulation.Machine.Current);
    }

    [Property(MaxTest = 150, Replay = "(20261128,7)")]
    public void There_is_always_a_server_and_a_deadline_that_lies_ahead(int seed)
    {
        FailoverSimulation simulation = Chaos(seed);
        for (double now = 0; now < 120; now += 0.37)
        {
            simulation.RunUntil(TimeSpan.FromSeconds(now));
            Assert.NotEqual(Guid.Empty, simulation.Machine.Current);
            Assert.NotEqual(simulation.Machine.Current, simulation.Machine.Standby);
            Assert.False(simulation.Machine.Next.IsDue(simulation.Now), $"seed {seed}: at {now}");
            Assert.Equal(default, simulation.Machine.Advance(simulation.Now));
        }
    }

    /// <summary>Two minutes of anything.</summary>
    private static FailoverSimulation Chaos(int seed)
    {
        var random = new Random(seed);
        FailoverSimulation simulation = new(seed)
        {
            Loss = random.Next(3) switch { 0 => 0, 1 => 0.01, _ => 0.1 * random.NextDouble() },
            Delay = TimeSpan.FromMilliseconds(300 * random.NextDouble()),
            StandbyWanted = random.Next(4) != 0,
            ProbesInBatches = random.Next(2) == 0,
        };
        foreach (SimulatedNode node in simulation.Nodes)
        {
            node.Rtt = TimeSpan.FromMilliseconds(5 + (150 * random.NextDouble()));
            node.AnswersData = random.Next(5) != 0;
            for (int i = random.Next(4); i > 0; i--) Span(random, 20, node.Die);
        }
        simulation.Start();
        for (int i = random.Next(3); i > 0; i--) Span(random, 15, (from, to) => simulation.Outage(from, to!.Value));
        for (int i = 1 + random.Next(4); i > 0; i--)
        {
            double pause = 10 + (1000 * random.NextDouble() * random.NextDouble());
            int burst = 1 + random.Next(5);
            Span(random, 60, (from, to) => simulation.Traffic(
                from, to!.Value, traffic => TimeSpan.FromMilliseconds(pause * (0.5 + traffic.NextDouble())), burst));
        }
        for (int i = random.Next(3); i > 0; i--)
        {
            TimeSpan at = TimeSpan.FromSeconds(120 * random.NextDouble());
            switch (random.Next(3))
            {
                case 0:
                    simulation.At(at, () => simulation.Machine.NetworkChanged(simulation.Now));
                    break;
                case 1:
                    simulation.At(at, () => simulation.Machine.Resumed(simulation.Now));
                    break;
                default:
                    simulation.At(at, () => simulation.Machine.Closing(simulation.Machine.Current, simulation.Now));
                    break;
            }
        }
        return simulation;
    }

    private static void Span(Random random, double longest, Action<TimeSpan, TimeSpan?> within)
    {
        double from = 120 * random.NextDouble();
        within(TimeSpan.FromSeconds(from), TimeSpan.FromSeconds(from + (longest * random.NextDouble())));
    }
}
