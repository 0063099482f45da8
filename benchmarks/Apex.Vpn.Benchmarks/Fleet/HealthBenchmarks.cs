using Apex.Vpn.Fleet.Health;
using Apex.Vpn.Fleet.Registry;
using BenchmarkDotNet.Attributes;

namespace Apex.Vpn.Benchmarks.Fleet;

/// <summary>What one replica spends on the health of a fleet whose nodes beat every 5 s.</summary>
[MemoryDiagnoser]
public class HealthBenchmarks
{
    private readonly HealthAction[] _actions = new HealthAction[256];
    private readonly Random _random = new(1);
    private Guid[] _nodes = [];
    private HealthMonitor _monitor = new(1, TimeSpan.Zero);
    private NodeRegistry _registry = new();
    private TimeSpan _now, _step;
    private int _next;

    /// <summary>How many nodes the fleet has.</summary>
    [Params(500, 10_000)]
    public int Nodes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _monitor = new HealthMonitor(1, TimeSpan.Zero);
        _registry = new NodeRegistry();
        _nodes = new Guid[Nodes];
        var bytes = new byte[16];
        for (int i = 0; i < Nodes; i++)
        {
            _random.NextBytes(bytes);
            _nodes[i] = new Guid(bytes);
            var site = new NodeSite($"region-{i * 20 / Nodes}", $"city-{i * 100 / Nodes}", $"provider-{i % 12}");
            long epoch = _registry.Open(_nodes[i], _nodes[i], 1, TimeSpan.Zero).Epoch;
            _monitor.Watch(_nodes[i], epoch, site, NodeHealth.Good, TimeSpan.Zero);
        }
        // They do not beat in the order in which they are kept.
        _random.Shuffle(_nodes);
        _step = HealthMonitor.Interval / Nodes;
        for (int i = 0; i < 200 * Nodes; i++) Beat();
    }

    /// <summary>The next node's beat, and what is due then: a fleet that is well, beat by beat.</summary>
    [Benchmark(Baseline = true)]
    public int Beat()
    {
        _now += _step;
        _monitor.Beat(_nodes[_next], 1, _now);
        _next = _next + 1 == Nodes ? 0 : _next + 1;
        return _monitor.NextDeadline <= _now ? _monitor.Advance(_now, _actions) : 0;
    }

    /// <summary>The same at 1 % loss, with vantages that answer at once.</summary>
    [Benchmark]
    public int BeatWithLoss()
    {
        _now += _step;
        if (_random.Next(100) != 0) _monitor.Beat(_nodes[_next], 1, _now);
        _next = _next + 1 == Nodes ? 0 : _next + 1;
        if (_monitor.NextDeadline > _now) return 0;
        int count = _monitor.Advance(_now, _actions);
        foreach (ref readonly HealthAction action in _actions.AsSpan(0, count))
        {
            if (action.Kind == HealthActionKind.Probe) _monitor.Report(action.Node, action.Vantage, action.Round, true, _now);
        }
        return count;
    }

    /// <summary>One step of a node's life, which is refused: it looks up, checks the epoch and the table.</summary>
    [Benchmark]
    public bool Apply()
    {
        _next = _next + 1 == Nodes ? 0 : _next + 1;
        return _registry.Apply(_nodes[_next], 1, NodeEvent.Cleared, NodeReason.BeatsCame, _now).IsAccepted;
    }
}
