namespace Apex.Vpn.Fleet.Accounts;

/// <summary>
/// So many at once, and one more each interval (generic cell rate algorithm). A bucket is one instant: when it is full again.
/// </summary>
internal sealed class TokenRate(TimeSpan interval, int burst)
{
    /// <summary>Whether a bucket has one left, and takes it if so.</summary>
    internal bool TryTake(ref TimeSpan fullAt, TimeSpan now)
    {
        if (!HasOne(fullAt, now)) return false;
        fullAt = (fullAt > now ? fullAt : now) + interval;
        return true;
    }

    internal bool HasOne(TimeSpan fullAt, TimeSpan now) => fullAt - now <= interval * (burst - 1);

    /// <summary>Gives one back.</summary>
    internal void Return(ref TimeSpan fullAt) => fullAt -= interval;
}
