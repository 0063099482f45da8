using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage;
using Apex.Vpn.Fleet.Tests.Storage.Backends;

namespace Apex.Vpn.Fleet.Tests.Storage.Contract;

/// <summary>What one may have, one has, however many want it at the same time from four replicas.</summary>
public abstract class RacesContract(Backend backend) : StoreContract(backend)
{
    private const int Racers = 16;

    private static readonly AddressPool Small =
        new("small", System.Net.IPNetwork.Parse("10.0.0.0/28"), System.Net.IPNetwork.Parse("fd00::/96"));

    private FleetStore[] Replicas { get; set; } = [];

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Replicas = [Store, await Backend.OpenAsync(), await Backend.OpenAsync(), await Backend.OpenAsync()];
    }

    [StoreFact]
    public async Task A_token_is_used_once()
    {
        EnrolmentToken token = await AddTokenAsync(TimeSpan.FromMinutes(10));
        EnrolmentToken?[] claims = await RaceAsync((transaction, racer, cancellation) =>
            transaction.Tokens.ClaimAsync(token.Id, HashOf("secret"), $"racer {racer}", cancellation));

        EnrolmentToken winner = Assert.Single(claims.OfType<EnrolmentToken>());
        EnrolmentToken found = (await Store.ReadAsync((transaction, cancellation) => transaction.Tokens.FindAsync(token.Id, cancellation)))!;
        Assert.Equal((winner.UsedBy, winner.UsedAt, "nl-ams-01"), (found.UsedBy, found.UsedAt, found.NodeName));
    }

    [StoreFact]
    public async Task A_token_is_not_used_with_another_secret_or_too_late()
    {
        EnrolmentToken token = await AddTokenAsync(TimeSpan.FromMinutes(10));
        Assert.Null(await ClaimAsync(token.Id, "guess"));
        Assert.Null(await ClaimAsync(Guid.NewGuid(), "secret"));
        await Backend.PassAsync(TimeSpan.FromMinutes(11));
        Assert.Null(await ClaimAsync(token.Id, "secret"));
        Assert.False(await Store.WriteAsync((transaction, cancellation) => transaction.Tokens.AddAsync(token, cancellation)));

        Task<EnrolmentToken?> ClaimAsync(Guid id, string secret) =>
            Store.WriteAsync((transaction, cancellation) => transaction.Tokens.ClaimAsync(id, HashOf(secret), "x", cancellation)).AsTask();
    }

    [StoreFact]
    public async Task A_device_key_belongs_to_one()
    {
        Account account = NewAccount("1", deviceLimit: 100);
        await Store.WriteAsync((transaction, token) => transaction.Accounts.AddAsync(account, token));
        (DeviceAddition Addition, Device Device)[] added = await RaceAsync((transaction, _, token) =>
            AddDeviceAsync(transaction, account.Id, "the key", token));

        Assert.Single(added, static racer => racer.Addition == DeviceAddition.Added);
        Assert.Equal(Racers - 1, added.Count(static racer => racer.Addition == DeviceAddition.Taken));
        Assert.Equal(1, (await Store.ReadAsync((transaction, token) => transaction.Accounts.FindAsync(account.Id, token)))!.DeviceCount);
    }

    [StoreFact]
    public async Task An_account_has_no_more_devices_than_it_may()
    {
        Account account = NewAccount("1", deviceLimit: 3);
        await Store.WriteAsync((transaction, token) => transaction.Accounts.AddAsync(account, token));
        (DeviceAddition Addition, Device Device)[] added = await RaceAsync((transaction, racer, token) =>
            AddDeviceAsync(transaction, account.Id, $"key {racer}", token));

        Assert.Equal(3, added.Count(static racer => racer.Addition == DeviceAddition.Added));
        Assert.Equal(Racers - 3, added.Count(static racer => racer.Addition == DeviceAddition.LimitReached));
    }

    [StoreFact]
    public async Task Addresses_are_given_to_one_each_until_none_is_left()
    {
        InnerAddress?[] places = await RaceAsync((transaction, _, token) => transaction.Addresses.ClaimAsync(Small, Guid.NewGuid(), token));

        Assert.Equal(13, Small.Capacity);
        IEnumerable<long> indices = places.OfType<InnerAddress>().Select(static place => place.Index);
        Assert.Equal(Enumerable.Range(0, 13).Select(static i => (long)i), indices.Order());
    }

    [StoreFact]
    public async Task Versions_of_a_configuration_are_drawn_once()
    {
        long[] versions = await RaceAsync((transaction, racer, token) =>
            transaction.Configurations.AddAsync("fleet", new[] { (byte)racer }, token));

        Assert.Equal(Enumerable.Range(1, Racers).Select(static i => (long)i), versions.Order());
    }

    [StoreFact]
    public async Task A_node_gets_a_new_epoch_with_each_claim()
    {
        Node node = NewNode("nl-ams-01");
        await Store.WriteAsync((transaction, token) => transaction.Nodes.AddAsync(node, token));
        long?[] epochs = await RaceAsync((transaction, _, token) => transaction.Nodes.ClaimAsync(node.Id, token));

        Assert.Equal(Enumerable.Range(1, Racers).Select(static i => (long?)i), epochs.Order());
    }

    private async Task<EnrolmentToken> AddTokenAsync(TimeSpan life)
    {
        EnrolmentToken token = await Store.WriteAsync((transaction, _) => new ValueTask<EnrolmentToken>(new EnrolmentToken
        {
            Id = Guid.NewGuid(),
            Hash = HashOf("secret"),
            NodeName = "nl-ams-01",
            ExpiresAt = transaction.Now + life,
        }));
        Assert.True(await Store.WriteAsync((transaction, cancellation) => transaction.Tokens.AddAsync(token, cancellation)));
        return token;
    }

    private async Task<T[]> RaceAsync<T>(Func<FleetTransaction, int, CancellationToken, ValueTask<T>> work)
    {
        using var start = new Barrier(Racers);
        return await Task.WhenAll(Enumerable.Range(0, Racers).Select(racer => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                return Replicas[racer % Replicas.Length].WriteAsync((transaction, token) => work(transaction, racer, token)).AsTask();
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).Unwrap()));
    }
}

public sealed class MemoryRacesTests() : RacesContract(new MemoryBackend());

public sealed class SqliteRacesTests() : RacesContract(new SqliteBackend());

public sealed class PostgresRacesTests() : RacesContract(new PostgresBackend());
