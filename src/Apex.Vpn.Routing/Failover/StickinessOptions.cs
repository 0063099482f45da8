namespace Apex.Vpn.Routing.Failover;

/// <summary>When a <see cref="StickinessRule"/> lets go. Copied when a rule is made.</summary>
public sealed class StickinessOptions
{
    /// <summary>How much faster another server must be at least.</summary>
    /// <value>10 ms by default, as Tailscale's; 0 to 1 s.</value>
    public TimeSpan LeastGain { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>How much faster it must be, as a share of the current server's time.</summary>
    /// <value>1/3 by default, as Tailscale's; 0 to 1.</value>
    public double LeastShare { get; init; } = 1.0 / 3;

    /// <summary>
    /// By how many standard errors the gain must exceed that: what is measured of two servers that vary is worth less than of two that do
    /// not.
    /// </summary>
    /// <value>1.28 by default: of differences that are chance alone, nine in ten fall short. 0 to 5.</value>
    public double Confidence { get; init; } = 1.28;

    /// <summary>In how many rounds both servers must have been measured.</summary>
    /// <value>3 by default: two may agree by chance. 2 to 64.</value>
    public int LeastRounds { get; init; } = 3;

    /// <summary>The least time from one move to the next.</summary>
    /// <value>60 s by default; 0 to 1 h.</value>
    public TimeSpan Dwell { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>After how long without a measurement a server no longer counts.</summary>
    /// <value>5 min by default; 10 s to 24 h.</value>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The share of lost packets above which a path is bad.</summary>
    /// <value>0.05 by default; 0.001 to 1.</value>
    public double BadLoss { get; init; } = 0.05;

    /// <summary>How long it must be so.</summary>
    /// <value>3 s by default; 0 to 5 min.</value>
    public TimeSpan BadLossTime { get; init; } = TimeSpan.FromSeconds(3);

    internal void Validate()
    {
        OptionRange.Require(LeastGain, TimeSpan.Zero, TimeSpan.FromSeconds(1), nameof(LeastGain));
        OptionRange.Require(LeastShare, 0, 1, nameof(LeastShare));
        OptionRange.Require(Confidence, 0, 5, nameof(Confidence));
        OptionRange.Require(LeastRounds, 2, 64, nameof(LeastRounds));
        OptionRange.Require(Dwell, TimeSpan.Zero, TimeSpan.FromHours(1), nameof(Dwell));
        OptionRange.Require(MaxAge, TimeSpan.FromSeconds(10), TimeSpan.FromHours(24), nameof(MaxAge));
        OptionRange.Require(BadLoss, 0.001, 1, nameof(BadLoss));
        OptionRange.Require(BadLossTime, TimeSpan.Zero, TimeSpan.FromMinutes(5), nameof(BadLossTime));
    }
}
