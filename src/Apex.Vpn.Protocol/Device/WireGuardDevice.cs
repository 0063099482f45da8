using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Engine.Probes;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol;

/// <summary>
/// A WireGuard interface: an engine between a TUN and a UDP transport, both of which it owns from then on.
/// </summary>
/// <remarks>
/// <para>Starts down: configuration is accepted, packets are not. All members are safe from any thread. A device has two or three threads:
/// one for handshakes and deadlines, and for packets one or one of each direction (<see cref="WireGuardDeviceOptions.DataThreads"/>).</para>
/// <para>Nothing that comes from the network makes a member throw or the device end. It ends when it is disposed, when its TUN goes away, or
/// when the system fails it; <see cref="Completion"/> tells.</para>
/// </remarks>
public sealed class WireGuardDevice : IDeviceControl, IAsyncDisposable
{
    /// <summary>Peers applied or read under one hold of the lock: a compromise between atomic changes and waiting handshakes.</summary>
    private const int PeersPerTurn = 1024;

    private readonly WireGuardEngine _engine;
    private readonly ITunDevice _tun;
    private readonly IUdpTransport _transport;
    private readonly DeviceClock _clock;
    private readonly WakeSignal _wake = new();
    private readonly DeviceMeter _meter;
    private readonly AuthorizerCalls? _authorizer;
    private readonly ControlWorker _control;
    private readonly DataWorkers _workers;
    private readonly string _name;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guarded by the control worker's lock.
    private ushort _listenPort;
    private uint _mark;
    private bool _disposed;

    /// <summary>Makes a device, which is down.</summary>
    /// <param name="tun">The inner side; the device disposes it.</param>
    /// <param name="transport">The outer side, not yet opened; the device disposes it.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public WireGuardDevice(ITunDevice tun, IUdpTransport transport, WireGuardDeviceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(tun);
        ArgumentNullException.ThrowIfNull(transport);
        options ??= new WireGuardDeviceOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxStagedBytes, 64 * 1024, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.HandshakeQueueCapacity, 8, nameof(options));
        DeviceNotices.Check(options);
        DeviceAdmission.Check(options.Admission);
        (_tun, _transport) = (tun, transport);
        _name = options.Name ?? tun.Name;
        _clock = new DeviceClock(options.TimeProvider);
        var notices = new NoticeEvents();
        _engine = new WireGuardEngine(new EngineOptions
        {
            Aead = AeadProviders.Select(options.Aead),
            Random = SecureRandom.Shared,
            Observer = options.Observer,
            Filter = options.Filter,
            NoticeClient = options.NoticeClient,
            NoticeNode = options.NoticeNode,
            NoticeReceived = notices.Take,
            NoticesSettled = notices.Settle,
            Admission = options.Admission,
            HandshakeQueueCapacity = options.HandshakeQueueCapacity,
            StagingBytes = options.MaxStagedBytes,
            WakeControl = _wake.Set,
        });
        _engine.Context.Mtu = tun.Mtu;
        _meter = new DeviceMeter(_engine.Context.Counters, _name, options.MeterFactory);
        _engine.Context.Events.Meter = _meter;
        _authorizer = options.Admission is null ? null : new AuthorizerCalls(_engine.Admission!, options.Admission, options.TimeProvider);
        _control = new ControlWorker(_name, _engine, transport, _clock, _wake, _authorizer, Fail);
        Admission = options.Admission is null ? null : new DeviceAdmission(_engine.Admission!, _control);
        Identities = new DeviceIdentities(_engine, _control);
        Notices = new DeviceNotices(_engine, _control, _clock, _wake, notices);
        _workers = new DataWorkers(_name, _engine, tun, transport, _clock, options.DataThreads, Fail);
        transport.RoutesChanged += OnRoutesChanged;
    }

    /// <summary>The interface's name.</summary>
    public string Name => _name;

    /// <summary>The static keys that the device answers for beside its private key.</summary>
    public DeviceIdentities Identities { get; }

    /// <summary>What nodes tell their clients inside the tunnel.</summary>
    public DeviceNotices Notices { get; }

    /// <summary>Peers made just in time; null when <see cref="WireGuardDeviceOptions.Admission"/> was not set.</summary>
    public DeviceAdmission? Admission { get; }

    /// <summary>Completes when the device has ended: without an error when it was disposed, with <see cref="TunClosedException"/> when its
    /// TUN went away, with another exception when the system failed it.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Whether the device is up.</summary>
    public bool IsUp
    {
        get
        {
            lock (_control.Lock) return _engine.IsUp;
        }
    }

    /// <summary>Opens the port and starts carrying packets. Does nothing when the device is up.</summary>
    /// <exception cref="SocketException">The port is taken, or sockets cannot be had. The device stays down.</exception>
    /// <exception cref="ObjectDisposedException">The device was disposed.</exception>
    public void Up()
    {
        lock (_control.Lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_engine.IsUp) return;
            _listenPort = _transport.Open(_listenPort);
            _transport.SetMark(_mark);
            _engine.Context.Mtu = _tun.Mtu;
            _engine.Up();
        }
        _wake.Set();
    }

    /// <summary>Stops carrying packets, erases all sessions and closes the port. Configuration stays. Does nothing when the device is down.</summary>
    public void Down()
    {
        lock (_control.Lock) StopLocked();
    }

    /// <summary>Erases all sessions, as is wise before the machine sleeps. Traffic makes new ones.</summary>
    public void EraseSessions()
    {
        lock (_control.Lock) _engine.EraseSessions();
        _wake.Set();
    }

    /// <summary>Applies a change to the configuration.</summary>
    /// <param name="update">The change; not changed itself, and not needed afterwards.</param>
    /// <param name="cancellationToken">Ends the work between peers; what was applied stays.</param>
    /// <exception cref="SocketException">The port cannot be had: nothing was changed.</exception>
    /// <exception cref="ObjectDisposedException">The device was disposed.</exception>
    /// <remarks>Up to 1024 peers take effect at once; longer lists in parts of that length, so that handshakes go on meanwhile.</remarks>
    public async ValueTask ApplyAsync(DeviceUpdate update, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(update);
        var part = new PeerUpdate[Math.Min(PeersPerTurn, update.Peers.Count)];
        for (int start = 0; ;)
        {
            int count = Math.Min(PeersPerTurn, update.Peers.Count - start);
            for (int i = 0; i < count; i++) part[i] = update.Peers[start + i];
            lock (_control.Lock)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                if (start == 0) ApplyOwnLocked(update);
                _engine.ApplyPeers(part.AsSpan(0, count));
            }
            _wake.Set();
            start += count;
            if (start >= update.Peers.Count) return;
            cancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
            _control.GiveTurn();
        }
    }

    /// <summary>
    /// Answers latency probes from now on, with these secrets and this time; null ends it. Call it again whenever an epoch changes or newer
    /// signed time comes.
    /// </summary>
    /// <param name="options">Not needed afterwards: secrets are copied, into memory that is erased.</param>
    /// <exception cref="ArgumentOutOfRangeException">A rate is out of its range.</exception>
    /// <exception cref="ObjectDisposedException">The device or a secret was disposed.</exception>
    /// <remarks>
    /// A device that answers none, as every one does at first, cannot be told from one that knows no probes. One that answers does so only to
    /// those who have the secret, and its answers look like cookie replies. Probes are made for the device's public key.
    /// </remarks>
    public void AnswerProbes(ProbeResponderOptions? options)
    {
        ProbeSettings? settings = options is null ? null : Settings(options);
        lock (_control.Lock)
        {
            if (_disposed) settings?.Dispose();
            ObjectDisposedException.ThrowIf(_disposed, this);
            _engine.AnswerProbes(settings);
        }
    }

    /// <summary>The device's own settings.</summary>
    /// <param name="cancellationToken">Not looked at: the answer is there at once.</param>
    public ValueTask<DeviceStatus> GetStatusAsync(CancellationToken cancellationToken = default)
    {
        lock (_control.Lock)
        {
            return new(new DeviceStatus
            {
                PublicKey = _engine.PublicKey,
                ListenPort = _listenPort,
                FirewallMark = _mark,
                PeerCount = _engine.PeerCount,
            });
        }
    }

    /// <summary>One peer's settings and counters; null when there is none with this key.</summary>
    /// <param name="publicKey">The peer's static public key.</param>
    public PeerStatus? GetPeer(PublicKey publicKey)
    {
        lock (_control.Lock) return _engine.ReadPeer(publicKey);
    }

    /// <summary>
    /// The peers in the order in which they were added, read in parts: a slow reader neither blocks the device nor makes it hold a copy of
    /// all. A peer removed meanwhile may be missing, one added meanwhile may be there.
    /// </summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async IAsyncEnumerable<PeerStatus> ReadPeersAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var part = new List<PeerStatus>(PeersPerTurn);
        Peer? last = null;
        do
        {
            part.Clear();
            lock (_control.Lock) last = _engine.ReadPeers(last, PeersPerTurn, part);
            foreach (PeerStatus peer in part)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return peer;
            }
            await Task.Yield();
            _control.GiveTurn();
        }
        while (last is not null);
    }

    /// <summary>How many packets were dropped for a reason since the device was made.</summary>
    /// <param name="reason">The reason.</param>
    public long CountDropped(DropReason reason) => _engine.Context.Counters.Dropped(reason);

    /// <inheritdoc/>
    bool IDeviceControl.TryCopyPrivateKey(Span<byte> destination)
    {
        lock (_control.Lock) return _engine.TryCopyPrivateKey(destination);
    }

    /// <inheritdoc/>
    bool IDeviceControl.TryCopyPresharedKey(PublicKey peer, Span<byte> destination)
    {
        lock (_control.Lock) return _engine.TryCopyPresharedKey(peer, destination);
    }

    /// <summary>Ends the device: goes down, erases all keys, disposes the TUN and the transport. May be called more than once.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_control.Lock)
        {
            if (_disposed) return default;
            StopLocked();
            _disposed = true;
        }
        _transport.RoutesChanged -= OnRoutesChanged;
        _workers.Dispose();
        _authorizer?.Dispose();
        _control.Dispose();
        _engine.Dispose();
        Notices.End();
        _meter.Dispose();
        _tun.Dispose();
        _transport.Dispose();
        _wake.Dispose();
        _completion.TrySetResult();
        return default;
    }

    private ProbeSettings Settings(ProbeResponderOptions options)
    {
        ThrowIfNoRate(options.AnswersPerNetwork);
        ThrowIfNoRate(options.AnswersInAll);
        var clock = new ProbeClock(options.Time.IssuedAt.ToUnixTimeMilliseconds(), _clock.At(options.Time.ArrivedAt));
        return new ProbeSettings(options.Current, options.Previous, clock, options.AnswersPerNetwork, options.AnswersInAll);

        static void ThrowIfNoRate(int rate)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(rate, 1, nameof(options));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(rate, 1_000_000, nameof(options));
        }
    }

    private void ApplyOwnLocked(DeviceUpdate update)
    {
        if (update.ListenPort is { } port) SetPortLocked(port);
        if (update.PrivateKey is { } key) _engine.SetPrivateKey(key.IsZero ? null : key);
        if (update.FirewallMark is { } mark && mark != _mark)
        {
            _mark = mark;
            if (_engine.IsUp) _transport.SetMark(mark);
            _engine.ForgetSources();
        }
        if (update.ReplacePeers) _engine.RemoveAllPeers();
    }

    private void SetPortLocked(ushort port)
    {
        if (!_engine.IsUp || (port == _listenPort && port != 0))
        {
            _listenPort = port;
            return;
        }
        try
        {
            _listenPort = _transport.Open(port);
            _transport.SetMark(_mark);
            _engine.Moved(_clock.Now);
        }
        catch (SocketException)
        {
            _transport.Open(_listenPort); // the port we had: the change as a whole does not happen
            _transport.SetMark(_mark);
            throw;
        }
    }

    private void StopLocked()
    {
        if (!_engine.IsUp) return;
        _engine.Down();
        _transport.Close();
    }

    private void OnRoutesChanged() => _control.ForgetSources();

    private void Fail(Exception exception) => _completion.TrySetException(exception);
}
