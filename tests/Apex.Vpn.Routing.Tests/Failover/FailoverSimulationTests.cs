using Apex.Vpn.Routing.Failover;
using Xunit.Abstractions;

namespace Apex.Vpn.Routing.Tests.Failover;

/// <summary>The machine among nodes, networks and users that behave as they do, on virtual time; each figure over many seeds.</summary>
public sealed class FailoverSimulationTests(ITestOutputHelper output)
{
    private const int Seeds = 40;

    private static readonly TimeSpan Killed = S(60);

    /// <summary>Kinds of traffic: pause between sends, and packets at once.</summary>
    private static readonly Dictionary<string, (Func<Random, TimeSpan> Pause, int Burst)> Kinds = new()
    {
        ["game"] = (static _ => Ms(1000 / 60.0), 1),
        ["call"] = (static _ => Ms(20), 1),
        ["download"] = (static random => Ms(5 + (10 * random.NextDouble())), 1), // acknowledgements
        ["bursts"] = (static random => Ms(200 + (600 * random.NextDouble())), 12),
        ["menu"] = (static random => Ms(800 + (400 * random.NextDouble())), 1),
    };

    [Theory]
    [InlineData("game", 0.0, 2.0)]
    [InlineData("game", 0.05, 2.0)]
    [InlineData("call", 0.01, 2.0)]
    [InlineData("download", 0.01, 2.0)]
    [InlineData("bursts", 0.01, 2.6)] // up to 0.8 s pass before anything is sent to the dead node at all
    public void A_dead_node_with_a_warm_standby_is_left_within_two_seconds_in_95_of_100_cases(string kind, double loss, double bound)
    {
        double[] times = TimesToSwitch(kind, loss, warm: true);

        Assert.True(Percentile(times, 0.95) <= bound, $"p95 {Percentile(times, 0.95)} s, worst {times.Max()} s");
        Assert.True(times.Max() <= bound + 1, $"worst {times.Max()} s");
    }

    [Theory]
    [InlineData("game", 0.0)]
    [InlineData("game", 0.05)]
    [InlineData("download", 0.01)]
    public void A_dead_node_without_a_standby_is_left_within_four_seconds_in_95_of_100_cases(string kind, double loss)
    {
        double[] times = TimesToSwitch(kind, loss, warm: false);

        Assert.True(Percentile(times, 0.95) <= 4, $"p95 {Percentile(times, 0.95)} s, worst {times.Max()} s");
    }

    [Fact]
    public void A_slow_menu_is_saved_too_once_three_packets_went_unanswered()
    {
        double[] times = TimesToSwitch("menu", loss: 0, warm: true);

        Assert.InRange(times.Max(), 1.6, 5);
    }

    [Theory]
    [InlineData("game", 0.0, 0)]
    [InlineData("game", 0.01, 0)]
    [InlineData("game", 0.05, 0)]
    [InlineData("call", 0.05, 250)]
    [InlineData("download", 0.05, 0)]
    [InlineData("bursts", 0.05, 250)]
    [InlineData("menu", 0.05, 250)]
    public void Nobody_is_moved_from_a_node_that_lives(string kind, double loss, double delayMs) => ForEachSeed(Seeds / 2, seed =>
    {
        FailoverSimulation simulation = new(seed) { Loss = loss, Delay = Ms(delayMs) };
        simulation.Start();
        simulation.Traffic(TimeSpan.Zero, S(300), Kinds[kind].Pause, Kinds[kind].Burst);
        simulation.RunUntil(S(310));

        Assert.Empty(simulation.Switches);
        Assert.Equal(FailoverState.Healthy, simulation.Machine.State);
    });

    [Fact]
    public void Ten_minutes_without_any_data_are_no_failure_and_cost_no_probe()
    {
        FailoverSimulation simulation = new(seed: 1);
        simulation.Start();
        simulation.Traffic(TimeSpan.Zero, S(10), Kinds["game"].Pause);
        for (int i = 1; i < 24; i++) simulation.At(S(10 + (25 * i)), () => simulation.Machine.Sent(0, simulation.Now)); // keepalives of ours
        simulation.RunUntil(S(610));

        Assert.Empty(simulation.Decisions);
        Assert.True(simulation.Machine.Next.IsNever);
    }

    [Fact]
    public void An_upload_that_nobody_acknowledges_is_no_failure_and_costs_few_probes() => ForEachSeed(Seeds, seed =>
    {
        FailoverSimulation simulation = new(seed) { Loss = 0.01 };
        simulation.Nodes[0].AnswersData = false;
        simulation.Start();
        simulation.Traffic(TimeSpan.Zero, S(600), static random => Ms(500 * random.NextDouble()));
        simulation.RunUntil(S(610));

        Assert.Empty(simulation.Switches);
        Assert.InRange(simulation.Decisions.Count(static made => made.Decision.Action == FailoverAction.Probe), 50, 75); // one in 10 s
    });

    [Fact]
    public void An_upload_to_a_node_that_dies_is_saved_within_its_rest() => ForEachSeed(Seeds, seed =>
    {
        FailoverSimulation simulation = new(seed);
        simulation.Nodes[0].AnswersData = false;
        simulation.Start();
        simulation.Traffic(TimeSpan.Zero, S(120), static _ => Ms(100));
        simulation.Nodes[0].Die(Killed);
        simulation.RunUntil(S(120));

        Assert.InRange(simulation.Switches.First().At - Killed, TimeSpan.Zero, S(10 + 2));
    });

    [Fact]
    public void With_our_own_network_down_nobody_moves_and_when_it_is_back_everything_goes_on() => ForEachSeed(Seeds, seed =>
    {
        FailoverSimulation simulation = new(seed) { Loss = 0.01 };
        simulation.Start();
        simulation.Traffic(TimeSpan.Zero, S(400), Kinds["game"].Pause);
        simulation.Outage(S(60), S(180));
        simulation.At(S(100), () => Assert.Equal(FailoverState.Offline, simulation.Machine.State));
        simulation.RunUntil(S(400));

        Assert.Empty(simulation.Switches);
        Assert.Equal((simulation.Nodes[0].Id, FailoverState.Healthy), (simulation.Machine.Current, simulation.Machine.State));
    });

    [Fact]
    public void A_network_that_comes_and_goes_moves_nobody() => ForEachSeed(Seeds, seed =>
    {
        FailoverSimulation simulation = new(seed);
        var random = new Random(seed);
        simulation.Start();
        simulation.Traffic(TimeSpan.Zero, S(300), Kinds["call"].Pause);
        for (double at = 10; at < 280; at += 3 + (7 * random.NextDouble())) simulation.Outage(S(at), S(at + (3 * random.NextDouble())));
        simulation.RunUntil(S(310));

        Assert.Empty(simulation.Switches);
    });

    [Fact]
    public void A_change_of_network_with_a_short_gap_moves_nobody() => ForEachSeed(Seeds, seed =>
    {
        FailoverSimulation simulation = new(seed) { Loss = 0.01 };
        simulation.Start();
        simulation.Traffic(TimeSpan.Zero, S(120), Kinds["game"].Pause);
        simulation.At(S(60), () => simulation.Machine.NetworkLost(simulation.Now));
        simulation.Outage(S(60), S(62.5));
        simulation.At(S(62), () => simulation.Machine.NetworkChanged(simulation.Now));
        simulation.RunUntil(S(120));

        Assert.Empty(simulation.Switches);
        Assert.Equal(FailoverState.Healthy, simulation.Machine.State);
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_device_that_sleeps_or_a_process_that_is_stopped_moves_nobody_when_it_wakes(bool told) => ForEachSeed(Seeds, seed =>
    {
        FailoverSimulation simulation = new(seed);
        simulation.Start();
        simulation.Traffic(TimeSpan.Zero, S(60), Kinds["game"].Pause);
        simulation.Traffic(S(4000.1), S(4060), Kinds["game"].Pause);
        simulation.Outage(S(59.5), S(4000.3)); // the last half second went out in vain, and the radio takes its time
        simulation.Freeze(S(60), S(4000));
        if (told) simulation.At(S(4000), () => simulation.Machine.Resumed(simulation.Now));
        simulation.RunUntil(S(4060));

        Assert.Empty(simulation.Switches);
        Assert.Equal(FailoverState.Healthy, simulation.Machine.State);
    });

    [Fact]
    public void A_process_stopped_in_the_middle_of_a_doubt_moves_nobody_from_a_node_that_lives() => ForEachSeed(Seeds, seed =>
    {
        FailoverSimulation simulation = new(seed);
        simulation.Nodes[0].Die(S(60), S(61.2)); // restarts its network in the middle of it
        simulation.Start();
        simulation.Traffic(TimeSpan.Zero, S(90), Kinds["game"].Pause);
        simulation.Freeze(S(61.1), S(70));
        simulation.RunUntil(S(90));

        Assert.Empty(simulation.Switches);
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void When_current_and_standby_die_together_a_third_is_chosen(bool batches) => ForEachSeed(Seeds, seed =>
    {
        FailoverSimulation simulation = new(seed) { Loss = 0.01, ProbesInBatches = batches };
        simulation.Start();
        simulation.Traffic(TimeSpan.Zero, S(120), Kinds["game"].Pause);
        simulation.Nodes[0].Die(Killed);
        simulation.Nodes[1].Die(Killed);
        simulation.RunUntil(S(120));

        Assert.Contains(simulation.Machine.Current, new[] { simulation.Nodes[2].Id, simulation.Nodes[3].Id });
        Assert.Equal(FailoverState.Healthy, simulation.Machine.State);
    });

    [Fact]
    public void A_node_that_recovers_does_not_get_its_users_back() => ForEachSeed(Seeds, seed =>
    {
        FailoverSimulation simulation = new(seed) { Loss = 0.01 };
        simulation.Start();
        simulation.Traffic(TimeSpan.Zero, S(600), Kinds["game"].Pause);
        simulation.Nodes[0].Die(S(60), S(65));
        simulation.RunUntil(S(600));

        Assert.Single(simulation.Switches);
        Assert.Equal(simulation.Nodes[1].Id, simulation.Machine.Current);
    });

    [Fact]
    public void Two_nodes_that_fail_in_turns_are_switched_between_ever_more_slowly()
    {
        FailoverSimulation simulation = new(seed: 3, nodes: 2);
        simulation.Start();
        simulation.Traffic(TimeSpan.Zero, S(600), Kinds["game"].Pause);
        for (int i = 0; i < 60; i++) simulation.Nodes[i % 2].Die(S(10 * i), S((10 * i) + 5)); // never both
        simulation.RunUntil(S(600));

        // Without backing off it would be 60.
        Assert.InRange(simulation.Switches.Count(), 2, 12);
    }

    [Fact]
    public void A_node_whose_process_answers_probes_but_no_handshake_is_left() => ForEachSeed(Seeds, seed =>
    {
        FailoverSimulation simulation = new(seed);
        simulation.Nodes[0].AnswersHandshakes = false;
        simulation.Start();
        simulation.Traffic(TimeSpan.Zero, S(118), Kinds["game"].Pause);
        simulation.At(S(119), () => simulation.Nodes[0].AnswersData = false); // and its sessions are gone
        simulation.Traffic(S(120), S(180), Kinds["game"].Pause);
        simulation.RunUntil(S(180));

        Assert.Equal(FailoverReason.HandshakeUnanswered, Assert.Single(simulation.Switches).Decision.Reason);
        Assert.InRange(simulation.Switches.First().At, S(129), S(132));
    });

    [Fact]
    public void A_drain_moves_every_client_before_its_deadline_and_not_all_at_once()
    {
        var moved = new List<double>();
        ForEachSeed(Seeds, seed =>
        {
            FailoverSimulation simulation = new(seed) { Loss = 0.01 };
            simulation.Start();
            simulation.Traffic(TimeSpan.Zero, S(700), Kinds["menu"].Pause);
            simulation.At(S(10), () => simulation.Machine.Draining(S(610), simulation.Now, new Random(seed).NextDouble()));
            simulation.RunUntil(S(305));
            Assert.Equal(simulation.Nodes[0].Id, simulation.Machine.Current); // under traffic not before half of the time
            simulation.RunUntil(S(610));
            Assert.Equal(simulation.Nodes[1].Id, simulation.Machine.Current);
            Assert.Empty(simulation.Switches);
            moved.Add(simulation.Decisions.First(static made => made.Decision.Action == FailoverAction.Prefer).At.TotalSeconds);
        });

        Assert.True(moved.Max() - moved.Min() > 200);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void The_same_seed_gives_the_same_run(int seed)
    {
        Assert.Equal(Run(), Run());

        List<(TimeSpan, FailoverDecision)> Run()
        {
            FailoverSimulation simulation = new(seed) { Loss = 0.05, Delay = Ms(100) };
            simulation.Start();
            simulation.Traffic(TimeSpan.Zero, S(100), Kinds["bursts"].Pause, 3);
            simulation.Nodes[0].Die(S(50));
            simulation.RunUntil(S(100));
            return simulation.Decisions;
        }
    }

    private double[] TimesToSwitch(string kind, double loss, bool warm)
    {
        var times = new List<double>();
        ForEachSeed(Seeds, seed =>
        {
            FailoverSimulation simulation = new(seed) { Loss = loss, StandbyWanted = warm, Delay = Ms(10) };
            simulation.Start();
            TimeSpan killed = Killed + Ms(1000 * new Random(seed).NextDouble());
            simulation.Traffic(TimeSpan.Zero, S(80), Kinds[kind].Pause, Kinds[kind].Burst);
            simulation.Nodes[0].Die(killed);
            TimeSpan moved = TimeSpan.MaxValue;
            for (TimeSpan now = killed; now < S(80); now += Ms(5))
            {
                simulation.RunUntil(now);
                if (simulation.Machine.State != FailoverState.Healthy || simulation.Machine.Current == simulation.Nodes[0].Id) continue;
                moved = now;
                break;
            }
            Assert.NotEqual(TimeSpan.MaxValue, moved);
            times.Add((moved - killed).TotalSeconds); // until the new node has answered
        });
        times.Sort();
        output.WriteLine($"{kind}, loss {loss}, {(warm ? "warm" : "cold")}: p50 {Percentile([.. times], 0.5):0.00} s, "
            + $"p95 {Percentile([.. times], 0.95):0.00} s, worst {times[^1]:0.00} s");
        return [.. times];
    }

    private static void ForEachSeed(int seeds, Action<int> run)
    {
        for (int seed = 1; seed <= seeds; seed++)
        {
            try
            {
                run(seed);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"seed {seed}: {exception.Message}", exception);
            }
        }
    }

    private static double Percentile(double[] sorted, double share) => sorted[(int)Math.Ceiling(share * sorted.Length) - 1];

    private static TimeSpan S(double seconds) => TimeSpan.FromSeconds(seconds);

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
