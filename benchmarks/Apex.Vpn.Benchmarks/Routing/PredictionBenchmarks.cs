using Apex.Vpn.Routing.Directory;
using Apex.Vpn.Routing.Latency.Profiles;
using BenchmarkDotNet.Attributes;

namespace Apex.Vpn.Benchmarks.Routing;

/// <summary>What a client's decision costs: eight probes' worth of questions and answers, and the choice. The baseline is one question.</summary>
[MemoryDiagnoser]
public class PredictionBenchmarks
{
    private const int Users = 1000;
    private const int MinMembers = 5;
    private const int Probes = 8;

    private LatencyPredictor _predictor = null!;
    private double[] _truth = [];

    /// <summary>Columns of the profiles: cities, not servers.</summary>
    [Params(60, 500)]
    public int Sites { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        GeoPoint[] points = [.. Enumerable.Range(0, Sites + Users + 1).Select(_ => new GeoPoint((130 * random.NextDouble()) - 60, (360 * random.NextDouble()) - 180))];
        Place[] places = [.. points[..Sites].Select(static (point, site) => new Place($"City {site}", default, point))];
        double[] mesh = [.. places.SelectMany(one => places.Select(other => GeographicPrior.EstimateRtt(one.Location, other.Location)))];
        var builder = new ProfileBuilder(places, mesh, MinMembers);
        foreach (GeoPoint user in points[Sites..^1]) builder.AddUser([.. places.Select(place => GeographicPrior.EstimateRtt(user, place.Location))]);
        _predictor = new LatencyPredictor(builder.Build()) { MinGain = 0 };
        _truth = [.. places.Select(place => GeographicPrior.EstimateRtt(points[^1], place.Location))];
    }

    [Benchmark(Baseline = true)]
    public int SecondProbe()
    {
        _predictor.Reset();
        int landmark = _predictor.NextProbe();
        _predictor.AddRtt(landmark, _truth[landmark]);
        return _predictor.NextProbe();
    }

    [Benchmark]
    public int Decision()
    {
        _predictor.Reset();
        for (int probe = 0; probe < Probes && _predictor.NextProbe() is var site and >= 0; probe++) _predictor.AddRtt(site, _truth[site]);
        return _predictor.Best();
    }
}
