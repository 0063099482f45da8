namespace Apex.Vpn.Protocol;

/// <summary>How many threads carry a device's packets.</summary>
public enum DataThreads
{
    /// <summary><see cref="One"/> where there are two processors or fewer, as measured there; <see cref="Two"/> where each thread has a
    /// processor to itself.</summary>
    Automatic,

    /// <summary>One for both directions: the fewest wake-ups, so the most throughput of few cores and the shortest idle round trip.</summary>
    /// <remarks>Two where the TUN or the transport cannot be waited for together with another.</remarks>
    One,

    /// <summary>One for each direction: the most packets per second, and the shortest round trip under load.</summary>
    Two,
}
