using Apex.Vpn.Protocol.Engine.Defense;

namespace Apex.Vpn.Protocol.Engine.Admission;

/// <summary>
/// What a key that is no peer's may send: one initiation in 20 ms, and 20 a second with bursts of 5. A fixed table, as there is no peer yet
/// to keep such state; what falls on the same place begins anew, and none can bring that about.
/// </summary>
internal sealed class KeyLimits
{
    private const int Places = 1 << 14;

    private readonly TokenRate _rate = new(RateLimiter.PerSecond, RateLimiter.Burst);
    private readonly Place[] _places = new Place[Places];

    private struct Place
    {
        internal ulong Tag;
        internal long Last;
        internal long FullAt;
    }

    /// <summary>Whether one more initiation is within the limits of a key, and counts it if so.</summary>
    internal bool Allow(KeyId id, Instant now)
    {
        ref Place place = ref _places[(int)id.Low & (Places - 1)];
        if (place.Tag != id.High) place = new Place { Tag = id.High };
        else if (now - new Instant(place.Last) <= Limits.InitiationInterval) return false;
        place.Last = now.Nanoseconds;
        return _rate.TryTake(ref place.FullAt, now);
    }
}
