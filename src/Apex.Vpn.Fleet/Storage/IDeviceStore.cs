using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Protocol;

namespace Apex.Vpn.Fleet.Storage;

/// <summary>The devices of all accounts. Part of one transaction, and used by one thread at a time.</summary>
public interface IDeviceStore
{
    /// <summary>Adds a device, if its account may have one more.</summary>
    /// <param name="device">The device. Its address must have been claimed before (<see cref="IAddressStore"/>).</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>Whether it was added; if not, why, and nothing is written.</returns>
    ValueTask<DeviceAddition> AddAsync(Device device, CancellationToken cancellationToken = default);

    /// <summary>The device with an id, valid or revoked; null when there is none.</summary>
    /// <param name="id">The id.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    ValueTask<Device?> FindAsync(Guid id, CancellationToken cancellationToken = default);

    /// <summary>The device with a public key, valid or revoked; null when there is none.</summary>
    /// <param name="publicKey">The key.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    ValueTask<Device?> FindByKeyAsync(PublicKey publicKey, CancellationToken cancellationToken = default);

    /// <summary>A page of all devices, valid and revoked, ordered by id.</summary>
    /// <param name="after">The last id of the page before; null for the first page.</param>
    /// <param name="limit">How many at most, 1 to 10 000.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The devices; fewer than <paramref name="limit"/> on the last page.</returns>
    ValueTask<IReadOnlyList<Device>> ListAsync(Guid? after, int limit, CancellationToken cancellationToken = default);

    /// <summary>All devices of an account, valid and revoked, ordered by id.</summary>
    /// <param name="accountId">The account's id.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    ValueTask<IReadOnlyList<Device>> ListByAccountAsync(Guid accountId, CancellationToken cancellationToken = default);

    /// <summary>
    /// Takes a device away: it counts no more among its account's, its address rests, its sessions end. Its key stays taken.
    /// </summary>
    /// <param name="id">The device's id.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>False when there is no such device or it is revoked already.</returns>
    ValueTask<bool> RevokeAsync(Guid id, CancellationToken cancellationToken = default);
}
