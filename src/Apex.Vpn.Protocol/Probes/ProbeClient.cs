using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Probes;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Probes;

/// <summary>Asks nodes how far they are, before there is any session: many at once, by one socket.</summary>
/// <remarks>
/// <para>On the wire a probe is a handshake initiation that is answered by a cookie. It proves nothing to either side but that both know the
/// epoch's secret; handshakes authenticate.</para>
/// <para>One measurement at a time; members are safe from any thread. The socket or transport stays the caller's, and is to be used by nobody
/// else meanwhile.</para>
/// </remarks>
public sealed class ProbeClient
{
    private readonly IProbeLink _link;
    private readonly ProbeClientOptions _options;
    private readonly EngineRandom _random;
    private int _busy;

    /// <summary>A client over a UDP socket, which is bound if it is not.</summary>
    /// <param name="socket">IPv4, IPv6, or both. Its packets get the traffic class of handshakes where the system allows it.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">Not a datagram socket.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="SocketException">The socket cannot be bound.</exception>
    public ProbeClient(Socket socket, ProbeClientOptions? options)
        : this(new SocketLink(socket ?? throw new ArgumentNullException(nameof(socket))), options, SecureRandom.Shared)
    {
    }

    /// <summary>A client over a transport.</summary>
    /// <param name="transport">Opened, and received from by nobody else.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    [Experimental(ApexDiagnostics.DataPath)]
    public ProbeClient(IUdpTransport transport, ProbeClientOptions? options)
        : this(new TransportLink(transport ?? throw new ArgumentNullException(nameof(transport))), options, SecureRandom.Shared)
    {
    }

    internal ProbeClient(IProbeLink link, ProbeClientOptions? options, EngineRandom random)
    {
        _options = options ?? new ProbeClientOptions();
        _options.Validate();
        (_link, _random) = (link, random);
    }

    /// <summary>Measures the ways to all targets: by default 3 probes to each, 100 ms apart.</summary>
    /// <param name="targets">The targets; not disposed before this has ended.</param>
    /// <param name="time">The time as the control plane signed it, noted on <see cref="ProbeClientOptions.TimeProvider"/>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>A result for each target, in their order; also for those that did not answer.</returns>
    /// <exception cref="InvalidOperationException">Another measurement is going on.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The socket or transport was disposed.</exception>
    public async Task<IReadOnlyList<ProbeResult>> MeasureAsync(
        IReadOnlyList<ProbeTarget> targets, SignedTime time, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(targets);
        cancellationToken.ThrowIfCancellationRequested();
        if (Interlocked.Exchange(ref _busy, 1) != 0) throw new InvalidOperationException("One measurement at a time.");
        try
        {
            var round = new ProbeRound(targets, _options, _random);
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Task receiving = _link.ReceiveAsync(round, _options.TimeProvider, ended.Token);
            try
            {
                await AskAsync(round, targets, time, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                await ended.CancelAsync().ConfigureAwait(false);
                await receiving.ConfigureAwait(false);
            }
            return round.Results();
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }
    }

    private async Task AskAsync(ProbeRound round, IReadOnlyList<ProbeTarget> targets, SignedTime time, CancellationToken cancellationToken)
    {
        byte[] request = new byte[ProbeRequest.Size];
        for (int i = 0; i < _options.Probes; i++)
        {
            if (i != 0) await Task.Delay(NextInterval(), _options.TimeProvider, cancellationToken).ConfigureAwait(false);
            for (int target = 0; target < targets.Count; target++)
            {
                round.Ask(target, time, request);
                _link.Send(request, targets[target].Endpoint);
            }
        }
        round.AllAsked();
        try
        {
            await round.Answered.WaitAsync(_options.Patience, _options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // What has not been answered by now is lost.
        }
    }

    private TimeSpan NextInterval() => _options.Interval - _options.Jitter + _random.Jitter(2 * _options.Jitter);
}
