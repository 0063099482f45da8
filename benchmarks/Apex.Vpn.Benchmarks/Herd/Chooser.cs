using Apex.Vpn.Routing.Directory;
using Apex.Vpn.Routing.Latency;
using Apex.Vpn.Routing.Selection;

namespace Apex.Vpn.Benchmarks.Herd;

/// <summary>One user's choice by one strategy: fills in what that user knows and asks the selector.</summary>
internal sealed class Chooser(World world, Strategy strategy)
{
    private readonly ServerSelector _selector = new(world.Catalog);
    private readonly SelectionRequest _request = new();
    private readonly LatencyEstimate[] _latencies = new LatencyEstimate[world.Catalog.Count];

    internal SelectionResult Result { get; } = new();

    /// <summary>The chosen server; -1 when there is none.</summary>
    /// <param name="user">Who chooses.</param>
    /// <param name="statuses">What is published.</param>
    /// <param name="random">The user's number.</param>
    /// <param name="current">The server in use; -1 for none.</param>
    /// <param name="avoidServer">A server that just did not answer; -1 for none.</param>
    /// <param name="avoidCity">A city where two did not; -1 for none.</param>
    internal int Choose(int user, ServerStatus[] statuses, ulong random, int current = -1, int avoidServer = -1, int avoidCity = -1)
    {
        ReadOnlySpan<int> cities = world.CitiesOf(user);
        for (int i = 0; i < cities.Length; i++)
        {
            for (int server = world.FirstServers[cities[i]]; server < world.FirstServers[cities[i] + 1]; server++)
            {
                if (server != avoidServer && cities[i] != avoidCity) _latencies[server] = world.Way(user, i, server);
            }
        }
        var input = new SelectionInput
        {
            Latencies = _latencies,
            Statuses = statuses,
            Now = World.Now,
            Random = random,
            Current = current >= 0 ? current : null,
        };
        _selector.Select(_request, in input, Result);
        foreach (int city in cities) _latencies.AsSpan(world.FirstServers[city]..world.FirstServers[city + 1]).Clear();
        return strategy switch
        {
            Strategy.TwoChoices => Result.ChosenIndex,
            Strategy.Cheapest => Cheapest(),
            _ => Uniform(random),
        };
    }

    private int Cheapest()
    {
        (int best, double least) = (-1, double.PositiveInfinity);
        for (int i = 0; i < Result.Costs.Length; i++)
        {
            if (Result.Costs[i] < least) (best, least) = (i, Result.Costs[i]);
        }
        return best;
    }

    private int Uniform(ulong random)
    {
        if (Result.EquivalentCount == 0) return -1;
        int left = (int)(random % (ulong)Result.EquivalentCount);
        for (int i = 0; ; i++)
        {
            if (Result.IsEquivalent(i) && left-- == 0) return i;
        }
    }
}
