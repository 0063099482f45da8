using Apex.Vpn.Protocol.Probes;
using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Routing.Latency;

/// <summary>What this client has measured of the servers of its list, by their index in it. Memory is bounded, whatever the list's
/// length.</summary>
/// <remarks>
/// A state machine: <c>now</c> is the time on any clock that never goes back, the same for all calls. Not thread-safe. Allocates in
/// <see cref="Adopt"/> alone, apart from slots that are used for the first time.
/// </remarks>
public sealed class LatencyMap
{
    private readonly TimeSpan _maxAge;
    private readonly LatencySlot?[] _slots;

    // By the server's index: its place in _slots plus 1, or 0; and which versions it offers.
    private ushort[] _slotOf = [];
    private Offers[] _offers = [];
    private IReadOnlyList<Server> _servers = [];

    /// <summary>A map of no servers; see <see cref="Adopt"/>.</summary>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public LatencyMap(LatencyMapOptions? options = null)
    {
        options ??= new LatencyMapOptions();
        options.Validate();
        (_maxAge, _slots) = (options.MaxAge, new LatencySlot?[options.Capacity]);
    }

    [Flags]
    private enum Offers : byte
    {
        None = 0,
        V4 = 1,
        V6 = 2,
        Both = V4 | V6,
    }

    /// <summary>How many servers the list has.</summary>
    public int Count => _servers.Count;

    /// <summary>Takes a new list: measurements of servers that are still in it are kept, by their id.</summary>
    /// <param name="list">The list, verified.</param>
    public void Adopt(ServerList list)
    {
        ArgumentNullException.ThrowIfNull(list);
        _servers = list.Servers;
        _slotOf = new ushort[Count];
        _offers = new Offers[Count];
        var kept = new Dictionary<Guid, int>();
        for (int i = 0; i < _slots.Length; i++)
        {
            if (_slots[i] is not { Server: >= 0 } slot) continue;
            kept[slot.Id] = i;
            slot.Server = -1;
        }
        for (int server = 0; server < Count; server++)
        {
            _offers[server] = OffersOf(_servers[server]);
            // Out of the table at once, so that a list which names an id twice does not share a slot.
            if (!kept.Remove(_servers[server].Id, out int place)) continue;
            _slots[place]!.Server = server;
            _slotOf[server] = (ushort)(place + 1);
        }
    }

    /// <summary>Forgets all measurements, because the client's network is another.</summary>
    public void Forget()
    {
        Array.Clear(_slotOf);
        foreach (LatencySlot? slot in _slots)
        {
            if (slot is not null) slot.Server = -1;
        }
    }

    /// <summary>What is measured of a server by one version, or null. To be read, not kept: it is used again for other servers.</summary>
    /// <param name="server">The server's index.</param>
    /// <param name="version">The version.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such server.</exception>
    public RttEstimator? Find(int server, IpVersion version) => Slot(server)?[version] is { Probes: > 0 } measured ? measured : null;

    /// <summary>The version to reach a server by: <see cref="IpVersionChoice"/> where it offers both.</summary>
    /// <param name="server">The server's index.</param>
    /// <returns>Null when the server has no endpoint for WireGuard over UDP.</returns>
    /// <exception cref="ArgumentOutOfRangeException">No such server.</exception>
    public IpVersion? Prefer(int server) => OffersAt(server) switch
    {
        Offers.V4 => IpVersion.V4,
        Offers.V6 => IpVersion.V6,
        Offers.Both => Slot(server)?.Preferred ?? IpVersion.V6,
        _ => null,
    };

    /// <summary>How long ago a server was last probed, answered or not; <see cref="TimeSpan.MaxValue"/> if never.</summary>
    /// <param name="server">The server's index.</param>
    /// <param name="now">The time of the call.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such server.</exception>
    public TimeSpan SinceProbed(int server, TimeSpan now) =>
        Slot(server) is not { } slot || slot.LastProbe == TimeSpan.MinValue ? TimeSpan.MaxValue
        : now > slot.LastProbe ? now - slot.LastProbe : TimeSpan.Zero;

    /// <summary>A probe was answered.</summary>
    /// <param name="server">The server's index.</param>
    /// <param name="version">By which version.</param>
    /// <param name="rtt">From sending to receiving.</param>
    /// <param name="now">When the answer came.</param>
    /// <param name="kilometres">The distance from here to the server where both places are known, or NaN.</param>
    /// <returns>Whether it counts: false for an answer that came faster than light
    /// (<see cref="ProbePlausibility.FitsDistance"/>).</returns>
    /// <exception cref="ArgumentOutOfRangeException">No such server, or a negative round trip or distance.</exception>
    public bool AddSample(int server, IpVersion version, TimeSpan rtt, TimeSpan now, double kilometres = double.NaN)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rtt, TimeSpan.Zero);
        if (!double.IsNaN(kilometres) && !ProbePlausibility.FitsDistance(rtt, kilometres)) return false;
        LatencySlot slot = Use(server);
        slot[version].AddSample(rtt, now);
        slot.Probed(now);
        return true;
    }

    /// <summary>A probe was not answered.</summary>
    /// <param name="server">The server's index.</param>
    /// <param name="version">By which version.</param>
    /// <param name="now">When it was given up.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such server.</exception>
    public void AddLoss(int server, IpVersion version, TimeSpan now)
    {
        LatencySlot slot = Use(server);
        slot[version].AddLoss();
        slot.Probed(now);
    }

    /// <summary>A handshake was done: unlike a probe it proves who answered, so its round trip replaces what probes said.</summary>
    /// <param name="server">The server's index.</param>
    /// <param name="version">By which version.</param>
    /// <param name="rtt">From the initiation to the response.</param>
    /// <param name="now">When the response came.</param>
    /// <returns>Whether the probes had been honest (<see cref="ProbePlausibility.FitsProbe"/>); if not, it counts against the
    /// server.</returns>
    /// <exception cref="ArgumentOutOfRangeException">No such server, or a negative round trip.</exception>
    public bool AddHandshake(int server, IpVersion version, TimeSpan rtt, TimeSpan now)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rtt, TimeSpan.Zero);
        LatencySlot slot = Use(server);
        RttEstimator measured = slot[version];
        // The peak, because a handshake may meet the same queue as the slowest probe did.
        bool fits = !measured.HasRtt || ProbePlausibility.FitsProbe(rtt, measured.PeakRtt);
        measured.Reset();
        measured.AddSample(rtt, now);
        slot.Probed(now);
        return fits;
    }

    /// <summary>What measurements say of a server, by the version to use.</summary>
    /// <param name="server">The server's index.</param>
    /// <param name="now">The time of the call.</param>
    /// <returns>An estimate of source <see cref="LatencySource.None"/> when nothing was measured, or too long ago.</returns>
    /// <exception cref="ArgumentOutOfRangeException">No such server.</exception>
    public LatencyEstimate Estimate(int server, TimeSpan now) => Slot(server) is { } slot ? Estimate(slot, now) : default;

    /// <summary>
    /// Writes over estimates from elsewhere (distance, profiles) what was measured and is not too old. A server that was probed and is
    /// silent keeps its estimate with a loss of 1: were all silent, as where probes are blocked, their order would stay.
    /// </summary>
    /// <param name="estimates">An estimate for each server of the list, in its order.</param>
    /// <param name="now">The time of the call.</param>
    /// <returns>How many were written.</returns>
    /// <exception cref="ArgumentException">Not one for each server.</exception>
    public int Fill(Span<LatencyEstimate> estimates, TimeSpan now)
    {
        if (estimates.Length != Count) throw new ArgumentException($"{estimates.Length} estimates for {Count} servers.", nameof(estimates));
        int written = 0;
        foreach (LatencySlot? slot in _slots)
        {
            if (slot is not { Server: >= 0 }) continue;
            ref LatencyEstimate estimate = ref estimates[slot.Server];
            if (Estimate(slot, now) is { IsKnown: true } measured) estimate = measured;
            else if (slot.IsSilent && now - slot.LastProbe <= _maxAge) estimate = estimate with { Loss = 1 };
            else continue;
            written++;
        }
        return written;
    }

    /// <summary>Which versions to probe a server by in the next round: both at first, one at a time from then on.</summary>
    /// <returns>How many were written.</returns>
    internal int NextVersions(int server, Span<IpVersion> versions)
    {
        Offers offers = OffersAt(server);
        if (offers != Offers.Both)
        {
            if (offers != Offers.None) versions[0] = offers == Offers.V4 ? IpVersion.V4 : IpVersion.V6;
            return offers == Offers.None ? 0 : 1;
        }
        if (Slot(server) is { } slot && slot[IpVersion.V4].Probes > 0 && slot[IpVersion.V6].Probes > 0)
        {
            versions[0] = slot.NextProbed();
            return 1;
        }
        (versions[0], versions[1]) = (IpVersion.V6, IpVersion.V4);
        return 2;
    }

    private static Offers OffersOf(Server server)
    {
        Offers offers = Offers.None;
        foreach (ServerEndpoint endpoint in server.Endpoints)
        {
            if (endpoint.Transport != TransportKind.WireGuardUdp) continue;
            if (endpoint.Address.IsIPv4) offers |= Offers.V4;
            if (endpoint.Address.IsIPv6) offers |= Offers.V6;
        }
        return offers;
    }

    private LatencyEstimate Estimate(LatencySlot slot, TimeSpan now)
    {
        RttEstimator measured = slot[slot.Preferred];
        if (measured.Age(now) > _maxAge) return default;
        LatencyEstimate estimate = LatencyEstimate.From(measured);
        // 3 losses of 64 look like 5 %; after an answer, in a row, they look like a server that is gone.
        return slot.IsSilent ? estimate with { Loss = 1 } : estimate;
    }

    private Offers OffersAt(int server) => _offers[Existing(server)];

    private LatencySlot? Slot(int server) => _slotOf[Existing(server)] is var place and > 0 ? _slots[place - 1] : null;

    private LatencySlot Use(int server)
    {
        if (Slot(server) is { } known) return known;
        int place = 0;
        for (int i = 0; i < _slots.Length; i++)
        {
            if (_slots[i] is not { Server: >= 0 })
            {
                place = i;
                break;
            }
            if (_slots[i]!.LastProbe < _slots[place]!.LastProbe) place = i;
        }
        LatencySlot slot = _slots[place] ??= new LatencySlot();
        if (slot.Server >= 0) _slotOf[slot.Server] = 0;
        slot.Take(_servers[server].Id, server);
        _slotOf[server] = (ushort)(place + 1);
        return slot;
    }

    private int Existing(int server)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(server);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(server, Count);
        return server;
    }
}
