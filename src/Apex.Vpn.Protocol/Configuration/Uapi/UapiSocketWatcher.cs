namespace Apex.Vpn.Protocol.Configuration;

/// <summary>Says when a socket's file is deleted, renamed or replaced, which asks the process behind it to end.</summary>
internal sealed class UapiSocketWatcher : IDisposable
{
    private readonly FileSystemWatcher _watcher;
    private readonly string _path;
    private readonly Action _removed;
    private int _gone;

    /// <summary>Watches from now on.</summary>
    /// <param name="path">The file, which exists.</param>
    /// <param name="removed">Called once, on any thread.</param>
    /// <exception cref="IOException">The system has no watch left to give.</exception>
    internal UapiSocketWatcher(string path, Action removed)
    {
        _path = Path.GetFullPath(path);
        _removed = removed;
        string name = Path.GetFileName(_path);
        // No filter: a name is not a pattern, and an interface's name may look like one.
        _watcher = new FileSystemWatcher(Path.GetDirectoryName(_path)!) { NotifyFilter = NotifyFilters.FileName };
        _watcher.Deleted += (_, change) => CheckIf(change.Name == name);
        _watcher.Renamed += (_, change) => CheckIf(change.OldName == name || change.Name == name);
        _watcher.Error += (_, _) => CheckIf(!File.Exists(_path)); // changes were lost, or the folder is gone
        _watcher.EnableRaisingEvents = true;
        CheckIf(!File.Exists(_path)); // before the watch stood
    }

    /// <summary>Whether the file is gone, or is another's by now.</summary>
    internal bool IsGone => Volatile.Read(ref _gone) != 0;

    public void Dispose() => _watcher.Dispose();

    private void CheckIf(bool gone)
    {
        if (gone && Interlocked.Exchange(ref _gone, 1) == 0) _removed();
    }
}
