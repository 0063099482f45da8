using Apex.Vpn.Routing.Directory;
using Apex.Vpn.Routing.Latency;

namespace Apex.Vpn.Routing.Tests.Selection;

/// <summary>Fleets by seed in which much is wrong: states, numbers out of range, expired keys.</summary>
internal static class RandomFleet
{
    private static readonly double[] Garbage = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, -1, -1e300, 1e300];

    /// <param name="seed">Any number; the same one gives the same fleet.</param>
    /// <param name="wrong">The share of values that make no sense.</param>
    internal static Fleet Create(int seed, double wrong)
    {
        var random = new Random(seed);
        var fleet = new Fleet();
        int count = random.Next(1, 40);
        for (int i = 0; i < count; i++)
        {
            bool isExpired = random.NextDouble() < 0.1;
            fleet.Add(
                load: Value(random, wrong, 1),
                country: random.Next(2) == 0 ? "NL" : "SE",
                city: "City " + random.Next(4),
                provider: random.Next(3) switch { 0 => "", 1 => "one", _ => "two" },
                capacity: random.Next(10) == 0 ? random.Next(-5, 1) : random.Next(1, 10_000),
                features: (ServerFeatures)random.Next(64),
                states: random.Next(3) == 0 ? (ServerStates)random.Next(8) : ServerStates.InService,
                weight: Value(random, wrong, 1),
                keys: [new ServerKey(Fleet.Key(i + 1), Fleet.Now.AddDays(-2), Fleet.Now.AddDays(isExpired ? -1 : 1))]);
            fleet.Latencies[i] = new LatencyEstimate(
                Value(random, wrong, 100), Value(random, wrong, 5), Value(random, wrong, 0.1), (LatencySource)random.Next(4));
        }
        return fleet;
    }

    /// <summary>Whether the server has all that a request without wishes asks for, looked up the plain way.</summary>
    internal static bool IsPossible(Fleet fleet, int server) =>
        (fleet.Statuses[server].States & ServerStates.Automatic) != 0 && fleet[server].Keys.Any(static key => key.IsValidAt(Fleet.Now));

    internal static bool IsInService(Fleet fleet, int server) =>
        (fleet.Statuses[server].States & ServerStates.InService) == ServerStates.InService
        && fleet.Statuses[server] is { Load: >= 0 and < 0.97, Weight: > 0 };

    internal static bool IsLatencyKnown(Fleet fleet, int server) =>
        fleet.Latencies[server] is { IsKnown: true, Loss: >= 0 and <= 1 } latency
        && latency is { Rtt: >= 0 and < double.PositiveInfinity, Jitter: >= 0 and < double.PositiveInfinity };

    private static double Value(Random random, double wrong, double most) =>
        random.NextDouble() < wrong ? Garbage[random.Next(Garbage.Length)] : random.NextDouble() * most;
}
