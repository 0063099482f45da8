namespace Apex.Vpn.Protocol.Probes;

/// <summary>What the probes to one target found.</summary>
/// <param name="Target">The target.</param>
/// <param name="Sent">How many probes were sent.</param>
/// <param name="RoundTrips">How long those took that were answered, in the order of the answers.</param>
public sealed record ProbeResult(ProbeTarget Target, int Sent, IReadOnlyList<TimeSpan> RoundTrips)
{
    /// <summary>The share of probes that were not answered: 0 to 1.</summary>
    public double Loss => Sent == 0 ? 0 : 1 - ((double)RoundTrips.Count / Sent);

    /// <summary>The shortest round trip, which comes nearest to the way itself; null when nothing was answered.</summary>
    /// <remarks>
    /// Null from every node does not mean that all are down: probes may be blocked, or off. What is known from before, and handshakes, decide
    /// then.
    /// </remarks>
    public TimeSpan? Shortest => RoundTrips.Count == 0 ? null : RoundTrips.Min();
}
