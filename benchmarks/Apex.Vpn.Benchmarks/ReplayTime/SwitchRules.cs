using Apex.Vpn.Routing.Failover;

namespace Apex.Vpn.Benchmarks.ReplayTime;

/// <summary>Ours: <see cref="StickinessRule"/> with its defaults, a slice being one round of probes, and nothing going on that a move would
/// tear.</summary>
internal sealed class OwnRule(Guid[] servers) : ISwitchRule
{
    private readonly StickinessRule _rule = new();

    public int Decide(int current, ReadOnlySpan<(int Server, double Rtt)> measured, TimeSpan now)
    {
        foreach ((int server, double rtt) in measured)
        {
            bool answered = !double.IsNaN(rtt);
            _rule.Observe(servers[server], 1, answered ? 1 : 0, answered ? TimeSpan.FromMilliseconds(rtt) : default, now);
        }
        StickinessVerdict verdict = _rule.Judge(servers[current], servers, trafficFlows: false, now);
        if (!verdict.Moves) return current;
        _rule.Moved(now);
        return Array.IndexOf(servers, verdict.Server);
    }
}

/// <summary>Always to the fastest of the latest measurements.</summary>
internal sealed class AlwaysRule : ISwitchRule
{
    public int Decide(int current, ReadOnlySpan<(int Server, double Rtt)> measured, TimeSpan now) => FirstChoice.Of(measured) ?? current;
}

/// <summary>Never: what was best at first is kept.</summary>
internal sealed class NeverRule : ISwitchRule
{
    public int Decide(int current, ReadOnlySpan<(int Server, double Rtt)> measured, TimeSpan now) => current;
}

/// <summary>The choice that all rules begin with.</summary>
internal static class FirstChoice
{
    /// <summary>The fastest that answered; null when none did.</summary>
    internal static int? Of(ReadOnlySpan<(int Server, double Rtt)> measured)
    {
        (int Server, double Rtt)? best = null;
        foreach ((int Server, double Rtt) one in measured)
        {
            if (one.Rtt < (best?.Rtt ?? double.PositiveInfinity)) best = one;
        }
        return best?.Server;
    }
}
