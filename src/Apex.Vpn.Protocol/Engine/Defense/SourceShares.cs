namespace Apex.Vpn.Protocol.Engine.Defense;

/// <summary>
/// How much each source may use of something, without a table that grows. Each has a bucket by its hash; two may share one, which neither
/// can bring about.
/// </summary>
/// <remarks>Safe from any thread, without locks.</remarks>
internal sealed class SourceShares(TokenRate rate)
{
    private const int BucketBits = 12;

    private readonly long[] _fullAt = new long[1 << BucketBits];

    /// <summary>Whether one more is within the share of a source, and counts it if so.</summary>
    internal bool TryTake(ulong sourceHash, Instant now) => rate.TryTake(ref _fullAt[sourceHash >> (64 - BucketBits)], now);
}
