namespace Apex.Vpn.Fleet.Accounts;

/// <summary>What one account may do, and until when. Immutable.</summary>
public sealed class Entitlements
{
    /// <summary>A plan until a time.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="expires">From when on the account may do nothing; null for never.</param>
    public Entitlements(Plan plan, DateTimeOffset? expires)
    {
        ArgumentNullException.ThrowIfNull(plan);
        (Plan, Expires) = (plan, expires);
    }

    /// <summary>The plan.</summary>
    public Plan Plan { get; }

    /// <summary>From when on the account may do nothing; null for never.</summary>
    public DateTimeOffset? Expires { get; }

    /// <summary>Whether the account may do anything.</summary>
    /// <param name="now">The time.</param>
    public bool IsActive(DateTimeOffset now) => Expires is not { } end || now < end;

    /// <summary>Whether the account may do something.</summary>
    /// <param name="feature">The feature's name.</param>
    /// <param name="now">The time.</param>
    public bool Allows(string feature, DateTimeOffset now) => IsActive(now) && Plan.Features.Contains(feature, StringComparer.Ordinal);

    /// <summary>Whether the account may have one more device. Devices beyond a lower limit stay; they are not thrown out.</summary>
    /// <param name="devices">How many it has.</param>
    /// <param name="now">The time.</param>
    public bool AllowsAnotherDevice(int devices, DateTimeOffset now) => IsActive(now) && devices < Plan.DeviceLimit;

    /// <summary>When an access token made now must end: with the account, or after <see cref="AccessTokens.Lifetime"/>.</summary>
    /// <param name="now">The time.</param>
    public DateTimeOffset TokenExpires(DateTimeOffset now)
    {
        DateTimeOffset end = now + AccessTokens.Lifetime;
        return Expires is { } earlier && earlier < end ? earlier : end;
    }
}
