using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage;
using Apex.Vpn.Fleet.Tests.Storage.Backends;

namespace Apex.Vpn.Fleet.Tests.Storage.Contract;

/// <summary>A request takes effect once, and its answer is the same each time.</summary>
public abstract class IdempotencyContract(Backend backend) : StoreContract(backend)
{
    [StoreFact]
    public async Task A_request_that_comes_again_gets_its_answer_and_writes_nothing()
    {
        FleetStore other = await Backend.OpenAsync();
        WriteAnswer first = await AddAsync(Store, new IdempotencyKey("ann", "1", HashOf("body")), "first");
        WriteAnswer again = await AddAsync(other, new IdempotencyKey("ann", "1", HashOf("body")), "again");

        Assert.Equal((false, "first"), (first.IsReplay, Text(first)));
        Assert.Equal((true, "first"), (again.IsReplay, Text(again)));
        Assert.Equal(["first"], await NamesAsync());
    }

    [StoreFact]
    public async Task Another_request_with_the_same_key_is_refused_and_another_scope_is_another_key()
    {
        await AddAsync(Store, new IdempotencyKey("ann", "1", HashOf("body")), "first");
        await Assert.ThrowsAsync<IdempotencyConflictException>(() => AddAsync(Store, new IdempotencyKey("ann", "1", HashOf("other")), "second"));
        WriteAnswer bobs = await AddAsync(Store, new IdempotencyKey("bob", "1", HashOf("other")), "third");

        Assert.Equal((false, "third"), (bobs.IsReplay, Text(bobs)));
        Assert.Equal(["first", "third"], await NamesAsync());
    }

    [StoreFact]
    public async Task A_request_that_fails_leaves_no_answer()
    {
        var key = new IdempotencyKey("ann", "1");
        await Assert.ThrowsAsync<InvalidDataException>(() => Store.WriteOnceAsync(key, async (transaction, token) =>
        {
            await transaction.Nodes.AddAsync(NewNode("failed"), token);
            throw new InvalidDataException();
        }).AsTask());

        Assert.False((await AddAsync(Store, key, "second")).IsReplay);
        Assert.Equal(["second"], await NamesAsync());
    }

    [StoreFact]
    public async Task Of_sixteen_at_once_one_takes_effect_and_all_get_its_answer()
    {
        FleetStore other = await Backend.OpenAsync();
        WriteAnswer[] answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(i =>
            Task.Run(() => AddAsync(i % 2 == 0 ? Store : other, new IdempotencyKey("ann", "1"), $"node {i}"))));

        string name = Assert.Single(await NamesAsync());
        Assert.Single(answers, static answer => !answer.IsReplay);
        Assert.All(answers, answer => Assert.Equal(name, Text(answer)));
    }

    [StoreFact]
    public async Task Answers_are_kept_for_a_day_and_what_has_expired_is_trimmed()
    {
        var key = new IdempotencyKey("ann", "1");
        await AddAsync(Store, key, "first");
        await WriteAsync(Store, async (transaction, token) =>
        {
            await transaction.Tokens.AddAsync(
                new EnrolmentToken { Id = Guid.NewGuid(), Hash = HashOf("x"), NodeName = "x", ExpiresAt = transaction.Now.AddMinutes(10) }, token);
            await transaction.Revocations.AddAsync(new Revocation("k", HashOf("x"), ExpiresAt: transaction.Now.AddHours(1)), token);
            await transaction.Revocations.AddAsync(new Revocation("k", HashOf("y")), token);
        });
        await Backend.PassAsync(TimeSpan.FromHours(23));
        Assert.Equal(1, await Store.TrimAsync(new Retention()));
        Assert.True((await AddAsync(Store, key, "first")).IsReplay);
        await Backend.PassAsync(TimeSpan.FromHours(2));

        Assert.Equal(2, await Store.TrimAsync(new Retention()));
        Assert.Single(await Store.ReadAsync((transaction, token) => transaction.Revocations.ListAsync("k", token)));
        Assert.False((await AddAsync(Store, key, "second")).IsReplay);
    }

    private static string Text(WriteAnswer answer) => System.Text.Encoding.UTF8.GetString(answer.Content.Span);

    private static Task<WriteAnswer> AddAsync(FleetStore store, IdempotencyKey key, string name) =>
        store.WriteOnceAsync(key, async (transaction, token) =>
        {
            await transaction.Nodes.AddAsync(NewNode(name), token);
            return System.Text.Encoding.UTF8.GetBytes(name);
        }).AsTask();

    private async Task<IEnumerable<string>> NamesAsync()
    {
        IReadOnlyList<Node> nodes = await Store.ReadAsync((transaction, token) => transaction.Nodes.ListAsync(null, 100, token));
        return nodes.Select(static node => node.Name).Order();
    }
}

public sealed class MemoryIdempotencyTests() : IdempotencyContract(new MemoryBackend());

public sealed class SqliteIdempotencyTests() : IdempotencyContract(new SqliteBackend());

public sealed class PostgresIdempotencyTests() : IdempotencyContract(new PostgresBackend());
