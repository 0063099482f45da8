namespace Apex.Vpn.Protocol.Engine.Defense;

/// <summary>So many a second, and so many at once (generic cell rate algorithm).</summary>
/// <remarks>A bucket is one instant, at which it will be full again; zero is full. Buckets may be shared by threads.</remarks>
internal sealed class TokenRate(int perSecond, int burst)
{
    private readonly long _cost = 1_000_000_000 / perSecond; // nanoseconds

    /// <summary>Whether a bucket has one left, and takes it if so.</summary>
    internal bool TryTake(ref long fullAt, Instant now)
    {
        while (true)
        {
            long before = Volatile.Read(ref fullAt);
            if (before - now.Nanoseconds > (burst - 1) * _cost) return false;
            long later = Math.Max(before, now.Nanoseconds) + _cost;
            if (Interlocked.CompareExchange(ref fullAt, later, before) == before) return true;
        }
    }
}
