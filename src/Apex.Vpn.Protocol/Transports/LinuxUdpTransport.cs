using System.Diagnostics.CodeAnalysis;
using System.Runtime.Versioning;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Transports.Linux;

namespace Apex.Vpn.Protocol.Transports;

/// <summary>
/// UDP on Linux, one socket per address family, with up to 64 messages per system call (<c>recvmmsg</c>, <c>sendmmsg</c>), each of up to 64
/// datagrams where the kernel can (<c>UDP_SEGMENT</c>, <c>UDP_GRO</c>), with the local address of every datagram (RFC 3542 4, 6) and its
/// traffic class with the ECN bits (RFC 3168).
/// </summary>
/// <remarks>
/// <para>Thread safety is that of <see cref="IUdpTransport"/>; <see cref="Open"/>, <see cref="Close"/> and <see cref="SetMark"/> may be
/// called from any thread. <see cref="RoutesChanged"/> is raised by the thread that receives, between two batches.</para>
/// <para>Sockets belong to the network namespace of the thread that calls <see cref="Open"/>; route changes are heard there too.</para>
/// <para>Path MTU discovery is off: a datagram that is too long for the path is fragmented, as WireGuard expects of its outer
/// packets.</para>
/// </remarks>
[Experimental(ApexDiagnostics.DataPath)]
[SupportedOSPlatform("linux")]
[SupportedOSPlatform("android")]
public sealed class LinuxUdpTransport : IUdpTransport, IPolledSource
{
    private const int Entries = 4;
    private const int WakeIndex = 0;
    private const int IPv4Index = 1;
    private const int IPv6Index = 2;
    private const int RoutesIndex = 3;
    private const int ErrorPauseMilliseconds = 10;

    private readonly Lock _gate = new();
    private readonly EventDescriptor _wakeEvent = new();
    private readonly Poller _poller;
    private readonly ReceiveBatchHeaders _headers = new();
    private volatile LinuxUdpSockets? _sockets;
    private volatile bool _disposed;
    private uint _mark;
    private ushort _lastPort;
    private int _wakeRequested;
    private long _truncated;

    // The receiving thread's.
    private LinuxUdpSockets? _armed;
    private bool _ipv4Ready;
    private bool _ipv6Ready;
    private bool _ipv6Active;
    private bool _trouble;

    /// <summary>Makes a transport without sockets; <see cref="Open"/> gets them.</summary>
    /// <exception cref="IOException">The process has no descriptor left.</exception>
    public LinuxUdpTransport() => _poller = new Poller(this);

    /// <inheritdoc/>
    public event Action? RoutesChanged;

    /// <inheritdoc/>
    public long TruncatedDatagrams => Volatile.Read(ref _truncated);

    /// <inheritdoc/>
    public ushort Open(ushort port)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            CloseSockets();
            LinuxUdpSockets opened = PortBinding.Open(port, _lastPort, _mark, LinuxUdpSockets.Open);
            _sockets = opened;
            _lastPort = opened.Port;
            _wakeEvent.Signal(); // a blocked receive takes them up
            return opened.Port;
        }
    }

    /// <inheritdoc/>
    public void Close()
    {
        lock (_gate)
        {
            CloseSockets();
        }
    }

    /// <inheritdoc/>
    /// <exception cref="System.Net.Sockets.SocketException">The sockets are open and the process may not mark them
    /// (<c>AccessDenied</c>). The mark is then unchanged.</exception>
    public void SetMark(uint mark)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (mark == _mark) return;
            _sockets?.SetMark(mark);
            _mark = mark;
        }
    }

    /// <inheritdoc/>
    public int Receive(PacketBatch batch)
    {
        while (true)
        {
            _poller.LookIfDue();
            if (((IPolledSource)this).TryTake(batch, out bool woken)) return batch.Count;
            if (woken) return 0;
            _poller.Wait();
        }
    }

    /// <inheritdoc/>
    public int Send(PacketBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        LinuxUdpSockets? sockets = _sockets;
        if (sockets is null) return 0;
        return (sockets.IPv4?.Send(batch) ?? 0) + (sockets.IPv6?.Send(batch) ?? 0);
    }

    /// <inheritdoc/>
    public void Wake()
    {
        Volatile.Write(ref _wakeRequested, 1);
        _wakeEvent.Signal();
    }

    /// <summary>Closes the sockets. A blocked <see cref="Receive"/> throws <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
            CloseSockets();
            _wakeEvent.Signal();
            _wakeEvent.Dispose();
        }
    }

    /// <inheritdoc/>
    int IPolledSource.PollEntries => Entries;

    /// <inheritdoc/>
    int IPolledSource.PatienceMilliseconds => _trouble ? ErrorPauseMilliseconds : -1;

    /// <inheritdoc/>
    bool IPolledSource.TryTake(PacketBatch batch, out bool woken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        batch.Clear();
        ObjectDisposedException.ThrowIf(_disposed, this);
        woken = Volatile.Read(ref _wakeRequested) != 0 && Interlocked.Exchange(ref _wakeRequested, 0) != 0;
        if (woken) return false;
        if (_headers.HasMore(batch))
        {
            Deliver();
            return batch.Count > 0;
        }
        if (_armed is not { } sockets || _trouble) return false;
        // The other family first, if it is known to have something, so that neither can starve the other; where packets came from last, it
        // costs less to try than to ask.
        bool other = !_ipv6Active;
        if (!(other ? _ipv6Ready : _ipv4Ready) || !TryReceive(sockets, other, batch)) return TryReceive(sockets, _ipv6Active, batch);
        (_ipv4Ready, _ipv6Ready, _ipv6Active) = (other, !other, other);
        return true;
    }

    /// <inheritdoc/>
    /// <remarks>Without the sockets after an error: one that fails for ever would be asked for ever.</remarks>
    void IPolledSource.Arm(PollSet poll, int first)
    {
        _armed = _sockets;
        LinuxUdpSockets? sockets = _trouble ? null : _armed;
        poll.Set(first + WakeIndex, _wakeEvent.Handle);
        poll.Set(first + IPv4Index, sockets?.IPv4?.Handle);
        poll.Set(first + IPv6Index, sockets?.IPv6?.Handle);
        poll.Set(first + RoutesIndex, sockets?.Routes?.Handle);
    }

    /// <inheritdoc/>
    void IPolledSource.AfterWait(PollSet poll, int first)
    {
        _trouble = false;
        _ipv4Ready = poll.IsReady(first + IPv4Index);
        _ipv6Ready = poll.IsReady(first + IPv6Index);
        if (poll.IsReady(first + WakeIndex)) _wakeEvent.Reset();
        if (poll.IsReady(first + RoutesIndex) && _armed!.Routes!.ReadChanges()) RoutesChanged?.Invoke();
    }

    /// <summary>Takes what is there from one socket.</summary>
    /// <returns>Whether anything came.</returns>
    private bool TryReceive(LinuxUdpSockets sockets, bool ipv6, PacketBatch batch)
    {
        if ((ipv6 ? sockets.IPv6 : sockets.IPv4) is not { } socket) return false;
        int received = socket.Receive(_headers, batch);
        if (received <= 0) (ipv6 ? ref _ipv6Ready : ref _ipv4Ready) = false;
        if (received < 0) _trouble = true;
        if (received <= 0) return false;
        Deliver();
        return batch.Count > 0;
    }

    private void Deliver()
    {
        int truncated = _headers.Deliver();
        if (truncated != 0) Interlocked.Add(ref _truncated, truncated);
    }

    private void CloseSockets()
    {
        LinuxUdpSockets? sockets = _sockets;
        _sockets = null;
        sockets?.Close(_wakeEvent.Signal);
    }
}
