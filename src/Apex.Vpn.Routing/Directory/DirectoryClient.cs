using Apex.Vpn.Protocol;

namespace Apex.Vpn.Routing.Directory;

/// <summary>
/// Holds a fleet's server list, status and latency profiles: from the last run, from the application's own list, and from the control plane
/// as often as its user asks. Whatever it holds was signed; what was wrong with the rest, each call says.
/// </summary>
/// <remarks>
/// Safe from any thread; one request is under way at a time. No call throws for what comes from the network or the cache.
/// </remarks>
public sealed class DirectoryClient : IDisposable
{
    // By so much at most a clock is taken to run fast: signed time runs slower by that, and so is never ahead of the signer's.
    private const int ClockTolerance = 1000;

    // Every status moves what must not be forgotten; a disk need not hear of each.
    private static readonly TimeSpan SaveInterval = TimeSpan.FromMinutes(10);

    private readonly DirectoryClientOptions _options;
    private readonly FileFetcher _fetcher;
    private readonly SemaphoreSlim _gate = new(1);
    private readonly Lock _lock = new();
    private DirectoryState _state;
    private SignedTime? _time;
    private string? _listTag;
    private string? _profilesTag;
    private DateTimeOffset _savedIssued;
    private bool _started;

    /// <summary>A client that holds nothing yet and has asked nobody.</summary>
    /// <param name="options">Where it gets its files from.</param>
    /// <exception cref="ArgumentException">The base address is relative or does not end with a slash.</exception>
    public DirectoryClient(DirectoryClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!options.BaseAddress.IsAbsoluteUri || !options.BaseAddress.AbsolutePath.EndsWith('/'))
            throw new ArgumentException("The base address is absolute and ends with a slash.", nameof(options));
        _options = options;
        _fetcher = new FileFetcher(options);
        _state = new DirectoryState(options.Roots);
    }

    /// <summary>
    /// The list that is held; null when there is none. Whether a server may be chosen from it, <see cref="CanChoose"/> says.
    /// </summary>
    public ServerList? List => Read(static (state, _) => state.List);

    /// <summary>
    /// Whether a server may be chosen from <see cref="List"/>: it is the newest that was seen, and its time has not passed.
    /// </summary>
    public bool CanChoose => Read(static (state, now) => state.CanChooseAt(now));

    /// <summary>The status of <see cref="List"/>; null when there is none, or its time has passed.</summary>
    public StatusSnapshot? Status => Read(static (state, now) => state.StatusAt(now));

    /// <summary>The latency profiles; null when there are none, or their time has passed.</summary>
    public SignedProfiles? Profiles => Read(static (state, now) => state.ProfilesAt(now));

    /// <summary>
    /// The time as the control plane signed it, and what has passed since, cut by 0.1 % so that a clock that runs fast by less is never
    /// ahead
    /// of the control plane's. Never the wall clock's.
    /// </summary>
    /// <remarks>
    /// What <see cref="Protocol.Notices.NoticeClientOptions.SignedTime"/> asks for. A clock that runs faster than that has statuses refused
    /// until the client is made anew.
    /// </remarks>
    /// <returns>Null while no status came.</returns>
    public DateTimeOffset? SignedNow()
    {
        lock (_lock) return Now();
    }

    /// <summary>
    /// Takes up what an earlier run kept, or the list that came with the application. Refreshing does so too, when it was not done.
    /// </summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>
    /// <see cref="DirectoryVerdict.Accepted"/> or <see cref="DirectoryVerdict.Expired"/> when there is a list now; otherwise what is wrong
    /// with
    /// the last one that was looked at, or <see cref="DirectoryVerdict.None"/>.
    /// </returns>
    public async Task<DirectoryVerdict> StartAsync(CancellationToken cancellationToken = default)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await StartOnceAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Fetches the list, if it has changed. Once an hour is enough: a status of another list fetches it too.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What became of it.</returns>
    public Task<DirectoryVerdict> RefreshListAsync(CancellationToken cancellationToken = default) =>
        RefreshAsync(RefreshListCoreAsync, cancellationToken);

    /// <summary>Fetches the status; of another list than the one held, that list first. It lives 90 seconds at most.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What became of it.</returns>
    public Task<DirectoryVerdict> RefreshStatusAsync(CancellationToken cancellationToken = default) =>
        RefreshAsync(RefreshStatusCoreAsync, cancellationToken);

    /// <summary>Fetches the latency profiles, if they have changed. They come once an hour.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What became of them.</returns>
    public Task<DirectoryVerdict> RefreshProfilesAsync(CancellationToken cancellationToken = default) =>
        RefreshAsync(RefreshProfilesCoreAsync, cancellationToken);

    /// <summary>Lets go of what the client made itself. What is held can still be read.</summary>
    public void Dispose() => _gate.Dispose();

    private async Task<DirectoryVerdict> RefreshAsync(
        Func<CancellationToken, Task<DirectoryVerdict>> refresh, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await StartOnceAsync(cancellationToken).ConfigureAwait(false);
            return await refresh(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<DirectoryVerdict> StartOnceAsync(CancellationToken cancellationToken)
    {
        if (_started) return Read(static (state, now) => Held(state, now));
        byte[]? memory = await LoadAsync(DirectoryItem.Memory, cancellationToken).ConfigureAwait(false);
        byte[]? list = await LoadAsync(DirectoryItem.List, cancellationToken).ConfigureAwait(false);
        byte[]? profiles = await LoadAsync(DirectoryItem.Profiles, cancellationToken).ConfigureAwait(false);
        SavedMemory? saved = memory is null ? null : SavedMemory.Read(memory);
        DirectoryVerdict verdict = DirectoryVerdict.None;
        lock (_lock)
        {
            _state = new DirectoryState(_options.Roots, saved?.ToMemory());
            // The application's own list may be newer than the kept one; what is older than either stays out of the way.
            byte[][] lists = [.. new[] { list, _options.BundledList.ToArray() }.OfType<byte[]>().Where(static file => file.Length > 0)];
            foreach (byte[] file in lists) verdict = Best(verdict, _state.OfferList(file, now: null));
            foreach (byte[] file in lists.Where(_ => _state.List is null)) verdict = _state.OfferFallback(file, now: null);
            if (profiles is not null) _state.OfferProfiles(profiles, now: null);
            // A tag speaks for what it came with, and that must be here.
            if (_state.CanChooseAt(null) && _state.List!.Digest == saved?.ToMemory().Digest) _listTag = saved.ListTag;
            if (_state.Profiles is not null) _profilesTag = saved?.ProfilesTag;
            _savedIssued = _state.Memory.LatestIssued;
        }
        _started = true;
        return verdict;

        static DirectoryVerdict Best(DirectoryVerdict former, DirectoryVerdict latter) => IsHeld(latter) || !IsHeld(former) ? latter : former;
    }

    private static DirectoryVerdict Held(DirectoryState state, DateTimeOffset? now)
    {
        if (state.List is null) return DirectoryVerdict.None;
        return state.CanChooseAt(now) ? DirectoryVerdict.Accepted : DirectoryVerdict.Expired;
    }

    private static bool IsHeld(DirectoryVerdict verdict) => verdict is DirectoryVerdict.Accepted or DirectoryVerdict.Expired;

    private async Task<DirectoryVerdict> RefreshListCoreAsync(CancellationToken cancellationToken)
    {
        FileFetcher.Answer answer =
            await _fetcher.FetchAsync("list", _listTag, ServerListReader.MaxSize, cancellationToken).ConfigureAwait(false);
        if (answer.Verdict == DirectoryVerdict.Unchanged) return Offer(static (state, now) => state.ListUnchanged(now));
        if (answer.Content is not { } file) return answer.Verdict;
        DirectoryVerdict verdict = Offer((state, now) => state.OfferList(file, now));
        if (IsHeld(verdict))
        {
            _listTag = answer.Tag;
            // The list first: a memory of a list that is not there would keep the former one from being used.
            await SaveAsync(DirectoryItem.List, file, cancellationToken).ConfigureAwait(false);
            await SaveMemoryAsync(cancellationToken).ConfigureAwait(false);
        }
        return verdict;
    }

    private async Task<DirectoryVerdict> RefreshStatusCoreAsync(CancellationToken cancellationToken)
    {
        FileFetcher.Answer answer =
            await _fetcher.FetchAsync("status", tag: null, StatusReader.MaxSize, cancellationToken).ConfigureAwait(false);
        if (answer.Content is not { } file) return answer.Verdict;
        DirectoryVerdict verdict = OfferStatus(file);
        if (verdict == DirectoryVerdict.OtherList)
        {
            DirectoryVerdict list = await RefreshListCoreAsync(cancellationToken).ConfigureAwait(false);
            if (!IsHeld(list)) return verdict;
            verdict = OfferStatus(file);
        }
        if (verdict == DirectoryVerdict.Accepted && Read(static (state, _) => state.Memory.LatestIssued) - _savedIssued >= SaveInterval)
            await SaveMemoryAsync(cancellationToken).ConfigureAwait(false);
        return verdict;
    }

    private async Task<DirectoryVerdict> RefreshProfilesCoreAsync(CancellationToken cancellationToken)
    {
        FileFetcher.Answer answer =
            await _fetcher.FetchAsync("profiles", _profilesTag, ProfilesReader.MaxSize, cancellationToken).ConfigureAwait(false);
        if (answer.Verdict == DirectoryVerdict.Unchanged) return Offer(static (state, now) => state.ProfilesUnchanged(now));
        if (answer.Content is not { } file) return answer.Verdict;
        DirectoryVerdict verdict = Offer((state, now) => state.OfferProfiles(file, now));
        if (verdict == DirectoryVerdict.Accepted)
        {
            _profilesTag = answer.Tag;
            await SaveAsync(DirectoryItem.Profiles, file, cancellationToken).ConfigureAwait(false);
            await SaveMemoryAsync(cancellationToken).ConfigureAwait(false);
        }
        return verdict;
    }

    private DirectoryVerdict OfferStatus(byte[] file)
    {
        lock (_lock)
        {
            DateTimeOffset? now = Now();
            DirectoryVerdict verdict = _state.OfferStatus(file, now);
            // Every status is late and none early, so of all that they say the latest time is the truest.
            if (verdict == DirectoryVerdict.Accepted && (now is null || _state.Status!.Issued > now))
                _time = SignedTime.Arrived(_state.Status!.Issued, _options.Clock);
            return verdict;
        }
    }

    private DirectoryVerdict Offer(Func<DirectoryState, DateTimeOffset?, DirectoryVerdict> offer)
    {
        lock (_lock)
        {
            uint generation = _state.Memory.Generation;
            DirectoryVerdict verdict = offer(_state, Now());
            // What a key that was given up said of the time counts no more.
            if (_state.Memory.Generation != generation) _time = null;
            return verdict;
        }
    }

    private T Read<T>(Func<DirectoryState, DateTimeOffset?, T> read)
    {
        lock (_lock) return read(_state, Now());
    }

    private DateTimeOffset? Now()
    {
        if (_time is not { } time) return null;
        DateTimeOffset now = time.Now(_options.Clock);
        return now - ((now - time.IssuedAt) / ClockTolerance);
    }

    private async Task SaveMemoryAsync(CancellationToken cancellationToken)
    {
        DirectoryMemory memory = Read(static (state, _) => state.Memory);
        _savedIssued = memory.LatestIssued;
        await SaveAsync(DirectoryItem.Memory, SavedMemory.Write(memory, _listTag, _profilesTag), cancellationToken).ConfigureAwait(false);
    }

    private async Task<byte[]?> LoadAsync(DirectoryItem item, CancellationToken cancellationToken) =>
        _options.Cache is null ? null : await _options.Cache.LoadAsync(item, cancellationToken).ConfigureAwait(false);

    private async Task SaveAsync(DirectoryItem item, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (_options.Cache is null) return;
        try
        {
            await _options.Cache.SaveAsync(item, content, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _options.CacheFailed?.Invoke(exception);
        }
    }
}
