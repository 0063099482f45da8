namespace Apex.Vpn.Routing.Directory;

/// <summary>
/// Keeps the directory in files of one folder, each replaced as a whole: written beside, flushed to the disk, renamed. For one client at a
/// time.
/// </summary>
public sealed class FileDirectoryCache : IDirectoryCache
{
    private const int MaxSize = ServerListReader.MaxSize;

    private readonly string _folder;

    /// <summary>Keeps files in a folder.</summary>
    /// <param name="folder">The folder; made when it is needed and not there.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public FileDirectoryCache(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _folder = folder;
    }

    /// <inheritdoc/>
    public async ValueTask<byte[]?> LoadAsync(DirectoryItem item, CancellationToken cancellationToken = default)
    {
        try
        {
            string path = PathOf(item);
            if (new FileInfo(path) is not { Exists: true, Length: <= MaxSize }) return null;
            return await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async ValueTask SaveAsync(DirectoryItem item, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        System.IO.Directory.CreateDirectory(_folder);
        string path = PathOf(item), beside = path + ".new";
        var file = new FileStream(beside, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true);
        await using (file.ConfigureAwait(false))
        {
            await file.WriteAsync(content, cancellationToken).ConfigureAwait(false);
            file.Flush(flushToDisk: true);
        }
        File.Move(beside, path, overwrite: true);
    }

    private string PathOf(DirectoryItem item) => Path.Combine(_folder, item switch
    {
        DirectoryItem.List => "servers.apxl",
        DirectoryItem.Profiles => "profiles.apxp",
        DirectoryItem.Memory => "memory.json",
        _ => throw new ArgumentOutOfRangeException(nameof(item)),
    });
}
