namespace Apex.Vpn.Fleet.Registry;

/// <summary>
/// How much of its weight a young node has: from 5 % to all of it in a straight line over ten minutes. A fault that shows only under load
/// so meets one client in twenty, and caches fill before the crowd comes.
/// </summary>
/// <remarks>A pure function. Safe from any thread.</remarks>
public static class WarmUp
{
    /// <summary>The weight at first, 5 %.</summary>
    public const double FirstWeight = 0.05;

    /// <summary>How long it takes, 10 min.</summary>
    public static readonly TimeSpan Duration = TimeSpan.FromMinutes(10);

    /// <summary>The weight of a node.</summary>
    /// <param name="age">How long it has been in service; a negative time counts as none.</param>
    /// <returns>0.05 to 1.</returns>
    public static double Weight(TimeSpan age) => FirstWeight + ((1 - FirstWeight) * Math.Clamp(age / Duration, 0, 1));
}
