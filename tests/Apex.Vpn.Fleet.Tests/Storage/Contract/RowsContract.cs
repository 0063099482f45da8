using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Tests.Storage.Backends;

namespace Apex.Vpn.Fleet.Tests.Storage.Contract;

/// <summary>What was written is read again, and only what may be written is.</summary>
public abstract class RowsContract(Backend backend) : StoreContract(backend)
{
    [StoreFact]
    public async Task A_node_comes_back_as_it_was_written()
    {
        Node node = NewNode("nl-ams-01") with { EnrolledAt = new DateTimeOffset(2026, 5, 4, 3, 2, 1, 7, 8, TimeSpan.FromHours(2)) };
        (bool added, DateTimeOffset now) = await Store.WriteAsync(async (transaction, token) =>
            (await transaction.Nodes.AddAsync(node, token), transaction.Now));

        Assert.True(added);
        Node? found = await Store.ReadAsync((transaction, token) => transaction.Nodes.FindAsync(node.Id, token));
        Assert.Equal(node with { UpdatedAt = now }, found);
        Assert.Equal(found, await Store.ReadAsync((transaction, token) => transaction.Nodes.FindByNameAsync("nl-ams-01", token)));
        Assert.Null(await Store.ReadAsync((transaction, token) => transaction.Nodes.FindByNameAsync("nl-ams-02", token)));
    }

    [StoreFact]
    public async Task A_name_belongs_to_one_node()
    {
        Node first = NewNode("nl-ams-01"), second = NewNode("nl-ams-01");
        Assert.True(await Store.WriteAsync((transaction, token) => transaction.Nodes.AddAsync(first, token)));
        Assert.False(await Store.WriteAsync((transaction, token) => transaction.Nodes.AddAsync(second, token)));
        Assert.False(await Store.WriteAsync((transaction, token) => transaction.Nodes.AddAsync(first with { Name = "other" }, token)));

        Assert.Null(await Store.ReadAsync((transaction, token) => transaction.Nodes.FindAsync(second.Id, token)));
    }

    [StoreFact]
    public async Task A_node_is_written_by_whoever_claimed_it_last()
    {
        Node node = NewNode("nl-ams-01");
        await Store.WriteAsync((transaction, token) => transaction.Nodes.AddAsync(node, token));
        long? first = await Store.WriteAsync((transaction, token) => transaction.Nodes.ClaimAsync(node.Id, token));
        long? second = await Store.WriteAsync((transaction, token) => transaction.Nodes.ClaimAsync(node.Id, token));
        Node old = node with { Epoch = first!.Value, State = NodeState.Down };
        Node current = node with { Epoch = second!.Value, State = NodeState.Enrolling, AppliedVersion = 3 };

        Assert.Equal(1, first);
        Assert.Equal(2, second);
        Assert.Null(await Store.WriteAsync((transaction, token) => transaction.Nodes.ClaimAsync(Guid.NewGuid(), token)));
        Assert.False(await Store.WriteAsync((transaction, token) => transaction.Nodes.UpdateAsync(old, token)));
        Assert.True(await Store.WriteAsync((transaction, token) => transaction.Nodes.UpdateAsync(current, token)));
        Assert.False(await MoveAsync(old.Epoch, NodeState.Enrolling, NodeState.Provisioned));
        Assert.False(await MoveAsync(current.Epoch, NodeState.Booted, NodeState.Provisioned));
        Assert.True(await MoveAsync(current.Epoch, NodeState.Enrolling, NodeState.Provisioned));

        Node found = (await Store.ReadAsync((transaction, token) => transaction.Nodes.FindAsync(node.Id, token)))!;
        Assert.Equal((NodeState.Provisioned, 3L, 2L), (found.State, found.AppliedVersion, found.Epoch));

        Task<bool> MoveAsync(long epoch, NodeState expected, NodeState state) =>
            Store.WriteAsync((transaction, token) => transaction.Nodes.MoveAsync(node.Id, epoch, expected, state, token)).AsTask();
    }

    [StoreFact]
    public async Task Nodes_are_listed_page_by_page_each_once()
    {
        Node[] nodes = [.. Enumerable.Range(0, 25).Select(static i =>
            NewNode($"node-{i}") with { State = i % 2 == 0 ? NodeState.Active : NodeState.Down })];
        await WriteAsync(Store, async (transaction, token) =>
        {
            foreach (Node node in nodes) await transaction.Nodes.AddAsync(node, token);
        });

        var seen = new List<Node>();
        IReadOnlyList<Node> page;
        do
        {
            Guid? after = seen.Count == 0 ? null : seen[^1].Id;
            page = await Store.ReadAsync((transaction, token) => transaction.Nodes.ListAsync(after, 10, token));
            seen.AddRange(page);
        }
        while (page.Count == 10);

        Assert.Equal(25, seen.Count);
        Assert.Equal(nodes.Select(static node => node.Id).Order(), seen.Select(static node => node.Id));
        Assert.Equal(13, (await Store.ReadAsync((transaction, token) => transaction.Nodes.ListByStateAsync(NodeState.Active, token))).Count);
    }

    [StoreFact]
    public async Task A_state_that_nobody_knows_is_not_written()
    {
        await Assert.ThrowsAsync<ArgumentException>(async () =>
            await Store.WriteAsync((transaction, token) => transaction.Nodes.AddAsync(NewNode("x") with { State = NodeState.Unknown }, token)));
    }

    [StoreFact]
    public async Task Configurations_have_versions_and_a_node_gets_one_from_whoever_knows_what_it_had()
    {
        Node node = NewNode("nl-ams-01");
        await Store.WriteAsync((transaction, token) => transaction.Nodes.AddAsync(node, token));
        long first = await Store.WriteAsync((transaction, token) => transaction.Configurations.AddAsync("fleet", new byte[] { 1 }, token));
        long second = await Store.WriteAsync((transaction, token) => transaction.Configurations.AddAsync("fleet", new byte[] { 2 }, token));
        long other = await Store.WriteAsync((transaction, token) => transaction.Configurations.AddAsync("other", new byte[] { 3 }, token));

        Assert.Equal((1L, 2L, 1L), (first, second, other));
        NodeConfiguration? found = await Store.ReadAsync((transaction, token) => transaction.Configurations.FindAsync("fleet", 1, token));
        NodeConfiguration? latest = await Store.ReadAsync((transaction, token) => transaction.Configurations.FindLatestAsync("fleet", token));
        Assert.Equal([1], found!.Content.ToArray());
        Assert.Equal([2], latest!.Content.ToArray());
        Assert.Null(await Store.ReadAsync((transaction, token) => transaction.Configurations.FindAsync("fleet", 3, token)));
        Assert.Null(await Store.ReadAsync((transaction, token) => transaction.Configurations.FindLatestAsync("none", token)));
        Assert.True(await Store.WriteAsync((transaction, token) => transaction.Nodes.SetConfigurationAsync(node.Id, 0, 1, token)));
        Assert.False(await Store.WriteAsync((transaction, token) => transaction.Nodes.SetConfigurationAsync(node.Id, 0, 2, token)));
        Assert.Equal(1, (await Store.ReadAsync((transaction, token) => transaction.Nodes.FindAsync(node.Id, token)))!.ConfigurationVersion);
    }

    [StoreFact]
    public async Task Certificates_belong_to_a_node_and_go_with_it()
    {
        Node node = NewNode("nl-ams-01");
        var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var early = new Certificate("0A", node.Id, start, start.AddDays(30));
        var late = new Certificate("0B", node.Id, start.AddDays(18), start.AddDays(48));
        Assert.False(await Store.WriteAsync((transaction, token) => transaction.Certificates.AddAsync(early, token)));
        await Store.WriteAsync((transaction, token) => transaction.Nodes.AddAsync(node, token));
        Assert.True(await Store.WriteAsync((transaction, token) => transaction.Certificates.AddAsync(early, token)));
        Assert.True(await Store.WriteAsync((transaction, token) => transaction.Certificates.AddAsync(late, token)));
        Assert.False(await Store.WriteAsync((transaction, token) => transaction.Certificates.AddAsync(late, token)));

        Assert.Equal([late, early], await Store.ReadAsync((transaction, token) => transaction.Certificates.ListAsync(node.Id, token)));
        Assert.Equal(2, await Store.WriteAsync((transaction, token) => transaction.Certificates.RevokeAllAsync(node.Id, token)));
        Assert.Equal(0, await Store.WriteAsync((transaction, token) => transaction.Certificates.RevokeAllAsync(node.Id, token)));
        Assert.NotNull((await Store.ReadAsync((transaction, token) => transaction.Certificates.FindAsync("0A", token)))!.RevokedAt);
        Assert.True(await Store.WriteAsync((transaction, token) => transaction.Nodes.RemoveAsync(node.Id, token)));
        Assert.False(await Store.WriteAsync((transaction, token) => transaction.Nodes.RemoveAsync(node.Id, token)));
        Assert.Null(await Store.ReadAsync((transaction, token) => transaction.Certificates.FindAsync("0A", token)));
    }

    [StoreFact]
    public async Task Envelopes_revocations_and_the_audit_log_come_back()
    {
        var envelope = new KeyEnvelope("list", 1, new byte[] { 1, 2 });
        DateTimeOffset now = await Store.WriteAsync(async (transaction, token) =>
        {
            Assert.True(await transaction.KeyEnvelopes.AddAsync(envelope, token));
            Assert.False(await transaction.KeyEnvelopes.AddAsync(envelope, token));
            Assert.True(await transaction.KeyEnvelopes.AddAsync(envelope with { Version = 2 }, token));
            Assert.True(await transaction.Revocations.AddAsync(new Revocation("device-key", new byte[] { 7 }), token));
            Assert.False(await transaction.Revocations.AddAsync(new Revocation("device-key", new byte[] { 7 }), token));
            await transaction.Audit.AppendAsync("ann", "node.drain", "nl-ams-01", "works on the road", token);
            return transaction.Now;
        });

        IReadOnlyList<KeyEnvelope> envelopes = await Store.ReadAsync((transaction, token) => transaction.KeyEnvelopes.ListAsync("list", token));
        Assert.Equal([2L, 1L], envelopes.Select(static found => found.Version));
        Assert.Equal([1, 2], envelopes[1].Ciphertext.ToArray());
        Assert.True(await Store.WriteAsync((transaction, token) => transaction.KeyEnvelopes.RemoveAsync("list", 1, token)));
        Assert.False(await Store.WriteAsync((transaction, token) => transaction.KeyEnvelopes.RemoveAsync("list", 1, token)));
        Assert.True(await Store.ReadAsync((transaction, token) => transaction.Revocations.ContainsAsync("device-key", new byte[] { 7 }, token)));
        Assert.False(await Store.ReadAsync((transaction, token) => transaction.Revocations.ContainsAsync("list-key", new byte[] { 7 }, token)));
        Revocation revocation = Assert.Single(
            await Store.ReadAsync((transaction, token) => transaction.Revocations.ListAsync("device-key", token)));
        Assert.Equal(now, revocation.RevokedAt);
        AuditEntry entry = Assert.Single(await Store.ReadAsync((transaction, token) => transaction.Audit.ListAsync(10, token)));
        Assert.Equal(new AuditEntry(entry.Id, now, "ann", "node.drain", "nl-ams-01", "works on the road"), entry);
    }

    [StoreFact]
    public async Task A_transaction_that_reads_does_not_write()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
            await Store.ReadAsync((transaction, token) => transaction.Nodes.AddAsync(NewNode("x"), token)));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await Store.ReadAsync((transaction, _) =>
        {
            transaction.Publish("test", "x");
            return new ValueTask<bool>(true);
        }));
        Assert.Empty(await Store.ReadAsync((transaction, token) => transaction.Nodes.ListAsync(null, 10, token)));
    }
}

public sealed class MemoryRowsTests() : RowsContract(new MemoryBackend());

public sealed class SqliteRowsTests() : RowsContract(new SqliteBackend());

public sealed class PostgresRowsTests() : RowsContract(new PostgresBackend());
