namespace Apex.Vpn.Fleet.Accounts;

/// <summary>One device's login, as it is stored: no secret in it. Immutable.</summary>
/// <remarks>
/// A pure machine: <see cref="Refresh"/> says what becomes of it, and the caller stores that where the generation is still the old one. Of
/// two refreshes at once, the second finds the other's work and is asked again.
/// </remarks>
public sealed class DeviceSession
{
    /// <summary>For how long the token before the latest one is answered once more, 60 s: phones lose answers.</summary>
    public static readonly TimeSpan RepeatWindow = TimeSpan.FromSeconds(60);

    /// <summary>How long a session lasts without a refresh, 90 days.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(90);

    /// <summary>The session's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The account, by its random id.</summary>
    public required Guid Account { get; init; }

    /// <summary>The device.</summary>
    public required Guid Device { get; init; }

    /// <summary>Which refresh token is the latest, counted from 1.</summary>
    public required uint Generation { get; init; }

    /// <summary>When it was given.</summary>
    public required DateTimeOffset Refreshed { get; init; }

    /// <summary>Whether the session was ended.</summary>
    public bool IsRevoked { get; init; }

    /// <summary>A new session.</summary>
    /// <param name="id">Its id, random.</param>
    /// <param name="account">The account.</param>
    /// <param name="device">The device.</param>
    /// <param name="now">The time.</param>
    public static DeviceSession Begin(Guid id, Guid account, Guid device, DateTimeOffset now) =>
        new() { Id = id, Account = account, Device = device, Generation = 1, Refreshed = now };

    /// <summary>A device shows a refresh token.</summary>
    /// <param name="generation">The token's generation; its MAC was checked.</param>
    /// <param name="isProven">Whether the proof of the device's key is right (<see cref="DeviceProofs"/>).</param>
    /// <param name="now">The time.</param>
    /// <param name="next">The session as it is to be stored; this one when nothing changes.</param>
    public RefreshOutcome Refresh(uint generation, bool isProven, DateTimeOffset now, out DeviceSession next)
    {
        next = this;
        if (IsRevoked) return RefreshOutcome.Revoked;
        if (now - Refreshed >= Lifetime) return RefreshOutcome.Expired;
        if (!isProven) return RefreshOutcome.NotProven;
        // A later one than we know of was given and then lost with a database: it is genuine, and the session goes on from it.
        if (generation >= Generation)
        {
            next = With(generation + 1, now, isRevoked: false);
            return RefreshOutcome.Rotated;
        }
        if (generation == Generation - 1 && now - Refreshed < RepeatWindow) return RefreshOutcome.Repeated;
        next = Revoke();
        return RefreshOutcome.Reused;
    }

    /// <summary>The session, ended.</summary>
    public DeviceSession Revoke() => With(Generation, Refreshed, isRevoked: true);

    private DeviceSession With(uint generation, DateTimeOffset refreshed, bool isRevoked) => new()
    {
        Id = Id,
        Account = Account,
        Device = Device,
        Generation = generation,
        Refreshed = refreshed,
        IsRevoked = isRevoked,
    };
}
