using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage.Engine;

namespace Apex.Vpn.Fleet.Storage.Memory;

internal sealed class MemoryAddresses(MemorySession session) : IAddressStore
{
    public ValueTask<InnerAddress?> ClaimAsync(AddressPool pool, Guid deviceId, CancellationToken cancellationToken = default)
    {
        _ = session.Write;
        if (Find(deviceId) is { } present) return new(present);
        for (int i = 0; i < AddressProbe.Count; i++)
        {
            if (Take(pool, AddressProbe.At(deviceId, i, pool.Capacity), deviceId) is { } taken) return new(taken);
        }
        for (long index = 0; index < pool.Capacity; index++)
        {
            if (Take(pool, index, deviceId) is { } taken) return new(taken);
        }
        return new((InnerAddress?)null);
    }

    public ValueTask<InnerAddress?> FindAsync(Guid deviceId, CancellationToken cancellationToken = default) => new(Find(deviceId));

    public ValueTask<bool> ReleaseAsync(Guid deviceId, CancellationToken cancellationToken = default) => new(Release(session, deviceId));

    internal static bool Release(MemorySession session, Guid deviceId)
    {
        MemoryState state = session.Write;
        if (!state.DeviceAddresses.TryGetValue(deviceId, out InnerAddress address)) return false;
        state.DeviceAddresses = state.DeviceAddresses.Remove(deviceId);
        state.Addresses = state.Addresses.SetItem(address, new AddressUse(null, session.Now + AddressPool.Quarantine));
        return true;
    }

    private InnerAddress? Find(Guid deviceId) =>
        session.Read.DeviceAddresses.TryGetValue(deviceId, out InnerAddress address) ? address : null;

    private InnerAddress? Take(AddressPool pool, long index, Guid deviceId)
    {
        MemoryState state = session.Write;
        var address = new InnerAddress(pool.Name, index);
        if (state.Addresses.TryGetValue(address, out AddressUse use) && (use.Device is not null || use.FreeAt > session.Now)) return null;
        state.Addresses = state.Addresses.SetItem(address, new AddressUse(deviceId, default));
        state.DeviceAddresses = state.DeviceAddresses.Add(deviceId, address);
        return address;
    }
}
