using Apex.Vpn.Fleet.Model;

namespace Apex.Vpn.Fleet.Storage;

/// <summary>Private keys of the control plane, encrypted. Part of one transaction, and used by one thread at a time.</summary>
public interface IKeyEnvelopeStore
{
    /// <summary>Adds a version of a key.</summary>
    /// <param name="envelope">The encrypted key.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>False when there is that version already; nothing is written then.</returns>
    ValueTask<bool> AddAsync(KeyEnvelope envelope, CancellationToken cancellationToken = default);

    /// <summary>All versions of a key, the newest first.</summary>
    /// <param name="name">Which key.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    ValueTask<IReadOnlyList<KeyEnvelope>> ListAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Removes a version of a key.</summary>
    /// <param name="name">Which key.</param>
    /// <param name="version">Which version.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>False when there is no such version.</returns>
    ValueTask<bool> RemoveAsync(string name, long version, CancellationToken cancellationToken = default);
}
