namespace Apex.Vpn.Routing.Directory;

/// <summary>
/// What a client must not forget when it is closed: the newest that it saw, below which it never goes again. Immutable; safe from any
/// thread.
/// </summary>
public sealed record DirectoryMemory
{
    /// <summary>The highest generation of keys.</summary>
    public uint Generation { get; init; }

    /// <summary>The highest version of the list of that generation; 0 when there was none.</summary>
    public long Version { get; init; }

    /// <summary>The list of that version.</summary>
    public ListDigest Digest { get; init; }

    /// <summary>The highest sequence of a status of that generation; 0 when there was none.</summary>
    public long StatusSequence { get; init; }

    /// <summary>The highest sequence of profiles of that generation; 0 when there were none.</summary>
    public long ProfilesSequence { get; init; }

    /// <summary>The latest time of issue that was seen: it is not earlier than that now.</summary>
    public DateTimeOffset LatestIssued { get; init; } = DateTimeOffset.UnixEpoch;
}
