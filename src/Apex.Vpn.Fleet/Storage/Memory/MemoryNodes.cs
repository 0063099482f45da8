using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage.Engine;

namespace Apex.Vpn.Fleet.Storage.Memory;

internal sealed class MemoryNodes(MemorySession session) : INodeStore
{
    public ValueTask<bool> AddAsync(Node node, CancellationToken cancellationToken = default)
    {
        Limits.CheckName(node.Name);
        Limits.CheckKnown(node.State, nameof(node));
        MemoryState state = session.Write;
        if (state.Nodes.ContainsKey(node.Id) || state.NodeNames.ContainsKey(node.Name)) return new(false);
        state.NodeNames = state.NodeNames.Add(node.Name, node.Id);
        Put(node);
        return new(true);
    }

    public ValueTask<Node?> FindAsync(Guid id, CancellationToken cancellationToken = default) => new(Find(id));

    public ValueTask<Node?> FindByNameAsync(string name, CancellationToken cancellationToken = default) =>
        new(session.Read.NodeNames.TryGetValue(name, out Guid id) ? Find(id) : null);

    public ValueTask<IReadOnlyList<Node>> ListAsync(Guid? after, int limit, CancellationToken cancellationToken = default)
    {
        Limits.CheckPage(limit);
        return new([.. session.Read.Nodes.Values
            .Where(node => after is null || node.Id.CompareTo(after.Value) > 0)
            .OrderBy(static node => node.Id)
            .Take(limit)]);
    }

    public ValueTask<IReadOnlyList<Node>> ListByStateAsync(NodeState state, CancellationToken cancellationToken = default) =>
        new([.. session.Read.Nodes.Values.Where(node => node.State == state).OrderBy(static node => node.Id)]);

    public ValueTask<long?> ClaimAsync(Guid id, CancellationToken cancellationToken = default)
    {
        _ = session.Write;
        if (Find(id) is not { } node) return new((long?)null);
        Put(node with { Epoch = node.Epoch + 1 });
        return new(node.Epoch + 1);
    }

    public ValueTask<bool> UpdateAsync(Node node, CancellationToken cancellationToken = default)
    {
        Limits.CheckKnown(node.State, nameof(node));
        return Change(node.Id, present => present.Epoch == node.Epoch, present => present with
        {
            City = node.City,
            Country = node.Country,
            Provider = node.Provider,
            State = node.State,
            AppliedVersion = node.AppliedVersion,
            EnrolledAt = node.EnrolledAt is { } time ? Sql.DatabaseTime.Truncate(time) : null,
        });
    }

    public ValueTask<bool> MoveAsync(
        Guid id, long epoch, NodeState expected, NodeState state, CancellationToken cancellationToken = default)
    {
        Limits.CheckKnown(state, nameof(state));
        return Change(id, node => node.Epoch == epoch && node.State == expected, node => node with { State = state });
    }

    public ValueTask<bool> SetConfigurationAsync(Guid id, long expected, long version, CancellationToken cancellationToken = default) =>
        Change(id, node => node.ConfigurationVersion == expected, node => node with { ConfigurationVersion = version });

    public ValueTask<bool> RemoveAsync(Guid id, CancellationToken cancellationToken = default)
    {
        MemoryState state = session.Write;
        if (Find(id) is not { } node) return new(false);
        state.Nodes = state.Nodes.Remove(id);
        state.NodeNames = state.NodeNames.Remove(node.Name);
        state.Certificates = state.Certificates.RemoveRange(
            state.Certificates.Values.Where(certificate => certificate.NodeId == id).Select(static certificate => certificate.Serial));
        return new(true);
    }

    private Node? Find(Guid id) => session.Read.Nodes.GetValueOrDefault(id);

    private void Put(Node node) => session.Write.Nodes = session.Write.Nodes.SetItem(node.Id, node with { UpdatedAt = session.Now });

    private ValueTask<bool> Change(Guid id, Predicate<Node> mayChange, Func<Node, Node> change)
    {
        _ = session.Write;
        if (Find(id) is not { } node || !mayChange(node)) return new(false);
        Put(change(node));
        return new(true);
    }
}
