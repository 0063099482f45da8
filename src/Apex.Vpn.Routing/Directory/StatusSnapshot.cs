namespace Apex.Vpn.Routing.Directory;

/// <summary>
/// How all servers of one list are at present, signed anew every few seconds: the same bytes for every client. Immutable; safe from any
/// thread.
/// </summary>
public sealed class StatusSnapshot
{
    /// <summary>Counts up with every status. A client never goes back to a lower one.</summary>
    public required long Sequence { get; init; }

    /// <summary>When it was signed: what a client takes for the time.</summary>
    public required DateTimeOffset Issued { get; init; }

    /// <summary>Until when it may be believed: at most 90 seconds after <see cref="Issued"/>.</summary>
    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>One for each of <see cref="ServerList.Servers"/>, in its order. Load and weight come in steps of 1/255.</summary>
    public required IReadOnlyList<ServerStatus> Servers { get; init; }

    /// <summary>The list that it speaks of; none for one that was not read from a file.</summary>
    public ListDigest List { get; init; }

    /// <summary>The generation of the key that signed it.</summary>
    public uint Generation { get; init; }

    // Tells two of the same sequence apart.
    internal ListDigest Digest { get; init; }
}
