namespace Apex.Vpn.Fleet.Metrics;

/// <summary>What may be said about how many users there are. Immutable; safe from any thread.</summary>
public sealed record UsageRules
{
    /// <summary>The shortest window, 5 min.</summary>
    public static readonly TimeSpan MinWindow = TimeSpan.FromMinutes(5);

    /// <summary>The longest window, a day: the budget of noise is for a day.</summary>
    public static readonly TimeSpan MaxWindow = TimeSpan.FromDays(1);

    /// <summary>The rules above.</summary>
    public static UsageRules Default { get; } = new();

    /// <summary>A number of fewer users is not shown.</summary>
    /// <value>20 by default; 2 to 1 000 000.</value>
    public int MinUsers { get; init; } = 20;

    /// <summary>
    /// How much all windows of one day may tell about a user who is in all of them: ε of differential privacy. It is shared out evenly, so
    /// short windows are noisy ones: at 1, the noise of an hourly number is about 24, of one for 5 minutes 288, of a daily one 1.
    /// </summary>
    /// <value>1 by default; 0.01 to 100.</value>
    public double EpsilonPerDay { get; init; } = 1;

    /// <summary>How large the noise of each number is: 1/ε of one window.</summary>
    /// <param name="window">The window's length.</param>
    public double NoiseScale(TimeSpan window) => TimeSpan.FromDays(1) / window / EpsilonPerDay;
}
