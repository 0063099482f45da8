using Apex.Vpn.Routing.Directory;
using Apex.Vpn.Routing.Latency;
using Apex.Vpn.Routing.Selection;
using BenchmarkDotNet.Attributes;

namespace Apex.Vpn.Benchmarks.Routing;

/// <summary>
/// One choice among all servers of a list: filters with a reason for each, costs, the equivalent set, the runner-up. A tenth of the
/// servers is out of service or lacks the feature that is asked for.
/// </summary>
[MemoryDiagnoser]
public class SelectionBenchmarks
{
    private readonly SelectionResult _result = new();
    private LatencyEstimate[] _latencies = [], _alike = [];
    private ServerStatus[] _statuses = [];
    private ServerSelector _selector = null!;
    private SelectionRequest _browsing = null!, _gaming = null!, _streaming = null!, _own = null!;
    private SelectionRequest[] _turns = null!;
    private ulong _random;

    /// <summary>Servers in the list.</summary>
    [Params(500, 10_000)]
    public int Servers { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        (SelectionCatalog catalog, _latencies, _statuses) = ServersForBenchmarks.Create(Servers);
        _alike = [.. Enumerable.Repeat(new LatencyEstimate(20, 1, 0, LatencySource.Profile), Servers)];
        _selector = new ServerSelector(catalog);
        _browsing = new SelectionRequest { Features = ServerFeatures.IPv6 };
        _gaming = _browsing with { Policy = SelectionPolicies.Gaming };
        _streaming = _browsing with { Policy = SelectionPolicies.Streaming };
        _own = _browsing with { Policy = new OwnPolicy() };
        _turns =
        [
            _browsing with { ExcludedCountries = [CountryCode.Parse("AA")] },
            _browsing with { ExcludedCountries = [CountryCode.Parse("BB")] },
        ];
    }

    /// <summary>What no choice can do without: each server's cost, and the least of them.</summary>
    [Benchmark(Baseline = true)]
    public double CostsAlone()
    {
        double least = double.PositiveInfinity;
        for (int i = 0; i < _latencies.Length; i++)
            least = Math.Min(least, CostModel.Default.Compute(_latencies[i], _statuses[i].Load, 0).Total);
        return least;
    }

    [Benchmark]
    public int Browsing() => Select(_browsing, _latencies);

    [Benchmark]
    public int Gaming() => Select(_gaming, _latencies);

    [Benchmark]
    public int Streaming() => Select(_streaming, _latencies);

    /// <summary>A policy as a user writes it: leaves some out, adds a penalty.</summary>
    [Benchmark]
    public int OwnPolicyOfAUser() => Select(_own, _latencies);

    /// <summary>The most expensive draw: many servers are equivalent.</summary>
    [Benchmark]
    public int AllAlike() => Select(_browsing, _alike);

    /// <summary>Another request each time: what depends on the list alone is filtered anew.</summary>
    [Benchmark]
    public int AnotherRequest() => Select(_turns[_random & 1], _latencies);

    private int Select(SelectionRequest request, LatencyEstimate[] latencies)
    {
        _selector.Select(request, Input(latencies), _result);
        return _result.ChosenIndex;
    }

    private SelectionInput Input(LatencyEstimate[] latencies) =>
        new() { Latencies = latencies, Statuses = _statuses, Now = ServersForBenchmarks.Now, Random = _random++, Current = 3 };

    private sealed class OwnPolicy : ISelectionPolicy
    {
        public string Name => "own";

        public bool Excludes(in Candidate candidate) => candidate.Server.Capacity < 2000;

        public ServerCost Cost(in Candidate candidate) =>
            CostModel.Default.Compute(candidate.Latency, candidate.Status.Load, (candidate.Server.Features & ServerFeatures.Owned) != 0 ? 0 : 5);
    }
}
