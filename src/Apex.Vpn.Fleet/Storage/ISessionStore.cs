using Apex.Vpn.Fleet.Model;

namespace Apex.Vpn.Fleet.Storage;

/// <summary>Sign-ins and their refresh tokens. Part of one transaction, and used by one thread at a time.</summary>
public interface ISessionStore
{
    /// <summary>Adds a session.</summary>
    /// <param name="session">The session.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>False when its id or hash is taken, or there is no such device or account; nothing is written then.</returns>
    ValueTask<bool> AddAsync(Session session, CancellationToken cancellationToken = default);

    /// <summary>The session with an id; null when there is none.</summary>
    /// <param name="id">The id.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    ValueTask<Session?> FindAsync(Guid id, CancellationToken cancellationToken = default);

    /// <summary>Replaces a refresh token by the next one. One that was replaced before ends its session.</summary>
    /// <param name="presented">SHA-256 of the token that was presented.</param>
    /// <param name="replacement">SHA-256 of the next one.</param>
    /// <param name="deviceId">The device that presents it.</param>
    /// <param name="expiresAt">Until when the next one is valid.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <remarks>
    /// A client that lost the answer comes again with the old token, as a thief would: give the write an
    /// <see cref="IdempotencyKey"/>, and it gets the same answer.
    /// </remarks>
    ValueTask<SessionRotation> RotateAsync(
        ReadOnlyMemory<byte> presented,
        ReadOnlyMemory<byte> replacement,
        Guid deviceId,
        DateTimeOffset expiresAt,
        CancellationToken cancellationToken = default);

    /// <summary>Ends a session.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>False when there is no such session or it has ended already.</returns>
    ValueTask<bool> RevokeAsync(Guid id, CancellationToken cancellationToken = default);

    /// <summary>Ends all sessions of an account.</summary>
    /// <param name="accountId">The account's id.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>How many there were.</returns>
    ValueTask<int> RevokeAllAsync(Guid accountId, CancellationToken cancellationToken = default);
}
