namespace Apex.Vpn.Protocol.Engine.Defense;

/// <summary>
/// How much of the lane of known senders each of them may use: as many messages as <see cref="RateLimiter"/> grants, without a table that
/// grows. Each source has a bucket by its hash; two may share one, which neither can bring about.
/// </summary>
/// <remarks>A bucket is one instant, at which it will be full again (generic cell rate algorithm). Safe from any thread, without locks.</remarks>
internal sealed class SourceShares
{
    private const int BucketBits = 12;
    private const long CostNanoseconds = 1_000_000_000 / RateLimiter.PerSecond;

    private readonly long[] _fullAt = new long[1 << BucketBits];

    /// <summary>Whether one more message is within the share of a source, and counts it if so.</summary>
    internal bool TryTake(ulong sourceHash, Instant now)
    {
        ref long bucket = ref _fullAt[sourceHash >> (64 - BucketBits)];
        while (true)
        {
            long fullAt = Volatile.Read(ref bucket);
            if (fullAt - now.Nanoseconds > (RateLimiter.Burst - 1) * CostNanoseconds) return false;
            long later = Math.Max(fullAt, now.Nanoseconds) + CostNanoseconds;
            if (Interlocked.CompareExchange(ref bucket, later, fullAt) == fullAt) return true;
        }
    }
}
