namespace Apex.Vpn.Fleet.Rollouts;

/// <summary>Where a failure rate lies, given what was counted: the score interval of Wilson (1927).</summary>
/// <remarks>It stays inside 0 to 1 and is right for few events and for rates near zero, where the textbook's normal interval is not.</remarks>
/// <param name="Lower">The lower bound.</param>
/// <param name="Upper">The upper bound.</param>
public readonly record struct WilsonInterval(double Lower, double Upper)
{
    /// <summary>The interval for a count.</summary>
    /// <param name="count">What was counted. Of no events nothing is known: 0 to 1.</param>
    /// <param name="z">How many standard deviations each bound is away: 1.96 for 95 %.</param>
    internal static WilsonInterval Of(EventCount count, double z)
    {
        if (count.Total == 0) return new WilsonInterval(0, 1);
        double n = count.Total, rate = count.FailureRate, square = z * z;
        double center = rate + (square / (2 * n));
        double spread = z * Math.Sqrt((rate * (1 - rate) / n) + (square / (4 * n * n)));
        double scale = 1 + (square / n);
        return new WilsonInterval(Math.Max(0, (center - spread) / scale), Math.Min(1, (center + spread) / scale));
    }
}
