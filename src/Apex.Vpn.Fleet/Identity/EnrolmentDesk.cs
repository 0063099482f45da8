using Apex.Vpn.Fleet.Accounts;

namespace Apex.Vpn.Fleet.Identity;

/// <summary>Where nodes without a token wait until a person compares fingerprints and says yes or no.</summary>
/// <remarks>
/// <para>A node asks again and again with the same keys. At most <see cref="MaxEntries"/> are noted down, at most
/// <see cref="MaxPerSource"/> of them from one source, at most one new one a second on average: who fills the desk costs newcomers their
/// place for an hour and nothing else, since those who wait are never pushed out.</para>
/// <para>A reboot that the control plane ordered needs no person: the first request in its window that names the node and comes from where
/// the node was is approved. A second one in the same window is not, and the desk tells the first from the second by keys alone: nodes that
/// live where others share their address should use tokens.</para>
/// <para>A state machine: <c>now</c> comes in. Not thread-safe.</para>
/// </remarks>
public sealed class EnrolmentDesk
{
    /// <summary>How many requests are noted down at most, 256.</summary>
    public const int MaxEntries = 256;

    /// <summary>How many of them may come from one source, 16.</summary>
    public const int MaxPerSource = 16;

    /// <summary>How many ordered reboots may be open at once, 4096.</summary>
    public const int MaxReboots = 4096;

    /// <summary>How many new requests may come at once before they are slowed to one a second, 32.</summary>
    public const int Burst = 32;

    /// <summary>How long a request waits for a decision, 1 h.</summary>
    public static readonly TimeSpan PendingLifetime = TimeSpan.FromHours(1);

    /// <summary>How long a decision is kept for the node to hear it, 10 min.</summary>
    public static readonly TimeSpan DecisionLifetime = TimeSpan.FromMinutes(10);

    private readonly Dictionary<EnrolmentFingerprint, Entry> _entries = [];
    private readonly Dictionary<Guid, Reboot> _reboots = [];
    private readonly TokenRate _rate = new(TimeSpan.FromSeconds(1), Burst);
    private TimeSpan _bucket;

    /// <summary>How many requests are noted down, decided or not.</summary>
    public int Count => _entries.Count;

    /// <summary>A node asks whether it may join.</summary>
    /// <param name="request">What it says.</param>
    /// <param name="source">Where it comes from: a keyed hash of its address (<see cref="ClientPrefixHasher"/>), so that no address is
    /// kept.</param>
    /// <param name="now">The time.</param>
    public EnrolmentState Ask(EnrolmentRequest request, ulong source, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (_entries.TryGetValue(request.Fingerprint, out Entry? known) && now < known.Until) return known.State;
        if (known is not null)
        {
            _entries.Remove(request.Fingerprint);
            if (known.State is EnrolmentState.Pending or EnrolmentState.Approved) return EnrolmentState.Expired;
        }
        RemoveOver(now);
        if (_entries.Count >= MaxEntries || _entries.Values.Count(entry => entry.Source == source) >= MaxPerSource)
            return EnrolmentState.Full;
        if (!_rate.TryTake(ref _bucket, now - DateTimeOffset.UnixEpoch)) return EnrolmentState.TooFast;
        var entry = new Entry(request, source, now);
        _entries.Add(request.Fingerprint, entry);
        if (request.Node is { } node && _reboots.Remove(node, out Reboot reboot))
        {
            if (reboot.Source == source && now < reboot.Until) entry.Decide(EnrolmentState.Approved, node, now);
            else if (now < reboot.Until) _reboots.Add(node, reboot); // from elsewhere: a person decides, and the genuine one may still come
        }
        return entry.State;
    }

    /// <summary>A person says yes.</summary>
    /// <param name="fingerprint">The fingerprint that the node shows.</param>
    /// <param name="node">The id that it gets.</param>
    /// <param name="now">The time.</param>
    /// <returns>False when no such request waits.</returns>
    public bool TryApprove(EnrolmentFingerprint fingerprint, Guid node, DateTimeOffset now)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(node, Guid.Empty);
        return TryDecide(fingerprint, EnrolmentState.Approved, node, now);
    }

    /// <summary>A person says no.</summary>
    /// <param name="fingerprint">The fingerprint of the request.</param>
    /// <param name="now">The time.</param>
    /// <returns>False when no such request waits.</returns>
    public bool TryRefuse(EnrolmentFingerprint fingerprint, DateTimeOffset now) =>
        TryDecide(fingerprint, EnrolmentState.Refused, Guid.Empty, now);

    /// <summary>The control plane tells a node to reboot: it may come back without a person.</summary>
    /// <param name="node">The node's id.</param>
    /// <param name="source">Where it is now, as in <see cref="Ask"/>.</param>
    /// <param name="now">The time.</param>
    /// <param name="window">How long it may take; more than zero.</param>
    /// <returns>False when too many reboots are open.</returns>
    public bool TryExpectReboot(Guid node, ulong source, DateTimeOffset now, TimeSpan window)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(node, Guid.Empty);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(window, TimeSpan.Zero);
        if (_reboots.Count >= MaxReboots)
        {
            foreach ((Guid id, Reboot reboot) in _reboots)
            {
                if (now >= reboot.Until) _reboots.Remove(id);
            }
            if (_reboots.Count >= MaxReboots && !_reboots.ContainsKey(node)) return false;
        }
        _reboots[node] = new Reboot(source, now + window);
        return true;
    }

    /// <summary>Takes an approval, which serves once: the certificate is made for the id in it.</summary>
    /// <param name="request">The node's request, with the very keys that were approved.</param>
    /// <param name="now">The time.</param>
    /// <param name="node">The id that the node gets; empty unless there is an approval.</param>
    public bool TryCollect(EnrolmentRequest request, DateTimeOffset now, out Guid node)
    {
        ArgumentNullException.ThrowIfNull(request);
        node = Guid.Empty;
        if (!_entries.TryGetValue(request.Fingerprint, out Entry? entry) || entry.State != EnrolmentState.Approved || now >= entry.Until)
            return false;
        node = entry.Node;
        entry.Decide(EnrolmentState.Collected, node, now);
        return true;
    }

    /// <summary>Lists those who wait for a person, those who wait longest first.</summary>
    /// <param name="now">The time.</param>
    /// <returns>At most <see cref="MaxEntries"/>.</returns>
    public IReadOnlyList<PendingEnrolment> ListPending(DateTimeOffset now) =>
    [
        .. _entries.Values.Where(entry => entry.State == EnrolmentState.Pending && now < entry.Until)
            .OrderBy(static entry => entry.Since).Select(static entry => entry.Describe()),
    ];

    private bool TryDecide(EnrolmentFingerprint fingerprint, EnrolmentState state, Guid node, DateTimeOffset now)
    {
        if (!_entries.TryGetValue(fingerprint, out Entry? entry) || entry.State != EnrolmentState.Pending || now >= entry.Until)
            return false;
        entry.Decide(state, node, now);
        return true;
    }

    private void RemoveOver(DateTimeOffset now)
    {
        foreach ((EnrolmentFingerprint fingerprint, Entry entry) in _entries)
        {
            if (now >= entry.Until) _entries.Remove(fingerprint);
        }
    }

    private readonly record struct Reboot(ulong Source, DateTimeOffset Until);

    private sealed class Entry(EnrolmentRequest request, ulong source, DateTimeOffset since)
    {
        internal ulong Source { get; } = source;

        internal DateTimeOffset Since { get; } = since;

        internal DateTimeOffset Until { get; private set; } = since + PendingLifetime;

        internal EnrolmentState State { get; private set; } = EnrolmentState.Pending;

        internal Guid Node { get; private set; }

        internal void Decide(EnrolmentState state, Guid node, DateTimeOffset now) =>
            (State, Node, Until) = (state, node, now + DecisionLifetime);

        internal PendingEnrolment Describe() => new(request.Fingerprint, request.Name, request.City, request.Node, Since);
    }
}
