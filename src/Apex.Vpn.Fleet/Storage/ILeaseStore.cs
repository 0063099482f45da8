using Apex.Vpn.Fleet.Model;

namespace Apex.Vpn.Fleet.Storage;

/// <summary>Rights that one replica has at a time, for as long as it renews them. All times are the database's.</summary>
/// <remarks>
/// In a transaction (<see cref="FleetTransaction.Leases"/>) it is used by one thread at a time; at the store
/// (<see cref="FleetStore.Leases"/>) each call is a transaction of its own, from any thread. A lease alone proves nothing about the moment
/// of a write: whoever acts under one says so (<see cref="WriteOptions.Fence"/>).
/// </remarks>
public interface ILeaseStore
{
    /// <summary>Takes a lease that nobody has, or whose holder has let it expire.</summary>
    /// <param name="name">What for, 1 to 128 characters.</param>
    /// <param name="owner">Who takes it: one name per replica and start, 1 to 128 characters.</param>
    /// <param name="ttl">How long it holds without being renewed, above zero and up to 1 h.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The lease with a new epoch; null while somebody, this owner included, has it.</returns>
    /// <exception cref="ArgumentException">A name or a time out of its range.</exception>
    ValueTask<Lease?> TryAcquireAsync(string name, string owner, TimeSpan ttl, CancellationToken cancellationToken = default);

    /// <summary>Makes a lease last from now, also an expired one that nobody took since.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="ttl">How long it holds from now, above zero and up to 1 h.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The lease with its new end; null when another has it, or it was given back.</returns>
    /// <exception cref="ArgumentException">The time is out of its range.</exception>
    ValueTask<Lease?> RenewAsync(Lease lease, TimeSpan ttl, CancellationToken cancellationToken = default);

    /// <summary>Gives a lease back, so that another may take it at once. Writes under it are refused from then on.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>False when another has it already.</returns>
    ValueTask<bool> ReleaseAsync(Lease lease, CancellationToken cancellationToken = default);
}
