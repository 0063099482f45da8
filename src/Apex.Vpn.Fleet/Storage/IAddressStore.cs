using Apex.Vpn.Fleet.Model;

namespace Apex.Vpn.Fleet.Storage;

/// <summary>Who has which inner address. Part of one transaction, and used by one thread at a time.</summary>
public interface IAddressStore
{
    /// <summary>
    /// Gives a device a place in a pool: tries some that follow from its id, so that replicas do not queue for the same one, then looks for
    /// any that is free.
    /// </summary>
    /// <param name="pool">The pool.</param>
    /// <param name="deviceId">The device's id. It need not exist yet.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The place, or the one that the device has already; null when the pool is full.</returns>
    ValueTask<InnerAddress?> ClaimAsync(AddressPool pool, Guid deviceId, CancellationToken cancellationToken = default);

    /// <summary>The place of a device; null when it has none.</summary>
    /// <param name="deviceId">The device's id.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    ValueTask<InnerAddress?> FindAsync(Guid deviceId, CancellationToken cancellationToken = default);

    /// <summary>Gives a device's place back. It rests for <see cref="AddressPool.Quarantine"/> before another device gets it.</summary>
    /// <param name="deviceId">The device's id.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>False when the device has none.</returns>
    ValueTask<bool> ReleaseAsync(Guid deviceId, CancellationToken cancellationToken = default);
}
