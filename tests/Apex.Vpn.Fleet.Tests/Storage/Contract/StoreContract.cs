using System.Security.Cryptography;
using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage;
using Apex.Vpn.Fleet.Tests.Storage.Backends;
using Apex.Vpn.Protocol;
using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Fleet.Tests.Storage.Contract;

/// <summary>What holds on every kind of database. One class per kind derives from each part of it.</summary>
public abstract class StoreContract(Backend backend) : IAsyncLifetime
{
    private static readonly AddressPool Addresses =
        new("test", System.Net.IPNetwork.Parse("10.64.0.0/16"), System.Net.IPNetwork.Parse("fd00:64::/64"));

    /// <summary>The database.</summary>
    protected Backend Backend => backend;

    /// <summary>A store on it.</summary>
    protected FleetStore Store { get; private set; } = null!;

    public virtual async Task InitializeAsync() => Store = await backend.OpenAsync();

    public async Task DisposeAsync() => await backend.DisposeAsync();

    protected static ReadOnlyMemory<byte> HashOf(string text) => SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text));

    protected static PublicKey KeyOf(string text) => new(HashOf(text).Span);

    protected static Node NewNode(string name) => new()
    {
        Id = Guid.NewGuid(),
        Name = name,
        City = "Amsterdam",
        Country = CountryCode.Parse("NL"),
        Provider = "one",
        State = NodeState.Booted,
    };

    protected static Account NewAccount(string name, int deviceLimit = 5) => new()
    {
        Id = Guid.NewGuid(),
        Kind = AccountKind.AnonymousNumber,
        Lookup = HashOf(name),
        DeviceLimit = deviceLimit,
    };

    /// <summary>Adds a device as sign-up does: address first.</summary>
    protected static async ValueTask<(DeviceAddition Addition, Device Device)> AddDeviceAsync(
        FleetTransaction transaction, Guid accountId, string key, CancellationToken cancellationToken, AddressPool? pool = null)
    {
        var id = Guid.NewGuid();
        InnerAddress address = (await transaction.Addresses.ClaimAsync(pool ?? Addresses, id, cancellationToken))!.Value;
        var device = new Device { Id = id, AccountId = accountId, PublicKey = KeyOf(key), Name = "laptop", Address = address };
        return (await transaction.Devices.AddAsync(device, cancellationToken), device);
    }

    /// <summary>Writes something that has no result.</summary>
    protected static async Task WriteAsync(FleetStore store, Func<FleetTransaction, CancellationToken, ValueTask> work) =>
        await store.WriteAsync(async (transaction, token) =>
        {
            await work(transaction, token);
            return true;
        });

    /// <summary>Publishes an event.</summary>
    protected static async Task PublishAsync(FleetStore store, string subject, int shard = 0) =>
        await store.WriteAsync((transaction, _) =>
        {
            transaction.PublishTo(shard, "test", subject, default);
            return new ValueTask<bool>(true);
        });

    /// <summary>Follows the feed until it has seen a number of events.</summary>
    protected static async Task<List<FeedEvent>> FollowAsync(FleetStore store, FeedCursor after, int count)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var seen = new List<FeedEvent>();
        await foreach (FeedPage page in store.Feed.FollowAsync(after, deadline.Token))
        {
            Assert.False(page.MustResync);
            seen.AddRange(page.Events);
            if (seen.Count >= count) break;
        }
        return seen;
    }
}
