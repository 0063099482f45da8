namespace Apex.Vpn.Routing.Directory;

/// <summary>
/// Keeps what a client needs when it starts without a network. Nothing in it is secret, and nothing but its age is believed unchecked.
/// </summary>
public interface IDirectoryCache
{
    /// <summary>Reads an item.</summary>
    /// <param name="item">Which.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Its bytes as they were last saved; null when there are none, or none that can be read.</returns>
    ValueTask<byte[]?> LoadAsync(DirectoryItem item, CancellationToken cancellationToken = default);

    /// <summary>Saves an item, so that afterwards either the former or the new one is there, whatever happens meanwhile.</summary>
    /// <param name="item">Which.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">It cannot be saved.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be saved.</exception>
    ValueTask SaveAsync(DirectoryItem item, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default);
}
