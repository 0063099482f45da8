namespace Apex.Vpn.Routing.Latency;

/// <summary>
/// By which Internet Protocol to reach a server that offers both: version 6, unless that is slower by more than a margin or silent. In the
/// spirit of RFC 8305 (happy eyeballs), but by measured round trips instead of a head start.
/// </summary>
/// <remarks>Pure functions; safe from any thread.</remarks>
public static class IpVersionChoice
{
    /// <summary>Version 6 may be slower by this share. It spares the client a NAT, whose mappings expire; 10 % is what it is worth to
    /// Tailscale.</summary>
    public const double Margin = 0.1;

    /// <summary>Versions this close, in milliseconds, are as fast: three probes do not tell them apart.</summary>
    public const double LeastMargin = 3;

    /// <summary>So many probes lost in a row, with none answered since, mean that a server is not reached.</summary>
    public const int SilentAfter = 3;

    /// <summary>The version to use.</summary>
    /// <param name="v4">What is known by version 4; null when the server or the client has none.</param>
    /// <param name="v6">The same by version 6.</param>
    /// <returns>Version 6 when nothing is known of either.</returns>
    public static IpVersion Prefer(RttEstimator? v4, RttEstimator? v6)
    {
        if (v6 is null || v4 is null) return v6 is null && v4 is not null ? IpVersion.V4 : IpVersion.V6;
        bool four = IsReached(v4), six = IsReached(v6);
        if (!four || !six) return four ? IpVersion.V4 : IpVersion.V6;
        double allowed = Math.Max(LeastMargin, Margin * v4.SmoothedRtt.TotalMilliseconds);
        return v6.SmoothedRtt.TotalMilliseconds <= v4.SmoothedRtt.TotalMilliseconds + allowed ? IpVersion.V6 : IpVersion.V4;
    }

    /// <summary>Whether a server answered, and has not been silent since.</summary>
    /// <param name="measured">What is known of it.</param>
    public static bool IsReached(RttEstimator measured)
    {
        ArgumentNullException.ThrowIfNull(measured);
        return measured.HasRtt && measured.LossesInARow < SilentAfter;
    }
}
