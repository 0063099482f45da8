using Apex.Vpn.Protocol;

namespace Apex.Vpn.Routing.Directory;

/// <summary>
/// Decides what to believe of the files that a client is offered: never an older one than it saw, and never one whose time has passed. A
/// machine without clock, network or disk.
/// </summary>
/// <remarks>
/// <para>
/// <c>now</c> is signed time (<see cref="SignedTime"/>): when the last status was issued, and what has passed since on a clock that nobody
/// sets. It is null while there was no status; then the latest time of issue that was ever seen counts. The wall clock is not asked, so
/// that
/// one that is wrong by years changes nothing.
/// </para>
/// <para>Not thread-safe.</para>
/// </remarks>
public sealed class DirectoryState
{
    private readonly TrustRoots _roots;

    /// <summary>A client that holds nothing yet.</summary>
    /// <param name="roots">Whom it trusts.</param>
    /// <param name="memory">What it saw before it was last closed; null for a new one.</param>
    public DirectoryState(TrustRoots roots, DirectoryMemory? memory = null)
    {
        ArgumentNullException.ThrowIfNull(roots);
        _roots = roots;
        Memory = memory ?? new DirectoryMemory();
    }

    /// <summary>What must be kept when the client is closed.</summary>
    public DirectoryMemory Memory { get; private set; }

    /// <summary>The list that is held; null when there is none.</summary>
    public ServerList? List { get; private set; }

    /// <summary>
    /// The last status of <see cref="List"/>, be its time over or not; null when there is none. <see cref="StatusAt"/> asks for the time.
    /// </summary>
    public StatusSnapshot? Status { get; private set; }

    /// <summary>
    /// The last profiles, be their time over or not; null when there are none. <see cref="ProfilesAt"/> asks for the time.
    /// </summary>
    public SignedProfiles? Profiles { get; private set; }

    /// <summary>
    /// Whether a server may be chosen from <see cref="List"/>: it is the newest that was seen, and its time has not passed. A list that is
    /// not good enough for that still shows where the control plane is reached.
    /// </summary>
    /// <param name="now">Signed time, or null.</param>
    public bool CanChooseAt(DateTimeOffset? now) =>
        List is { } list && GenerationOf(list) == Memory.Generation && list.Version == Memory.Version && !IsPast(list.Expires, now);

    /// <summary>The status, unless its time has passed.</summary>
    /// <param name="now">Signed time, or null.</param>
    public StatusSnapshot? StatusAt(DateTimeOffset? now) => Status is { } status && !IsPast(status.NotAfter, now) ? status : null;

    /// <summary>The profiles, unless their time has passed.</summary>
    /// <param name="now">Signed time, or null.</param>
    public SignedProfiles? ProfilesAt(DateTimeOffset? now) => Profiles is { } profiles && !IsPast(profiles.NotAfter, now) ? profiles : null;

    /// <summary>Offers a list, wherever it comes from.</summary>
    /// <param name="file">Any bytes.</param>
    /// <param name="now">Signed time, or null.</param>
    /// <returns>
    /// <see cref="DirectoryVerdict.Accepted"/> or <see cref="DirectoryVerdict.Expired"/> when it is held from now on; otherwise why it is
    /// not.
    /// </returns>
    public DirectoryVerdict OfferList(ReadOnlySpan<byte> file, DateTimeOffset? now)
    {
        DirectoryVerdict verdict = ServerListReader.Read(file, _roots, out ServerList? list);
        if (list is null) return verdict;
        uint generation = GenerationOf(list);
        if (generation < Memory.Generation) return DirectoryVerdict.Superseded;
        if (generation == Memory.Generation)
        {
            if (list.Version < Memory.Version) return DirectoryVerdict.Rollback;
            if (list.Version == Memory.Version && list.Digest != Memory.Digest) return DirectoryVerdict.Conflict;
            if (list.Digest == List?.Digest) return UnchangedUntil(list.Expires, now);
        }
        if (generation > Memory.Generation) BeginGeneration(generation, ref now);
        Memory = Memory with { Version = list.Version, Digest = list.Digest, LatestIssued = Later(Memory.LatestIssued, list.Issued) };
        (List, Status) = (list, null);
        return IsPast(list.Expires, now) ? DirectoryVerdict.Expired : DirectoryVerdict.Accepted;
    }

    /// <summary>
    /// Offers a list to reach the control plane with, when no other is to be had: it may be older than one that was seen. No server is
    /// chosen
    /// from such a one.
    /// </summary>
    /// <param name="file">Any bytes.</param>
    /// <param name="now">Signed time, or null.</param>
    /// <returns>
    /// As <see cref="OfferList"/>; for an older one <see cref="DirectoryVerdict.Expired"/> when it is held from now on,
    /// <see cref="DirectoryVerdict.Rollback"/> or <see cref="DirectoryVerdict.Superseded"/> when another is held already.
    /// </returns>
    public DirectoryVerdict OfferFallback(ReadOnlySpan<byte> file, DateTimeOffset? now)
    {
        DirectoryVerdict verdict = OfferList(file, now);
        if (verdict is not (DirectoryVerdict.Rollback or DirectoryVerdict.Superseded) || List is not null) return verdict;
        ServerListReader.Read(file, _roots, out ServerList? list);
        List = list;
        return DirectoryVerdict.Expired;
    }

    /// <summary>Offers a status of the list that is held.</summary>
    /// <param name="file">Any bytes.</param>
    /// <param name="now">Signed time, or null.</param>
    /// <returns>
    /// <see cref="DirectoryVerdict.Accepted"/> when it is held from now on; <see cref="DirectoryVerdict.OtherList"/> when the list must be
    /// fetched first; otherwise why it is ignored.
    /// </returns>
    public DirectoryVerdict OfferStatus(ReadOnlySpan<byte> file, DateTimeOffset? now)
    {
        if (List is not { } list) return DirectoryVerdict.OtherList;
        DirectoryVerdict verdict = StatusReader.Read(file, _roots, list, out StatusSnapshot? status);
        if (status is null) return verdict;
        if (status.Generation < Memory.Generation) return DirectoryVerdict.Superseded;
        // The list that goes with a new generation is signed by it.
        if (status.Generation > GenerationOf(list)) return DirectoryVerdict.OtherList;
        if (status.Sequence < Memory.StatusSequence) return DirectoryVerdict.Rollback;
        if (status.Sequence == Status?.Sequence)
            return status.Digest == Status.Digest ? UnchangedUntil(status.NotAfter, now) : DirectoryVerdict.Conflict;
        if (IsPast(status.NotAfter, now)) return DirectoryVerdict.Expired;
        Memory = Memory with { StatusSequence = status.Sequence, LatestIssued = Later(Memory.LatestIssued, status.Issued) };
        Status = status;
        return DirectoryVerdict.Accepted;
    }

    /// <summary>Offers latency profiles.</summary>
    /// <param name="file">Any bytes.</param>
    /// <param name="now">Signed time, or null.</param>
    /// <returns><see cref="DirectoryVerdict.Accepted"/> when they are held from now on; otherwise why they are ignored.</returns>
    public DirectoryVerdict OfferProfiles(ReadOnlySpan<byte> file, DateTimeOffset? now)
    {
        DirectoryVerdict verdict = ProfilesReader.Read(file, _roots, out SignedProfiles? profiles);
        if (profiles is null) return verdict;
        if (profiles.Generation < Memory.Generation) return DirectoryVerdict.Superseded;
        if (profiles.Generation > Memory.Generation) return DirectoryVerdict.OtherList;
        if (profiles.Sequence < Memory.ProfilesSequence) return DirectoryVerdict.Rollback;
        if (profiles.Sequence == Profiles?.Sequence)
        {
            bool isSame = profiles.Issued == Profiles.Issued && profiles.NotAfter == Profiles.NotAfter
                && profiles.Payload.Span.SequenceEqual(Profiles.Payload.Span);
            return isSame ? UnchangedUntil(profiles.NotAfter, now) : DirectoryVerdict.Conflict;
        }
        if (IsPast(profiles.NotAfter, now)) return DirectoryVerdict.Expired;
        Memory = Memory with { ProfilesSequence = profiles.Sequence, LatestIssued = Later(Memory.LatestIssued, profiles.Issued) };
        Profiles = profiles;
        return DirectoryVerdict.Accepted;
    }

    /// <summary>What it means that somebody says the list has not changed.</summary>
    /// <param name="now">Signed time, or null.</param>
    /// <returns>
    /// <see cref="DirectoryVerdict.Unchanged"/>, or <see cref="DirectoryVerdict.Frozen"/> when the time of what is held has passed.
    /// </returns>
    public DirectoryVerdict ListUnchanged(DateTimeOffset? now) =>
        List is null ? DirectoryVerdict.UnexpectedAnswer : UnchangedUntil(List.Expires, now);

    /// <summary>What it means that somebody says the profiles have not changed.</summary>
    /// <param name="now">Signed time, or null.</param>
    /// <returns>
    /// <see cref="DirectoryVerdict.Unchanged"/>, or <see cref="DirectoryVerdict.Frozen"/> when the time of what is held has passed.
    /// </returns>
    public DirectoryVerdict ProfilesUnchanged(DateTimeOffset? now) =>
        Profiles is null ? DirectoryVerdict.UnexpectedAnswer : UnchangedUntil(Profiles.NotAfter, now);

    private static uint GenerationOf(ServerList list) => list.Certificate?.Generation ?? 0;

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    // Whoever had a key of the former generation may have counted versions, sequences and time as far ahead as he liked.
    private void BeginGeneration(uint generation, ref DateTimeOffset? now)
    {
        Memory = new DirectoryMemory { Generation = generation };
        Profiles = null;
        now = null;
    }

    private DirectoryVerdict UnchangedUntil(DateTimeOffset end, DateTimeOffset? now) =>
        IsPast(end, now) ? DirectoryVerdict.Frozen : DirectoryVerdict.Unchanged;

    private bool IsPast(DateTimeOffset end, DateTimeOffset? now) => end < Later(now ?? Memory.LatestIssued, Memory.LatestIssued);
}
