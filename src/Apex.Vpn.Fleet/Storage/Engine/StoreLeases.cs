using Apex.Vpn.Fleet.Model;

namespace Apex.Vpn.Fleet.Storage.Engine;

/// <summary>
/// Leases, each call in a transaction of its own. They wait for room in the queue: a lease must not be lost because others write much.
/// </summary>
internal sealed class StoreLeases(FleetStore store) : ILeaseStore
{
    public ValueTask<Lease?> TryAcquireAsync(string name, string owner, TimeSpan ttl, CancellationToken cancellationToken = default) =>
        WriteAsync((transaction, token) => transaction.Leases.TryAcquireAsync(name, owner, ttl, token), cancellationToken);

    public ValueTask<Lease?> RenewAsync(Lease lease, TimeSpan ttl, CancellationToken cancellationToken = default) =>
        WriteAsync((transaction, token) => transaction.Leases.RenewAsync(lease, ttl, token), cancellationToken);

    public ValueTask<bool> ReleaseAsync(Lease lease, CancellationToken cancellationToken = default) =>
        WriteAsync((transaction, token) => transaction.Leases.ReleaseAsync(lease, token), cancellationToken);

    private ValueTask<T> WriteAsync<T>(
        Func<FleetTransaction, CancellationToken, ValueTask<T>> work, CancellationToken cancellationToken) =>
        store.WriteAsync(work, null, mayWait: true, cancellationToken);
}
