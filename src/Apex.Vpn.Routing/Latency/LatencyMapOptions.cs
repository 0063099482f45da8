namespace Apex.Vpn.Routing.Latency;

/// <summary>How a <see cref="LatencyMap"/> remembers. Copied when the map is made.</summary>
public sealed class LatencyMapOptions
{
    /// <summary>After how long without an answer a measurement no longer counts.</summary>
    /// <value>30 min by default: three full rounds of probes. 1 s to 24 h.</value>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Of how many servers measurements are kept; the one longest not probed makes room.</summary>
    /// <value>256 by default, about 64 KiB; 8 to 4096.</value>
    public int Capacity { get; init; } = 256;

    internal void Validate()
    {
        OptionRange.Require(MaxAge, TimeSpan.FromSeconds(1), TimeSpan.FromHours(24), nameof(MaxAge));
        OptionRange.Require(Capacity, 8, 4096, nameof(Capacity));
    }
}
