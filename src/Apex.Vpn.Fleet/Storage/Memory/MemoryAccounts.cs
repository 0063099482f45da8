using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage.Engine;
using Apex.Vpn.Fleet.Storage.Sql;

namespace Apex.Vpn.Fleet.Storage.Memory;

internal sealed class MemoryAccounts(MemorySession session) : IAccountStore
{
    public ValueTask<bool> AddAsync(Account account, CancellationToken cancellationToken = default)
    {
        Limits.CheckKnown(account.Kind, nameof(account));
        ArgumentOutOfRangeException.ThrowIfNegative(account.DeviceLimit, nameof(account));
        MemoryState state = session.Write;
        string lookup = MemoryState.KeyOf(account.Lookup);
        if (state.Accounts.ContainsKey(account.Id) || state.Lookups.ContainsKey(lookup)) return new(false);
        state.Lookups = state.Lookups.Add(lookup, account.Id);
        state.Accounts = state.Accounts.Add(account.Id, account with
        {
            Lookup = account.Lookup.ToArray(),
            Argon2id = account.Argon2id.ToArray(),
            EntitledUntil = Truncate(account.EntitledUntil),
            DeviceCount = 0,
            CreatedAt = session.Now,
        });
        return new(true);
    }

    public ValueTask<Account?> FindAsync(Guid id, CancellationToken cancellationToken = default) =>
        new(session.Read.Accounts.GetValueOrDefault(id));

    public ValueTask<Account?> FindByLookupAsync(ReadOnlyMemory<byte> lookup, CancellationToken cancellationToken = default) =>
        new(session.Read.Lookups.TryGetValue(MemoryState.KeyOf(lookup), out Guid id) ? session.Read.Accounts[id] : null);

    public ValueTask<bool> SetEntitlementAsync(
        Guid id, DateTimeOffset? until, int deviceLimit, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(deviceLimit);
        return Change(id, account => account with { EntitledUntil = Truncate(until), DeviceLimit = deviceLimit });
    }

    public ValueTask<bool> SetPasswordAsync(Guid id, ReadOnlyMemory<byte> argon2id, CancellationToken cancellationToken = default) =>
        Change(id, account => account with { Argon2id = argon2id.ToArray() });

    public ValueTask<bool> RemoveAsync(Guid id, CancellationToken cancellationToken = default)
    {
        MemoryState state = session.Write;
        if (!state.Accounts.TryGetValue(id, out Account? account)) return new(false);
        state.Accounts = state.Accounts.Remove(id);
        state.Lookups = state.Lookups.Remove(MemoryState.KeyOf(account.Lookup));
        foreach (Device device in state.Devices.Values.Where(device => device.AccountId == id).ToArray())
        {
            MemoryAddresses.Release(session, device.Id);
            state.Devices = state.Devices.Remove(device.Id);
            state.DeviceKeys = state.DeviceKeys.Remove(device.PublicKey);
        }
        MemorySessions.Remove(state, [.. state.Sessions.Values.Where(session => session.AccountId == id)]);
        return new(true);
    }

    private static DateTimeOffset? Truncate(DateTimeOffset? time) => time is { } given ? DatabaseTime.Truncate(given) : null;

    private ValueTask<bool> Change(Guid id, Func<Account, Account> change)
    {
        MemoryState state = session.Write;
        if (!state.Accounts.TryGetValue(id, out Account? account)) return new(false);
        state.Accounts = state.Accounts.SetItem(id, change(account));
        return new(true);
    }
}
