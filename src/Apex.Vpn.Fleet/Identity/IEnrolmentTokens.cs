namespace Apex.Vpn.Fleet.Identity;

/// <summary>Where the records of enrolment tokens are. Safe from any thread.</summary>
public interface IEnrolmentTokens
{
    /// <summary>Uses a token up, in one step: of two that come at once with the same token, one gets it.</summary>
    /// <remarks>One UPDATE: where id and hash are these, not used, not expired; set used; returning the rest.</remarks>
    /// <param name="id">The token's id.</param>
    /// <param name="secretHash">What <see cref="EnrolmentToken.HashSecret(Guid, ReadOnlySpan{byte})"/> gave.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The record; null when there is no such token, or the secret is wrong, or it was used, or it has expired: all
    /// alike.</returns>
    ValueTask<EnrolmentTokenRecord?> BurnAsync(Guid id, ReadOnlyMemory<byte> secretHash, CancellationToken cancellationToken);
}
