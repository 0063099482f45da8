namespace Apex.Vpn.Routing.Directory;

/// <summary>What an <see cref="IDirectoryCache"/> keeps.</summary>
public enum DirectoryItem
{
    /// <summary>The last good server list, as it came.</summary>
    List,

    /// <summary>The last good latency profiles, as they came.</summary>
    Profiles,

    /// <summary>The newest that was seen (<see cref="DirectoryMemory"/>), and the tags of what is kept.</summary>
    Memory,
}
