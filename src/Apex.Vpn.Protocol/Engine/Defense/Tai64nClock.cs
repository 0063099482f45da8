namespace Apex.Vpn.Protocol.Engine.Defense;

/// <summary>
/// Stamps initiations: the wall clock at an anchor, and the device's clock since then. It never goes back, because a peer refuses every
/// stamp that is not later than the last one it took (item 11).
/// </summary>
/// <remarks>Not thread-safe: the control worker's.</remarks>
internal sealed class Tai64nClock
{
    private long _wallMinusDevice; // nanoseconds
    private Tai64n _last;

    /// <summary>Tells the wall clock's reading: at start, after sleep, when it was set. One behind what is expected is ignored.</summary>
    /// <param name="unixNanoseconds">Since 1970, UTC.</param>
    /// <param name="now">The device's clock at the same moment.</param>
    internal void Anchor(long unixNanoseconds, Instant now) =>
        _wallMinusDevice = Math.Max(_wallMinusDevice, unixNanoseconds - now.Nanoseconds);

    /// <summary>The wall clock as this clock knows it: nanoseconds since 1970, UTC.</summary>
    internal long UnixNanoseconds(Instant now) => _wallMinusDevice + now.Nanoseconds;

    /// <summary>A stamp later than all that this clock gave so far, ahead of the time if need be.</summary>
    /// <remarks>
    /// With many peers, <see cref="Next(Instant, Tai64n)"/> is the better one: a device that greets 1 000 peers at once would end up 17 s
    /// ahead of the time, and after a restart its peers would refuse it for as long.
    /// </remarks>
    internal Tai64n Next(Instant now) => _last = Next(now, _last);

    /// <summary>A stamp later than the last one that went to the same peer.</summary>
    /// <param name="now">The device's clock.</param>
    /// <param name="previous">The last stamp for that peer; default when there is none.</param>
    internal Tai64n Next(Instant now, Tai64n previous)
    {
        Tai64n stamp = Tai64n.FromUnix(_wallMinusDevice + now.Nanoseconds);
        return stamp > previous ? stamp : previous.Successor();
    }
}
