using System.Diagnostics.CodeAnalysis;
using System.Runtime.Versioning;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Transports.Linux;

namespace Apex.Vpn.Protocol.Transports;

/// <summary>
/// UDP on Linux, one socket per address family, with up to 64 datagrams per system call (<c>recvmmsg</c>, <c>sendmmsg</c>), the local
/// address of every datagram (RFC 3542 4, 6) and its traffic class with the ECN bits (RFC 3168).
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
public sealed class LinuxUdpTransport : IUdpTransport
{
    private const int WakeIndex = 0;
    private const int IPv4Index = 1;
    private const int IPv6Index = 2;
    private const int RoutesIndex = 3;
    private const int ErrorPauseMilliseconds = 10;

    private readonly Lock _gate = new();
    private readonly EventDescriptor _wakeEvent = new();
    private readonly PollSet _poll = new(4);
    private readonly ReceiveBatchHeaders _ipv4Headers = new();
    private readonly ReceiveBatchHeaders _ipv6Headers = new();
    private volatile LinuxUdpSockets? _sockets;
    private volatile bool _disposed;
    private uint _mark;
    private ushort _lastPort;
    private int _wakeRequested;
    private long _truncated;
    private bool _ipv6First;

    /// <summary>Makes a transport without sockets; <see cref="Open"/> gets them.</summary>
    /// <exception cref="IOException">The process has no descriptor left.</exception>
    public LinuxUdpTransport() => _poll.Set(WakeIndex, _wakeEvent.Handle);

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
        ArgumentNullException.ThrowIfNull(batch);
        batch.Clear();
        while (true)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (Interlocked.Exchange(ref _wakeRequested, 0) != 0) return 0;

            LinuxUdpSockets? sockets = _sockets;
            _poll.Set(IPv4Index, sockets?.IPv4?.Handle);
            _poll.Set(IPv6Index, sockets?.IPv6?.Handle);
            _poll.Set(RoutesIndex, sockets?.Routes?.Handle);
            _poll.Wait(-1);

            if (_poll.IsReady(WakeIndex)) _wakeEvent.Reset();
            if (_poll.IsReady(RoutesIndex) && sockets!.Routes!.ReadChanges()) RoutesChanged?.Invoke();
            if (!_poll.IsReady(IPv4Index) && !_poll.IsReady(IPv6Index)) continue;
            if (!ReceiveReady(sockets!, batch)) PauseAfterError();
            if (batch.Count > 0) return batch.Count;
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

    /// <summary>Takes what is there from both sockets. Each is first in turn, so that neither can starve the other.</summary>
    /// <returns>False after an error that may last.</returns>
    private bool ReceiveReady(LinuxUdpSockets sockets, PacketBatch batch)
    {
        _ipv6First = !_ipv6First;
        int places = 0;
        for (int turn = 0; turn < 2 && places < batch.Capacity; turn++)
        {
            bool ipv6 = _ipv6First ^ (turn != 0);
            if (!_poll.IsReady(ipv6 ? IPv6Index : IPv4Index)) continue;
            LinuxUdpSocket socket = (ipv6 ? sockets.IPv6 : sockets.IPv4)!;
            int used = socket.Receive(ipv6 ? _ipv6Headers : _ipv4Headers, batch, places, ref _truncated);
            if (used < 0) return false;
            places += used;
        }

        return true;
    }

    /// <summary>Without this a socket that fails for ever would be asked for ever.</summary>
    private void PauseAfterError()
    {
        _poll.Set(IPv4Index, null);
        _poll.Set(IPv6Index, null);
        _poll.Set(RoutesIndex, null);
        _poll.Wait(ErrorPauseMilliseconds);
    }

    private void CloseSockets()
    {
        LinuxUdpSockets? sockets = _sockets;
        _sockets = null;
        sockets?.Close(_wakeEvent.Signal);
    }
}
