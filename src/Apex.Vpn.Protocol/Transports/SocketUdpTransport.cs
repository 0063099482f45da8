using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Transports.Portable;

namespace Apex.Vpn.Protocol.Transports;

/// <summary>UDP by way of <see cref="Socket"/>, for every system that .NET runs on.</summary>
/// <remarks>
/// <para>What the framework does not offer on all systems is missing: local addresses are neither reported nor pinned (the path's local
/// half is ignored), traffic classes are received and sent as 0, firewall marks are not supported, and each datagram is a system call of
/// its own. <see cref="LinuxUdpTransport"/> has all of these.</para>
/// <para>Thread safety is that of <see cref="IUdpTransport"/>.</para>
/// </remarks>
[Experimental(ApexDiagnostics.DataPath)]
public sealed class SocketUdpTransport : IUdpTransport
{
    /// <summary>The receiver looks at its state this often even if no interruption reaches it (a firewall that blocks loopback).</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan ErrorPause = TimeSpan.FromMilliseconds(10);

    private readonly Lock _gate = new();
    private readonly object _changed = new();
    private readonly byte[] _scratch = GC.AllocateUninitializedArray<byte>(PacketBatch.MaxPacket + 1, pinned: true);
    private volatile PortableUdpSocket? _socket;
    private volatile bool _disposed;
    private ushort _lastPort;
    private int _wakeRequested;
    private long _truncated;

    /// <summary>Never raised: no local address is remembered that could become stale.</summary>
    public event Action? RoutesChanged
    {
        add { }
        remove { }
    }

    /// <inheritdoc/>
    public long TruncatedDatagrams => Volatile.Read(ref _truncated);

    /// <inheritdoc/>
    public ushort Open(ushort port)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            CloseSocket();
            PortableUdpSocket opened = PortBinding.Open(port, _lastPort, 0, static (chosen, _) => new PortableUdpSocket(chosen));
            _socket = opened;
            _lastPort = opened.Port;
            Announce();
            return opened.Port;
        }
    }

    /// <inheritdoc/>
    public void Close()
    {
        lock (_gate)
        {
            CloseSocket();
        }
    }

    /// <summary>Accepts only 0: the framework has no marks.</summary>
    /// <param name="mark">0.</param>
    /// <exception cref="PlatformNotSupportedException">The mark is not 0.</exception>
    public void SetMark(uint mark)
    {
        if (mark != 0) throw new PlatformNotSupportedException("Firewall marks need the Linux transport.");
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
            PortableUdpSocket? socket = _socket;
            if (socket is null)
                WaitForChange(null, Timeout.InfiniteTimeSpan);
            else if (!TryReceive(socket, batch))
                WaitForChange(socket, ErrorPause);
            if (batch.Count > 0) return batch.Count;
        }
    }

    /// <inheritdoc/>
    public int Send(PacketBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        PortableUdpSocket? socket = _socket;
        if (socket is null) return 0;
        int taken = 0;
        foreach (ref PacketSlot slot in batch.Slots)
        {
            slot.SourceRejected = false;
            if (slot.Length > 0 && socket.Send(batch.Bytes(slot), slot.Path.Remote)) taken++;
        }

        return taken;
    }

    /// <inheritdoc/>
    public void Wake()
    {
        Volatile.Write(ref _wakeRequested, 1);
        Announce();
        _socket?.Interrupt();
    }

    /// <summary>Closes the socket. A blocked <see cref="Receive"/> throws <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            CloseSocket();
            Announce();
        }
    }

    /// <returns>False after an error.</returns>
    private bool TryReceive(PortableUdpSocket socket, PacketBatch batch)
    {
        try
        {
            if (socket.WaitForDatagram(MaxWait)) socket.Receive(batch, _scratch, ref _truncated);
            return true;
        }
        catch (SocketException e)
        {
            // WouldBlock: a datagram with a wrong checksum. ConnectionReset: ICMP about a datagram sent before.
            return e.SocketErrorCode is SocketError.WouldBlock or SocketError.ConnectionReset or SocketError.ConnectionRefused;
        }
        catch (ObjectDisposedException)
        {
            return true; // closed meanwhile: the caller looks again
        }
    }

    /// <summary>Waits while nothing is asked for and the socket is still the same.</summary>
    private void WaitForChange(PortableUdpSocket? socket, TimeSpan patience)
    {
        lock (_changed)
        {
            if (_socket == socket && !_disposed && Volatile.Read(ref _wakeRequested) == 0) Monitor.Wait(_changed, patience);
        }
    }

    private void Announce()
    {
        lock (_changed)
        {
            Monitor.PulseAll(_changed);
        }
    }

    private void CloseSocket()
    {
        PortableUdpSocket? socket = _socket;
        _socket = null;
        socket?.Interrupt(); // before the close: the framework's own way to end a wait takes longer
        socket?.Dispose();
    }
}
