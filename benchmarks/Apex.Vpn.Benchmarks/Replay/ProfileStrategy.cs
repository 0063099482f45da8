using Apex.Vpn.Routing.Latency.Profiles;

namespace Apex.Vpn.Benchmarks.Replay;

/// <summary>The client's own way: probes and choice by latency profiles.</summary>
internal sealed class ProfileStrategy(LatencyProfiles profiles) : IStrategy
{
    private readonly LatencyPredictor _predictor = new(profiles);

    public string Name => "profiles";

    public int Choose(ProbeLine line, int seed)
    {
        _predictor.Reset();
        while (line.Left > 0 && _predictor.NextProbe() is var site and >= 0)
        {
            double measured = line.Send(site);
            if (double.IsNaN(measured)) _predictor.AddLoss(site);
            else _predictor.AddRtt(site, measured);
        }
        return _predictor.Best();
    }
}
