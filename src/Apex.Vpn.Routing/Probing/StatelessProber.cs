using System.Net.Sockets;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Probes;
using Apex.Vpn.Routing.Latency;

namespace Apex.Vpn.Routing.Probing;

/// <summary>Measures by the stateless latency probe, from a socket that is opened anew for each round.</summary>
/// <remarks>
/// A socket for each round, because the network may have changed since the last. Its packets must not go through the tunnel: what it takes
/// to keep them out (a mark, an interface, Android's <c>VpnService.protect</c>) is done by the caller's <c>prepare</c>. Members are safe
/// from any thread; rounds may run side by side.
/// </remarks>
public sealed class StatelessProber : ILatencyProber
{
    private readonly ProbeClientOptions _options;
    private readonly Action<Socket>? _prepare;
    private Terms? _terms;

    /// <summary>A prober, which measures nothing before <see cref="Update"/>.</summary>
    /// <param name="plan">How many probes, how far apart, for how long; null for the defaults.</param>
    /// <param name="prepare">Called with each new socket before it sends anything; null for nothing.</param>
    /// <param name="timeProvider">The clock of round trips and of signed time; null for
    /// <see cref="SuspendAwareTimeProvider.Instance"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public StatelessProber(ProbePlanOptions? plan = null, Action<Socket>? prepare = null, TimeProvider? timeProvider = null)
    {
        plan ??= new ProbePlanOptions();
        plan.Validate();
        _prepare = prepare;
        _options = new ProbeClientOptions
        {
            Probes = plan.ProbesPerServer,
            Interval = plan.Spacing,
            Jitter = plan.SpacingJitter,
            Patience = plan.Patience,
            TimeProvider = timeProvider ?? SuspendAwareTimeProvider.Instance,
        };
    }

    /// <summary>What came with the authenticated API: the epoch of now, and the time as signed.</summary>
    /// <param name="epoch">The epoch; its secret stays the caller's, and must not be disposed before the next update.</param>
    /// <param name="time">The time, noted on this prober's clock.</param>
    public void Update(ProbeEpoch epoch, SignedTime time)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        Volatile.Write(ref _terms, new Terms(epoch, time));
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Nothing was told by <see cref="Update"/> yet.</exception>
    /// <exception cref="ObjectDisposedException">The epoch's secret was disposed.</exception>
    public async Task<IReadOnlyList<LatencyMeasurement>> MeasureAsync(
        IReadOnlyList<LatencyTarget> targets, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(targets);
        Terms terms = Volatile.Read(ref _terms) ?? throw new InvalidOperationException("No epoch yet: call Update first.");
        var asked = new List<ProbeTarget>(targets.Count);
        try
        {
            foreach (LatencyTarget target in targets) asked.Add(new ProbeTarget(target.Endpoint, target.Key, terms.Epoch));
            IReadOnlyList<ProbeResult>? results = await MeasureAsync(asked, terms.Time, cancellationToken).ConfigureAwait(false);
            return [.. targets.Select((target, i) => new LatencyMeasurement(target, _options.Probes, results?[i].RoundTrips ?? []))];
        }
        finally
        {
            foreach (ProbeTarget target in asked) target.Dispose();
        }
    }

    private static Socket Open()
    {
        if (!Socket.OSSupportsIPv6) return new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        return new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = true };
    }

    /// <summary>Null when this network takes no socket at all, which is one way of being offline.</summary>
    private async Task<IReadOnlyList<ProbeResult>?> MeasureAsync(
        List<ProbeTarget> targets, SignedTime time, CancellationToken cancellationToken)
    {
        try
        {
            using Socket socket = Open();
            _prepare?.Invoke(socket);
            return await new ProbeClient(socket, _options).MeasureAsync(targets, time, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private sealed record Terms(ProbeEpoch Epoch, SignedTime Time);
}
