using Apex.Vpn.Fleet.Model;

namespace Apex.Vpn.Fleet.Storage.Engine;

/// <summary>The rows of leases, with what writers need of them.</summary>
internal interface ILeaseTable : ILeaseStore
{
    /// <summary>
    /// Holds the lease's row until the transaction ends, if the lease still has this epoch. A condition on each statement would leave a
    /// gap: between it and the commit another could take the lease over, and write.
    /// </summary>
    /// <returns>False when the epoch is another.</returns>
    ValueTask<bool> HoldAsync(Lease lease, CancellationToken cancellationToken);
}
