using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage;
using Apex.Vpn.Fleet.Tests.Storage.Backends;

namespace Apex.Vpn.Fleet.Tests.Storage.Contract;

/// <summary>Accounts, their devices, addresses and sessions.</summary>
public abstract class AccountsContract(Backend backend) : StoreContract(backend)
{
    private static readonly AddressPool Small =
        new("small", System.Net.IPNetwork.Parse("10.0.0.0/29"), System.Net.IPNetwork.Parse("fd00::/96"));

    [StoreFact]
    public async Task An_account_is_found_by_the_hash_of_its_number()
    {
        Account account = NewAccount("1234") with { EntitledUntil = new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero) };
        Assert.True(await Store.WriteAsync((transaction, token) => transaction.Accounts.AddAsync(account, token)));
        Assert.False(await Store.WriteAsync((transaction, token) => transaction.Accounts.AddAsync(NewAccount("1234"), token)));
        Assert.True(await Store.WriteAsync((transaction, token) => transaction.Accounts.SetPasswordAsync(account.Id, new byte[] { 9 }, token)));
        Assert.True(await Store.WriteAsync((transaction, token) => transaction.Accounts.SetEntitlementAsync(account.Id, null, 7, token)));
        Assert.False(await Store.WriteAsync((transaction, token) => transaction.Accounts.SetEntitlementAsync(Guid.NewGuid(), null, 7, token)));

        Account found = (await Store.ReadAsync((transaction, token) => transaction.Accounts.FindByLookupAsync(HashOf("1234"), token)))!;
        Assert.Equal((account.Id, AccountKind.AnonymousNumber, 7, 0), (found.Id, found.Kind, found.DeviceLimit, found.DeviceCount));
        Assert.Null(found.EntitledUntil);
        Assert.Equal(account.Lookup.ToArray(), found.Lookup.ToArray());
        Assert.Equal([9], found.Argon2id.ToArray());
        Assert.Null(await Store.ReadAsync((transaction, token) => transaction.Accounts.FindByLookupAsync(HashOf("1235"), token)));
    }

    [StoreFact]
    public async Task A_device_comes_back_and_its_key_stays_taken()
    {
        (Account account, Device device) = await AddAsync("1", "key");

        Device? found = await Store.ReadAsync((transaction, token) => transaction.Devices.FindByKeyAsync(KeyOf("key"), token));
        Assert.Equal(device with { CreatedAt = found!.CreatedAt }, found);
        Assert.Equal(DeviceAddition.Taken, await AddDeviceAsync(account.Id, "key"));
        Assert.Equal(DeviceAddition.NoAccount, await AddDeviceAsync(Guid.NewGuid(), "other"));
        Assert.True(await Store.WriteAsync((transaction, token) => transaction.Devices.RevokeAsync(device.Id, token)));
        Assert.False(await Store.WriteAsync((transaction, token) => transaction.Devices.RevokeAsync(device.Id, token)));
        Assert.Equal(DeviceAddition.Taken, await AddDeviceAsync(account.Id, "key"));
        Assert.NotNull((await Store.ReadAsync((transaction, token) => transaction.Devices.FindAsync(device.Id, token)))!.RevokedAt);
        Assert.Single(await Store.ReadAsync((transaction, token) => transaction.Devices.ListByAccountAsync(account.Id, token)));
        Assert.Single(await Store.ReadAsync((transaction, token) => transaction.Devices.ListAsync(null, 10, token)));
        Assert.Equal(0, (await Store.ReadAsync((transaction, token) => transaction.Accounts.FindAsync(account.Id, token)))!.DeviceCount);
    }

    [StoreFact]
    public async Task An_address_that_is_not_the_devices_own_is_refused()
    {
        (Account account, Device device) = await AddAsync("1", "key");
        Device thief = device with { Id = Guid.NewGuid(), PublicKey = KeyOf("other") };

        Assert.Equal(DeviceAddition.Taken, await Store.WriteAsync((transaction, token) => transaction.Devices.AddAsync(thief, token)));
        Assert.Equal(1, (await Store.ReadAsync((transaction, token) => transaction.Accounts.FindAsync(account.Id, token)))!.DeviceCount);
    }

    [StoreFact]
    public async Task A_pool_is_given_away_to_the_last_place_and_what_comes_back_rests()
    {
        Guid[] devices = [.. Enumerable.Range(0, 6).Select(static _ => Guid.NewGuid())];
        var places = new List<InnerAddress?>();
        foreach (Guid device in devices) places.Add(await ClaimAsync(device));

        Assert.Equal([0L, 1L, 2L, 3L, 4L], places.OfType<InnerAddress>().Select(static place => place.Index).Order());
        Assert.Null(places[5]);
        Assert.Equal(places[0], await ClaimAsync(devices[0]));
        Assert.True(await Store.WriteAsync((transaction, token) => transaction.Addresses.ReleaseAsync(devices[0], token)));
        Assert.False(await Store.WriteAsync((transaction, token) => transaction.Addresses.ReleaseAsync(devices[0], token)));
        Assert.Null(await Store.ReadAsync((transaction, token) => transaction.Addresses.FindAsync(devices[0], token)));
        Assert.Null(await ClaimAsync(devices[5]));
        await Backend.PassAsync(AddressPool.Quarantine + TimeSpan.FromSeconds(1));
        Assert.Equal(places[0], await ClaimAsync(devices[5]));

        Task<InnerAddress?> ClaimAsync(Guid device) =>
            Store.WriteAsync((transaction, token) => transaction.Addresses.ClaimAsync(Small, device, token)).AsTask();
    }

    [StoreFact]
    public async Task An_account_goes_with_its_devices_and_sessions()
    {
        (Account account, Device device) = await AddAsync("1", "key");
        Session session = NewSession(account, device, "token");
        await Store.WriteAsync((transaction, token) => transaction.Sessions.AddAsync(session, token));

        Assert.True(await Store.WriteAsync((transaction, token) => transaction.Accounts.RemoveAsync(account.Id, token)));
        Assert.False(await Store.WriteAsync((transaction, token) => transaction.Accounts.RemoveAsync(account.Id, token)));
        Assert.Null(await Store.ReadAsync((transaction, token) => transaction.Devices.FindByKeyAsync(KeyOf("key"), token)));
        Assert.Null(await Store.ReadAsync((transaction, token) => transaction.Sessions.FindAsync(session.Id, token)));
        Assert.Null(await Store.ReadAsync((transaction, token) => transaction.Addresses.FindAsync(device.Id, token)));
    }

    [StoreFact]
    public async Task A_refresh_token_that_comes_twice_ends_its_session()
    {
        (Account account, Device device) = await AddAsync("1", "key");
        Session session = NewSession(account, device, "a");
        Assert.True(await Store.WriteAsync((transaction, token) => transaction.Sessions.AddAsync(session, token)));
        Assert.False(await Store.WriteAsync((transaction, token) => transaction.Sessions.AddAsync(session with { Id = Guid.NewGuid() }, token)));

        SessionRotation first = await RotateAsync("a", "b", device.Id);
        SessionRotation second = await RotateAsync("b", "c", device.Id);
        Assert.Equal((SessionOutcome.Rotated, 2L), (second.Outcome, second.Session!.Generation));
        Assert.Equal((SessionOutcome.Rotated, 1L), (first.Outcome, first.Session!.Generation));
        Assert.Equal(SessionOutcome.Refused, (await RotateAsync("c", "d", Guid.NewGuid())).Outcome);
        Assert.Equal(SessionOutcome.Refused, (await RotateAsync("nobody's", "d", device.Id)).Outcome);
        Assert.Equal(SessionOutcome.Reused, (await RotateAsync("a", "d", device.Id)).Outcome);
        Assert.Equal(SessionOutcome.Refused, (await RotateAsync("c", "d", device.Id)).Outcome);
        Assert.Equal(SessionOutcome.Refused, (await RotateAsync("a", "d", device.Id)).Outcome);
        Assert.NotNull((await Store.ReadAsync((transaction, token) => transaction.Sessions.FindAsync(session.Id, token)))!.RevokedAt);
    }

    [StoreFact]
    public async Task Sessions_end_by_time_by_hand_and_with_their_device()
    {
        (Account account, Device device) = await AddAsync("1", "key");
        Session[] sessions = [.. "abc".Select(name => NewSession(account, device, $"{name}"))];
        foreach (Session session in sessions) await Store.WriteAsync((transaction, token) => transaction.Sessions.AddAsync(session, token));

        Assert.True(await Store.WriteAsync((transaction, token) => transaction.Sessions.RevokeAsync(sessions[0].Id, token)));
        Assert.Equal(SessionOutcome.Refused, (await RotateAsync("a", "x", device.Id)).Outcome);
        await Backend.PassAsync(TimeSpan.FromDays(2));
        Assert.Equal(SessionOutcome.Refused, (await RotateAsync("b", "x", device.Id)).Outcome);
        await Store.WriteAsync((transaction, token) => transaction.Devices.RevokeAsync(device.Id, token));
        Assert.Equal(0, await Store.WriteAsync((transaction, token) => transaction.Sessions.RevokeAllAsync(account.Id, token)));
        Session late = NewSession(account, device, "late");
        Assert.False(await Store.WriteAsync((transaction, token) => transaction.Sessions.AddAsync(late, token)));
    }

    private static Session NewSession(Account account, Device device, string token) => new()
    {
        Id = Guid.NewGuid(),
        AccountId = account.Id,
        DeviceId = device.Id,
        Hash = HashOf(token),
        ExpiresAt = DateTimeOffset.UtcNow.AddDays(1),
    };

    private async Task<(Account Account, Device Device)> AddAsync(string number, string key)
    {
        Account account = NewAccount(number);
        await Store.WriteAsync((transaction, token) => transaction.Accounts.AddAsync(account, token));
        (DeviceAddition addition, Device device) = await Store.WriteAsync((transaction, token) =>
            AddDeviceAsync(transaction, account.Id, key, token));
        Assert.Equal(DeviceAddition.Added, addition);
        return (account, device);
    }

    private async Task<DeviceAddition> AddDeviceAsync(Guid accountId, string key) =>
        (await Store.WriteAsync((transaction, token) => AddDeviceAsync(transaction, accountId, key, token))).Addition;

    private Task<SessionRotation> RotateAsync(string presented, string replacement, Guid deviceId) =>
        Store.WriteAsync((transaction, token) => transaction.Sessions.RotateAsync(
            HashOf(presented), HashOf(replacement), deviceId, transaction.Now.AddDays(1), token)).AsTask();
}

public sealed class MemoryAccountsTests() : AccountsContract(new MemoryBackend());

public sealed class SqliteAccountsTests() : AccountsContract(new SqliteBackend());

public sealed class PostgresAccountsTests() : AccountsContract(new PostgresBackend());
