using Apex.Vpn.Protocol.Engine.Defense;

namespace Apex.Vpn.Protocol.Engine.Admission;

/// <summary>
/// What a key that is no peer's may send: one initiation in 20 ms, and 20 a second with bursts of 5. Fixed tables, as there is no peer yet
/// to keep such state; several keys may share a bucket, which none of them can bring about.
/// </summary>
internal sealed class KeyLimits
{
    private const int Places = 1 << 14;

    private readonly (ulong Tag, long At)[] _last = new (ulong, long)[Places];
    private readonly SourceShares _shares = new();

    /// <summary>Whether one more initiation is within the limits of a key, and counts it if so.</summary>
    internal bool Allow(KeyId id, Instant now)
    {
        ref (ulong Tag, long At) last = ref _last[(int)id.Low & (Places - 1)];
        if (last.Tag == id.High && now - new Instant(last.At) <= Limits.InitiationInterval) return false;
        last = (id.High, now.Nanoseconds);
        return _shares.TryTake(id.High, now);
    }
}
