using Apex.Vpn.Fleet.Model;

namespace Apex.Vpn.Fleet.Storage;

/// <summary>The versions of the nodes' configuration. Part of one transaction, and used by one thread at a time.</summary>
public interface IConfigurationStore
{
    /// <summary>Adds the next version of a configuration.</summary>
    /// <param name="name">Which configuration.</param>
    /// <param name="content">What it says.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The new version: one above the highest.</returns>
    ValueTask<long> AddAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default);

    /// <summary>A version of a configuration; null when there is none.</summary>
    /// <param name="name">Which configuration.</param>
    /// <param name="version">Which version.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    ValueTask<NodeConfiguration?> FindAsync(string name, long version, CancellationToken cancellationToken = default);

    /// <summary>The highest version of a configuration; null when there is none.</summary>
    /// <param name="name">Which configuration.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    ValueTask<NodeConfiguration?> FindLatestAsync(string name, CancellationToken cancellationToken = default);
}
