using Apex.Vpn.Routing.Directory;
using Apex.Vpn.Routing.Latency;
using Apex.Vpn.Routing.Selection;
using BenchmarkDotNet.Attributes;

namespace Apex.Vpn.Benchmarks.Routing;

/// <summary>Ways through two of 500 servers, every entry with every exit, beside the direct choice.</summary>
[MemoryDiagnoser]
public class MultihopBenchmarks
{
    private const int Servers = 500;

    private readonly SelectionResult _direct = new();
    private readonly PathResult _path = new();
    private LatencyEstimate[] _latencies = [];
    private ServerStatus[] _statuses = [];
    private float[] _between = [];
    private ServerSelector _selector = null!;
    private PathSelector _paths = null!;
    private PathRequest _whenFaster = null!, _always = null!;
    private ulong _random;

    [GlobalSetup]
    public void Setup()
    {
        (SelectionCatalog catalog, _latencies, _statuses) = ServersForBenchmarks.Create(Servers);
        (_selector, _paths) = (new ServerSelector(catalog), new PathSelector(catalog));
        var random = new Random(2);
        _between = new float[Servers * Servers];
        for (int i = 0; i < _between.Length; i++) _between[i] = 1 + (150 * random.NextSingle());
        _whenFaster = new PathRequest { Exit = new SelectionRequest { Features = ServerFeatures.IPv6 } };
        _always = _whenFaster with { Mode = MultihopMode.Always };
    }

    [Benchmark(Baseline = true)]
    public int Direct()
    {
        _selector.Select(_whenFaster.Exit, Input(), _direct);
        return _direct.ChosenIndex;
    }

    [Benchmark]
    public int WhenFaster() => Select(_whenFaster);

    [Benchmark]
    public int Always() => Select(_always);

    private int Select(PathRequest request)
    {
        _paths.Select(request, Input(), _between, _path);
        return _path.ExitIndex;
    }

    private SelectionInput Input() =>
        new() { Latencies = _latencies, Statuses = _statuses, Now = ServersForBenchmarks.Now, Random = _random++ };
}
