using System.Globalization;
using Xunit.Abstractions;

namespace Apex.Vpn.Protocol.Tests.Simulation;

/// <summary>
/// Networks in trouble, a million steps of them in all: no counter twice under one key, nothing delivered twice, outside the window, to the wrong
/// node or from a source that is not allowed; afterwards every pair talks again, and nothing is left behind.
/// </summary>
public abstract class ChaosTests(ITestOutputHelper output)
{
    private const int Steps = 30_000;

    private static readonly int RunCount = int.Parse(Environment.GetEnvironmentVariable("APEX_CHAOS_RUNS") ?? "10", CultureInfo.InvariantCulture);

    public static TheoryData<int> Runs => [.. Enumerable.Range(0, RunCount)];

    internal void Endure(int run, ChaosOptions options) => Seeds.Run(seed =>
    {
        using var chaos = new Chaos(seed + (ulong)run, options);
        chaos.Run(Steps);
        output.WriteLine($"Seed {chaos.World.Seed}: {chaos.Steps} steps, {chaos.World.Elapsed} of virtual time, "
            + $"{chaos.Summary}, recovered after {chaos.Recovery}.");
    });
}

public sealed class PairChaosTests(ITestOutputHelper output) : ChaosTests(output)
{
    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        int[] digests = [.. new ulong[] { 7, 7, 8 }.Select(seed =>
        {
            using var chaos = new Chaos(seed, new ChaosOptions { Nodes = 2 });
            chaos.Run(2_000);
            return chaos.Digest;
        })];
        Assert.Equal(digests[0], digests[1]);
        Assert.NotEqual(digests[1], digests[2]);
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void Two_nodes_survive(int run) => Endure(run, new ChaosOptions { Nodes = 2 });
}

public sealed class MeshChaosTests(ITestOutputHelper output) : ChaosTests(output)
{
    [Theory]
    [MemberData(nameof(Runs))]
    public void Three_to_five_nodes_that_all_talk_to_each_other_survive(int run) =>
        Endure(run, new ChaosOptions { Nodes = 3 + (run % 3), FixedNodes = 1 + (run % 2) });
}

public sealed class StarChaosTests(ITestOutputHelper output) : ChaosTests(output)
{
    [Theory]
    [MemberData(nameof(Runs))]
    public void A_hub_and_its_clients_survive(int run) => Endure(run, new ChaosOptions { Nodes = 3 + (run % 3), IsStar = true });
}

public sealed class LoadChaosTests(ITestOutputHelper output) : ChaosTests(output)
{
    [Theory]
    [MemberData(nameof(Runs))]
    public void Nodes_under_handshake_load_survive_and_find_each_other_while_it_lasts(int run) =>
        Endure(run, new ChaosOptions { Nodes = 2 + (run % 3), IsStar = true, Floods = true, RecoversWithin = TimeSpan.FromSeconds(120) });
}
