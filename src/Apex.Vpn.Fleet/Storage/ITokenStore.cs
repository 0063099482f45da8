using Apex.Vpn.Fleet.Model;

namespace Apex.Vpn.Fleet.Storage;

/// <summary>Tokens that are good for one enrolment. Part of one transaction, and used by one thread at a time.</summary>
public interface ITokenStore
{
    /// <summary>Adds a token.</summary>
    /// <param name="token">The token.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>False when its id is taken; nothing is written then.</returns>
    ValueTask<bool> AddAsync(EnrolmentToken token, CancellationToken cancellationToken = default);

    /// <summary>The token with an id, used or not; null when there is none.</summary>
    /// <param name="id">The id.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    ValueTask<EnrolmentToken?> FindAsync(Guid id, CancellationToken cancellationToken = default);

    /// <summary>Uses a token up, in one statement: of any number of callers one gets it.</summary>
    /// <param name="id">The token's id.</param>
    /// <param name="hash">SHA-256 of the secret that was presented.</param>
    /// <param name="usedBy">Who uses it: the fingerprint of the key that is enrolled.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The token; null when it is unknown, used or expired, or the hash is another.</returns>
    ValueTask<EnrolmentToken?> ClaimAsync(
        Guid id, ReadOnlyMemory<byte> hash, string usedBy, CancellationToken cancellationToken = default);
}
