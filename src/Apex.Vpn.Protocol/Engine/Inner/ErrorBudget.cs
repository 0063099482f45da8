namespace Apex.Vpn.Protocol.Engine.Inner;

/// <summary>
/// How many ICMP errors a device writes: 1000 a second, 50 at once, as Linux long limited its own (icmp_msgs_per_sec, icmp_msgs_burst).
/// RFC 4443 2.4(f) asks for such a limit.
/// </summary>
/// <remarks>Safe from any thread: all state is the instant at which the bucket will be full again.</remarks>
internal sealed class ErrorBudget
{
    internal const int PerSecond = 1000;
    internal const int Burst = 50;

    private const long CostNanoseconds = 1_000_000_000 / PerSecond;

    private long _fullAt;

    /// <summary>Whether one more error may be written; if so, it is counted.</summary>
    internal bool TryTake(Instant now)
    {
        long fullAt = Volatile.Read(ref _fullAt);
        while (fullAt - now.Nanoseconds <= (Burst - 1) * CostNanoseconds)
        {
            long seen = Interlocked.CompareExchange(ref _fullAt, Math.Max(fullAt, now.Nanoseconds) + CostNanoseconds, fullAt);
            if (seen == fullAt) return true;
            fullAt = seen;
        }
        return false;
    }
}
