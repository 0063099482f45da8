using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Routing.Latency.Profiles;

/// <summary>What a round trip takes as a rule by distance alone: the estimate of last resort.</summary>
/// <remarks>Pure functions; safe from any thread.</remarks>
public static class GeographicPrior
{
    /// <summary>Kilometres, one way, per millisecond of round trip: light in fibre, there and back (the allowance of Tailscale's choice of exits).</summary>
    public const double KilometresPerMillisecond = 100;

    /// <summary>What every way takes on top: access networks and processing, in milliseconds.</summary>
    public const double AccessMilliseconds = 5;

    /// <summary>The round trip in milliseconds: great-circle kilometres / 100 + 5. 5 to 206 ms.</summary>
    /// <param name="from">Where the client is.</param>
    /// <param name="to">Where the server is.</param>
    /// <returns>NaN where one of the places is none (<see cref="GeoPoint.IsValid"/>).</returns>
    public static double EstimateRtt(GeoPoint from, GeoPoint to) =>
        from.IsValid && to.IsValid ? (from.DistanceTo(to) / KilometresPerMillisecond) + AccessMilliseconds : double.NaN;
}
