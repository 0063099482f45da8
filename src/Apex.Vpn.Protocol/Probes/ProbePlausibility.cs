namespace Apex.Vpn.Protocol.Probes;

/// <summary>
/// Whether round trips can be true. A node, or somebody before it, can seem farther than it is and never nearer than it is: who seems nearer
/// is not where it says.
/// </summary>
/// <remarks>Pure functions; safe from any thread.</remarks>
public static class ProbePlausibility
{
    /// <summary>No round trip covers more distance (one way, in kilometres) per millisecond: light in fibre does 100, and maps are not exact.</summary>
    public const double KilometresPerMillisecond = 150;

    /// <summary>Two probes together may be this much shorter than the way between their nodes.</summary>
    public const double MeshShare = 0.7;

    /// <summary>A handshake may take this many times as long as a probe.</summary>
    public const double HandshakeFactor = 1.5;

    /// <summary>Whether a round trip is long enough for the distance between two places that are both known.</summary>
    /// <param name="roundTrip">What a probe took.</param>
    /// <param name="kilometres">The distance, not negative.</param>
    /// <exception cref="ArgumentOutOfRangeException">The distance is negative or not a number.</exception>
    public static bool FitsDistance(TimeSpan roundTrip, double kilometres)
    {
        if (!(kilometres >= 0)) throw new ArgumentOutOfRangeException(nameof(kilometres));
        return roundTrip.TotalMilliseconds >= kilometres / KilometresPerMillisecond;
    }

    /// <summary>
    /// Whether the ways to two nodes together are long enough for the way between them, as their operator measured it. If not, both are
    /// suspect.
    /// </summary>
    /// <param name="toOne">What a probe to the one took.</param>
    /// <param name="toOther">What a probe to the other took.</param>
    /// <param name="between">The round trip between the two.</param>
    public static bool FitsMesh(TimeSpan toOne, TimeSpan toOther, TimeSpan between) =>
        toOne.TotalMilliseconds + toOther.TotalMilliseconds >= MeshShare * between.TotalMilliseconds;

    /// <summary>Whether a handshake took no longer than the probe promised. If not, it counts against the server; it replaces the estimate
    /// either way.</summary>
    /// <param name="handshake">The handshake's own round trip.</param>
    /// <param name="probe">What the probe took.</param>
    public static bool FitsProbe(TimeSpan handshake, TimeSpan probe) =>
        handshake.TotalMilliseconds <= HandshakeFactor * probe.TotalMilliseconds;
}
