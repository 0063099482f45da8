using Apex.Vpn.Fleet.Model;

namespace Apex.Vpn.Fleet.Storage;

/// <summary>What is not valid any more. Part of one transaction, and used by one thread at a time.</summary>
public interface IRevocationStore
{
    /// <summary>Revokes something.</summary>
    /// <param name="revocation">What, and until when to remember it.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>False when it is revoked already; nothing is written then.</returns>
    ValueTask<bool> AddAsync(Revocation revocation, CancellationToken cancellationToken = default);

    /// <summary>Whether something is revoked.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="subject">Which one.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    ValueTask<bool> ContainsAsync(string kind, ReadOnlyMemory<byte> subject, CancellationToken cancellationToken = default);

    /// <summary>All revocations of a kind, the oldest first.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    ValueTask<IReadOnlyList<Revocation>> ListAsync(string kind, CancellationToken cancellationToken = default);
}
