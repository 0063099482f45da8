namespace Apex.Vpn.Routing.Latency;

/// <summary>What is believed of the way to one server. A value; immutable.</summary>
/// <param name="Rtt">The round trip, in milliseconds.</param>
/// <param name="Jitter">How much it varies, in milliseconds.</param>
/// <param name="Loss">The share of packets lost, 0 to 1.</param>
/// <param name="Source">Where this comes from.</param>
public readonly record struct LatencyEstimate(double Rtt, double Jitter, double Loss, LatencySource Source)
{
    /// <summary>Whether anything is known.</summary>
    public bool IsKnown => Source != LatencySource.None;

    /// <summary>What probes and handshakes of one server say.</summary>
    /// <param name="measured">The measurements; without an answer there is no estimate of the round trip, and the source is none.</param>
    public static LatencyEstimate From(RttEstimator measured)
    {
        ArgumentNullException.ThrowIfNull(measured);
        return measured.HasRtt
            ? new(measured.PeakRtt.TotalMilliseconds, measured.Jitter.TotalMilliseconds, measured.Loss, LatencySource.Measured)
            : default;
    }
}
