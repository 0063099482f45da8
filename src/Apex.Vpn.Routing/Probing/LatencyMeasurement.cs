using Apex.Vpn.Routing.Latency;

namespace Apex.Vpn.Routing.Probing;

/// <summary>What measuring one target found. Immutable.</summary>
/// <param name="Target">The target.</param>
/// <param name="Sent">How many times it was asked.</param>
/// <param name="RoundTrips">How long the answers took.</param>
public sealed record LatencyMeasurement(LatencyTarget Target, int Sent, IReadOnlyList<TimeSpan> RoundTrips)
{
    /// <summary>Enters it into a map. Answers that came faster than light count as lost: whoever sent them, the server did not.</summary>
    /// <param name="map">The map, which still has the list that the target is from.</param>
    /// <param name="now">The time of the call, on the map's clock.</param>
    /// <param name="kilometres">The distance to the server where both places are known, or NaN.</param>
    /// <returns>How many answers counted.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The map does not have the server, or the distance is negative.</exception>
    public int Record(LatencyMap map, TimeSpan now, double kilometres = double.NaN)
    {
        ArgumentNullException.ThrowIfNull(map);
        int counted = 0;
        foreach (TimeSpan roundTrip in RoundTrips)
        {
            if (map.AddSample(Target.Order.Server, Target.Order.Version, roundTrip, now, kilometres)) counted++;
        }
        for (int lost = counted; lost < Sent; lost++) map.AddLoss(Target.Order.Server, Target.Order.Version, now);
        return counted;
    }
}
