namespace Apex.Vpn.Fleet.Rollouts;

/// <summary>How many events there were and how many of them failed.</summary>
public readonly record struct EventCount
{
    /// <summary>Counts of one group of nodes.</summary>
    /// <param name="total">All events, not negative.</param>
    /// <param name="failed">Those that failed, 0 to <paramref name="total"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is out of its range.</exception>
    public EventCount(long total, long failed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(total);
        ArgumentOutOfRangeException.ThrowIfNegative(failed);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(failed, total);
        Total = total;
        Failed = failed;
    }

    /// <summary>All events.</summary>
    public long Total { get; }

    /// <summary>Those that failed.</summary>
    public long Failed { get; }

    /// <summary>The share that failed, 0 to 1; 0 when there were none.</summary>
    public double FailureRate => Total == 0 ? 0 : (double)Failed / Total;
}
