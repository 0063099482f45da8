namespace Apex.Vpn.Protocol.Probes;

/// <summary>How a <see cref="ProbeClient"/> measures.</summary>
public sealed class ProbeClientOptions
{
    /// <summary>How many probes each target gets.</summary>
    /// <value>3 by default; 1 to 16.</value>
    public int Probes { get; init; } = 3;

    /// <summary>The time between two probes to one target.</summary>
    /// <value>100 ms by default; 10 ms to 10 s.</value>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>By how much that time is at most longer or shorter, by chance.</summary>
    /// <value>25 ms by default; not longer than the interval.</value>
    public TimeSpan Jitter { get; init; } = TimeSpan.FromMilliseconds(25);

    /// <summary>How long to wait after the last probe for answers still to come.</summary>
    /// <value>1 s by default; above zero, at most a minute.</value>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The clock of round trips, and the one that signed time was noted with.</summary>
    /// <value><see cref="SuspendAwareTimeProvider.Instance"/> by default.</value>
    public TimeProvider TimeProvider { get; init; } = SuspendAwareTimeProvider.Instance;

    internal void Validate()
    {
        Within(Probes, 1, 16);
        Within(Interval, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(10));
        Within(Jitter, TimeSpan.Zero, Interval);
        Within(Patience, TimeSpan.FromTicks(1), TimeSpan.FromMinutes(1));
        ArgumentNullException.ThrowIfNull(TimeProvider, "options");

        static void Within<T>(T value, T least, T most)
            where T : IComparable<T>
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, least, "options");
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, most, "options");
        }
    }
}
