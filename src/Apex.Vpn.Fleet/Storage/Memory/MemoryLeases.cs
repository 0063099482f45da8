using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage.Engine;
using Apex.Vpn.Fleet.Storage.Sql;

namespace Apex.Vpn.Fleet.Storage.Memory;

internal sealed class MemoryLeases(MemorySession session) : ILeaseTable
{
    public ValueTask<Lease?> TryAcquireAsync(string name, string owner, TimeSpan ttl, CancellationToken cancellationToken = default)
    {
        Limits.CheckName(name);
        Limits.CheckName(owner);
        Limits.CheckLease(ttl);
        MemoryState state = session.Write;
        state.Leases.TryGetValue(name, out Lease? present);
        if (present is not null && present.ExpiresAt > session.Now) return new((Lease?)null);
        var lease = new Lease(name, owner, (present?.Epoch ?? 0) + 1, DatabaseTime.Truncate(session.Now + ttl));
        state.Leases = state.Leases.SetItem(name, lease);
        return new(lease);
    }

    public ValueTask<Lease?> RenewAsync(Lease lease, TimeSpan ttl, CancellationToken cancellationToken = default)
    {
        Limits.CheckLease(ttl);
        MemoryState state = session.Write;
        if (!IsHeld(lease)) return new((Lease?)null);
        Lease renewed = lease with { ExpiresAt = DatabaseTime.Truncate(session.Now + ttl) };
        state.Leases = state.Leases.SetItem(lease.Name, renewed);
        return new(renewed);
    }

    public ValueTask<bool> ReleaseAsync(Lease lease, CancellationToken cancellationToken = default)
    {
        MemoryState state = session.Write;
        if (!IsHeld(lease)) return new(false);
        // The next epoch, so that what the holder still writes is refused.
        state.Leases = state.Leases.SetItem(lease.Name, lease with { Epoch = lease.Epoch + 1, ExpiresAt = DateTimeOffset.UnixEpoch });
        return new(true);
    }

    public ValueTask<bool> HoldAsync(Lease lease, CancellationToken cancellationToken)
    {
        _ = session.Write;
        return new(IsHeld(lease));
    }

    private bool IsHeld(Lease lease) => session.Read.Leases.TryGetValue(lease.Name, out Lease? present) && present.Epoch == lease.Epoch;
}
