using Apex.Vpn.Fleet.Model;

namespace Apex.Vpn.Fleet.Storage;

/// <summary>The nodes of the fleet. Part of one transaction, and used by one thread at a time.</summary>
public interface INodeStore
{
    /// <summary>Adds a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>False when its id or its name is taken; nothing is written then.</returns>
    ValueTask<bool> AddAsync(Node node, CancellationToken cancellationToken = default);

    /// <summary>The node with an id; null when there is none.</summary>
    /// <param name="id">The id.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    ValueTask<Node?> FindAsync(Guid id, CancellationToken cancellationToken = default);

    /// <summary>The node with a name; null when there is none.</summary>
    /// <param name="name">The name.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    ValueTask<Node?> FindByNameAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>A page of all nodes, ordered by id.</summary>
    /// <param name="after">The last id of the page before; null for the first page.</param>
    /// <param name="limit">How many at most, 1 to 10 000.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The nodes; fewer than <paramref name="limit"/> on the last page.</returns>
    ValueTask<IReadOnlyList<Node>> ListAsync(Guid? after, int limit, CancellationToken cancellationToken = default);

    /// <summary>All nodes in a state, ordered by id.</summary>
    /// <param name="state">The state.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    ValueTask<IReadOnlyList<Node>> ListByStateAsync(NodeState state, CancellationToken cancellationToken = default);

    /// <summary>Takes the node over: writes with the epoch before are refused from now on.</summary>
    /// <param name="id">The node's id.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The new epoch; null when there is no such node.</returns>
    ValueTask<long?> ClaimAsync(Guid id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Writes a node's place, provider, state, applied version and time of enrolment; not its name, its epoch, nor the configuration that
    /// it should run.
    /// </summary>
    /// <param name="node">The node, with the epoch that its writer has claimed.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>False when there is no such node or its epoch is another; nothing is written then.</returns>
    /// <exception cref="ArgumentException">The state is <see cref="NodeState.Unknown"/>.</exception>
    ValueTask<bool> UpdateAsync(Node node, CancellationToken cancellationToken = default);

    /// <summary>Moves a node from one state to another, if it is still in the first.</summary>
    /// <param name="id">The node's id.</param>
    /// <param name="epoch">The epoch that the writer has claimed.</param>
    /// <param name="expected">The state it must be in.</param>
    /// <param name="state">The state it gets.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>False when the node, its epoch or its state is another; nothing is written then.</returns>
    /// <exception cref="ArgumentException">The new state is <see cref="NodeState.Unknown"/>.</exception>
    ValueTask<bool> MoveAsync(Guid id, long epoch, NodeState expected, NodeState state, CancellationToken cancellationToken = default);

    /// <summary>
    /// Sets the version of the configuration that a node should run, if it is still the one that the caller knows. For a rollout, which
    /// holds a lease and not the node's epoch.
    /// </summary>
    /// <param name="id">The node's id.</param>
    /// <param name="expected">The version it must have.</param>
    /// <param name="version">The version it gets.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>False when there is no such node or its version is another; nothing is written then.</returns>
    ValueTask<bool> SetConfigurationAsync(Guid id, long expected, long version, CancellationToken cancellationToken = default);

    /// <summary>Removes a node and what is remembered of its certificates.</summary>
    /// <param name="id">The node's id.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>False when there is no such node.</returns>
    ValueTask<bool> RemoveAsync(Guid id, CancellationToken cancellationToken = default);
}
