namespace Apex.Vpn.Protocol.Engine.Probes;

/// <summary>Time as it was signed, and what has passed since it came. Nobody's wall clock is asked.</summary>
/// <param name="IssuedAt">Milliseconds since 1970, as signed.</param>
/// <param name="ArrivedAt">When it came.</param>
internal readonly record struct ProbeClock(long IssuedAt, Instant ArrivedAt)
{
    /// <summary>How many seconds a probe's time may be off.</summary>
    internal const uint Tolerance = 120;

    /// <summary>Seconds since 1970, in the 32 bits that a probe has for them.</summary>
    internal uint Seconds(Instant now) => unchecked((uint)((IssuedAt + (long)(now - ArrivedAt).TotalMilliseconds) / 1000));

    /// <summary>Whether a probe's time is near enough. The difference counts, so that the numbers may begin anew in 2106.</summary>
    internal bool Allows(uint time, Instant now) => unchecked(time - Seconds(now) + Tolerance) <= 2 * Tolerance;
}
