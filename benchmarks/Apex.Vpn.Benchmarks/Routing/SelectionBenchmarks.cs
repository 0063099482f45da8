using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Transports;
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
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly SelectionResult _result = new();
    private readonly PathResult _path = new();
    private LatencyEstimate[] _latencies = [], _alike = [];
    private ServerStatus[] _statuses = [];
    private float[] _between = [];
    private ServerSelector _selector = null!;
    private PathSelector _paths = null!;
    private SelectionRequest _browsing = null!, _gaming = null!, _streaming = null!, _own = null!;
    private SelectionRequest[] _turns = null!;
    private PathRequest _twoHops = null!;
    private ulong _random;

    /// <summary>Servers in the list.</summary>
    [Params(500, 10_000)]
    public int Servers { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        var servers = new Server[Servers];
        (_latencies, _alike, _statuses) = (new LatencyEstimate[Servers], new LatencyEstimate[Servers], new ServerStatus[Servers]);
        for (int i = 0; i < Servers; i++)
        {
            int city = i % Math.Max(1, Servers / 6);
            servers[i] = new Server
            {
                Id = new Guid(i, 1, 1, [1, 2, 3, 4, 5, 6, 7, 8]),
                Name = "server " + i,
                Place = new Place("City " + city, CountryCode.Parse($"{(char)('A' + (city % 26))}{(char)('A' + (city % 2))}"), default),
                Provider = "provider " + random.Next(5),
                Endpoints = [Endpoint(TransportKind.WireGuardUdp, i, 51820), Endpoint(TransportKind.WireGuardTls, i, 443)],
                Keys = [Key(i, Now.AddDays(-2)), Key(i + Servers, Now.AddDays(-1))],
                Features = ServerFeatures.MultihopEntry | ServerFeatures.MultihopExit | (random.Next(20) == 0 ? 0 : ServerFeatures.IPv6),
                Capacity = 1000 * random.Next(1, 11),
            };
            _latencies[i] = new LatencyEstimate(
                10 + (200 * random.NextDouble()), 3 * random.NextDouble(), 0.01 * random.NextDouble(), LatencySource.Profile);
            _alike[i] = new LatencyEstimate(20, 1, 0, LatencySource.Profile);
            ServerStates states = random.Next(20) == 0 ? ServerStates.Automatic : ServerStates.InService;
            _statuses[i] = new ServerStatus(states, 0.9 * random.NextDouble(), 1);
        }
        var catalog = new SelectionCatalog(new ServerList { Version = 1, Issued = Now.AddDays(-1), Expires = Now.AddDays(1), Servers = servers });
        (_selector, _paths) = (new ServerSelector(catalog), new PathSelector(catalog));
        _browsing = new SelectionRequest { Features = ServerFeatures.IPv6 };
        _gaming = _browsing with { Policy = SelectionPolicies.Gaming };
        _streaming = _browsing with { Policy = SelectionPolicies.Streaming };
        _own = _browsing with { Policy = new OwnPolicy() };
        _turns =
        [
            _browsing with { ExcludedCountries = [CountryCode.Parse("AA")] },
            _browsing with { ExcludedCountries = [CountryCode.Parse("BB")] },
        ];
        _twoHops = new PathRequest { Exit = _browsing, Mode = MultihopMode.Always };
        if (Servers > 1000) return;
        _between = new float[Servers * Servers];
        for (int i = 0; i < _between.Length; i++) _between[i] = 1 + (150 * random.NextSingle());
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

    /// <summary>Every entry with every exit, asked for; with 500 servers only.</summary>
    [Benchmark]
    public int TwoHops()
    {
        if (_between.Length == 0) return 0;
        _paths.Select(_twoHops, Input(_latencies), _between, _path);
        return _path.ExitIndex;
    }

    private static ServerEndpoint Endpoint(TransportKind transport, int address, ushort port) =>
        new(transport, UdpEndpoint.FromIPv4((uint)address, port));

    private static ServerKey Key(int number, DateTimeOffset notBefore) =>
        new(PublicKey.Parse(number.ToString("x64", null)), notBefore, notBefore.AddDays(1));

    private int Select(SelectionRequest request, LatencyEstimate[] latencies)
    {
        _selector.Select(request, Input(latencies), _result);
        return _result.ChosenIndex;
    }

    private SelectionInput Input(LatencyEstimate[] latencies) =>
        new() { Latencies = latencies, Statuses = _statuses, Now = Now, Random = _random++, Current = 3 };

    private sealed class OwnPolicy : ISelectionPolicy
    {
        public string Name => "own";

        public bool Excludes(in Candidate candidate) => candidate.Server.Capacity < 2000;

        public ServerCost Cost(in Candidate candidate) =>
            CostModel.Default.Compute(candidate.Latency, candidate.Status.Load, (candidate.Server.Features & ServerFeatures.Owned) != 0 ? 0 : 5);
    }
}
