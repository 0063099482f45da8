namespace Apex.Vpn.Protocol;

/// <summary>
/// The time as somebody signed it, and how long ago that came. What has passed since is measured on a clock that nobody sets, so a wrong
/// wall clock makes no difference.
/// </summary>
/// <remarks>Immutable; safe from any thread. Off by as long as the signed statement was on its way, which is a client's business to bound.</remarks>
public readonly struct SignedTime
{
    private SignedTime(DateTimeOffset issuedAt, long arrivedAt)
    {
        IssuedAt = issuedAt;
        ArrivedAt = arrivedAt;
    }

    /// <summary>When the statement says that it was made.</summary>
    public DateTimeOffset IssuedAt { get; }

    /// <summary>When it came: a timestamp of the clock it was noted with (<see cref="TimeProvider.GetTimestamp"/>).</summary>
    public long ArrivedAt { get; }

    /// <summary>Notes that a statement came just now. Its signature is the caller's to check.</summary>
    /// <param name="issuedAt">When it says that it was made.</param>
    /// <param name="clock">The clock; one that goes on in sleep, as <see cref="SuspendAwareTimeProvider.Instance"/> does.</param>
    public static SignedTime Arrived(DateTimeOffset issuedAt, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        return new SignedTime(issuedAt, clock.GetTimestamp());
    }

    /// <summary>The time now: as signed, and what has passed since.</summary>
    /// <param name="clock">The clock with which the arrival was noted. Its wall clock is not looked at.</param>
    public DateTimeOffset Now(TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        return IssuedAt + clock.GetElapsedTime(ArrivedAt);
    }
}
