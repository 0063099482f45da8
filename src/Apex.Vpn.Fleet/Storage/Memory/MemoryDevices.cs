using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage.Engine;
using Apex.Vpn.Protocol;

namespace Apex.Vpn.Fleet.Storage.Memory;

internal sealed class MemoryDevices(MemorySession session) : IDeviceStore
{
    public ValueTask<DeviceAddition> AddAsync(Device device, CancellationToken cancellationToken = default)
    {
        Limits.CheckName(device.Name);
        MemoryState state = session.Write;
        if (!state.Accounts.TryGetValue(device.AccountId, out Account? account)) return new(DeviceAddition.NoAccount);
        if (account.DeviceCount >= account.DeviceLimit) return new(DeviceAddition.LimitReached);
        if (state.Devices.ContainsKey(device.Id)
            || state.DeviceKeys.ContainsKey(device.PublicKey)
            || !state.DeviceAddresses.TryGetValue(device.Id, out InnerAddress address)
            || address != device.Address)
            return new(DeviceAddition.Taken);
        state.Accounts = state.Accounts.SetItem(account.Id, account with { DeviceCount = account.DeviceCount + 1 });
        state.DeviceKeys = state.DeviceKeys.Add(device.PublicKey, device.Id);
        state.Devices = state.Devices.Add(device.Id, device with { CreatedAt = session.Now, RevokedAt = null });
        return new(DeviceAddition.Added);
    }

    public ValueTask<Device?> FindAsync(Guid id, CancellationToken cancellationToken = default) =>
        new(session.Read.Devices.GetValueOrDefault(id));

    public ValueTask<Device?> FindByKeyAsync(PublicKey publicKey, CancellationToken cancellationToken = default) =>
        new(session.Read.DeviceKeys.TryGetValue(publicKey, out Guid id) ? session.Read.Devices[id] : null);

    public ValueTask<IReadOnlyList<Device>> ListAsync(Guid? after, int limit, CancellationToken cancellationToken = default)
    {
        Limits.CheckPage(limit);
        return new([.. session.Read.Devices.Values
            .Where(device => after is null || device.Id.CompareTo(after.Value) > 0)
            .OrderBy(static device => device.Id)
            .Take(limit)]);
    }

    public ValueTask<IReadOnlyList<Device>> ListByAccountAsync(Guid accountId, CancellationToken cancellationToken = default) =>
        new([.. session.Read.Devices.Values.Where(device => device.AccountId == accountId).OrderBy(static device => device.Id)]);

    public ValueTask<bool> RevokeAsync(Guid id, CancellationToken cancellationToken = default)
    {
        MemoryState state = session.Write;
        if (!state.Devices.TryGetValue(id, out Device? device) || device.RevokedAt is not null) return new(false);
        Account account = state.Accounts[device.AccountId];
        state.Accounts = state.Accounts.SetItem(account.Id, account with { DeviceCount = account.DeviceCount - 1 });
        state.Devices = state.Devices.SetItem(id, device with { RevokedAt = session.Now });
        MemorySessions.EndAll(session, id);
        MemoryAddresses.Release(session, id);
        return new(true);
    }
}
