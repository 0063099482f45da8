using Apex.Vpn.Fleet.Model;

namespace Apex.Vpn.Fleet.Storage;

/// <summary>Which certificates were issued to nodes. Part of one transaction, and used by one thread at a time.</summary>
public interface ICertificateStore
{
    /// <summary>Remembers a certificate.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>False when its serial number is taken or there is no such node; nothing is written then.</returns>
    ValueTask<bool> AddAsync(Certificate certificate, CancellationToken cancellationToken = default);

    /// <summary>The certificate with a serial number; null when there is none.</summary>
    /// <param name="serial">The serial number in hex, as it was added.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    ValueTask<Certificate?> FindAsync(string serial, CancellationToken cancellationToken = default);

    /// <summary>All certificates of a node, the one that ends last first.</summary>
    /// <param name="nodeId">The node's id.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    ValueTask<IReadOnlyList<Certificate>> ListAsync(Guid nodeId, CancellationToken cancellationToken = default);

    /// <summary>Revokes all certificates of a node that are not revoked yet.</summary>
    /// <param name="nodeId">The node's id.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>How many there were.</returns>
    ValueTask<int> RevokeAllAsync(Guid nodeId, CancellationToken cancellationToken = default);
}
