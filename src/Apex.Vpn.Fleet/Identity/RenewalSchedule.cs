using Apex.Vpn.Fleet.Statistics;

namespace Apex.Vpn.Fleet.Identity;

/// <summary>When a node renews its certificate: at three fifths of its life, so that a lost day of the control plane costs nothing.</summary>
/// <remarks>
/// A certificate of 30 days is renewed at day 18, two days more or less so that nodes that enrolled together do not renew together, and
/// then has 10 to 14 days left. Pure functions; safe from any thread.
/// </remarks>
public static class RenewalSchedule
{
    /// <summary>The share of the certificate's life after which it is renewed, on average: 18 of 30 days.</summary>
    public const double RenewAt = 18.0 / 30;

    /// <summary>By which share of its life this varies in either direction: 2 of 30 days.</summary>
    public const double Jitter = 2.0 / 30;

    /// <summary>The share of its life after which it is an alarm that it was not renewed, 80 %.</summary>
    public const double AlarmShare = 0.8;

    /// <summary>How long to wait after the first attempt that failed, 1 min; twice as long after each further one.</summary>
    public static readonly TimeSpan FirstRetry = TimeSpan.FromMinutes(1);

    /// <summary>The longest wait between attempts, 1 h.</summary>
    public static readonly TimeSpan MaxRetry = TimeSpan.FromHours(1);

    /// <summary>When to renew; the same for the same certificate and node.</summary>
    /// <param name="notBefore">When the certificate begins.</param>
    /// <param name="notAfter">When it ends, after <paramref name="notBefore"/>.</param>
    /// <param name="nodeId">The node.</param>
    /// <exception cref="ArgumentOutOfRangeException">The certificate ends before it begins.</exception>
    public static DateTimeOffset Next(DateTimeOffset notBefore, DateTimeOffset notAfter, Guid nodeId)
    {
        // The beginning counts too: a node that is early once is not early every time.
        double unit = Mix64.ToUnit(Mix64.Of(Mix64.Of(nodeId) ^ (ulong)notBefore.UtcTicks));
        return At(notBefore, notAfter, RenewAt + (Jitter * ((2 * unit) - 1)));
    }

    /// <summary>How long to wait after an attempt that failed.</summary>
    /// <param name="attempt">Which one it was, from 1; less counts as 1.</param>
    public static TimeSpan RetryAfter(int attempt)
    {
        TimeSpan wait = FirstRetry * Math.Pow(2, Math.Clamp(attempt - 1, 0, 16));
        return wait < MaxRetry ? wait : MaxRetry;
    }

    /// <summary>When it is an alarm that the certificate was not renewed.</summary>
    /// <param name="notBefore">When the certificate begins.</param>
    /// <param name="notAfter">When it ends, after <paramref name="notBefore"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The certificate ends before it begins.</exception>
    public static DateTimeOffset AlarmAt(DateTimeOffset notBefore, DateTimeOffset notAfter) => At(notBefore, notAfter, AlarmShare);

    private static DateTimeOffset At(DateTimeOffset notBefore, DateTimeOffset notAfter, double share)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(notAfter, notBefore);
        return notBefore + ((notAfter - notBefore) * share);
    }
}
