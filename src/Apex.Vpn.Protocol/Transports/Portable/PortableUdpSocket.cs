using System.Net;
using System.Net.Sockets;
using Apex.Vpn.Protocol.Buffers;

namespace Apex.Vpn.Protocol.Transports.Portable;

/// <summary>One non-blocking socket for both address families, or for IPv4 where the host has no IPv6.</summary>
internal sealed class PortableUdpSocket : IDisposable
{
    private const int BufferBytes = 7 << 20;
    private const int ResetOnUnreachable = unchecked((int)0x9800000C); // SIO_UDP_CONNRESET

    /// <summary>A full send buffer is given this long to drain.</summary>
    private static readonly TimeSpan SendPatience = TimeSpan.FromMilliseconds(2);

    [ThreadStatic]
    private static ReusableAddress? _destinationOfThisThread;

    private readonly Socket _socket;
    private readonly ReusableAddress _from;
    private readonly SocketAddress _self;

    internal PortableUdpSocket(ushort port)
    {
        bool ipv6 = Socket.OSSupportsIPv6;
        _socket = ipv6
            ? new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = true }
            : new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            _socket.Blocking = false;
            if (OperatingSystem.IsWindows()) _socket.IOControl(ResetOnUnreachable, [0, 0, 0, 0], null);
            TrySetBuffers();
            _socket.Bind(new IPEndPoint(ipv6 ? IPAddress.IPv6Any : IPAddress.Any, port));
            Port = (ushort)((IPEndPoint)_socket.LocalEndPoint!).Port;
            _self = new IPEndPoint(ipv6 ? IPAddress.IPv6Loopback : IPAddress.Loopback, Port).Serialize();
            _from = new ReusableAddress(_socket.AddressFamily);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    internal ushort Port { get; }

    /// <summary>Waits until there may be something to receive.</summary>
    internal bool WaitForDatagram(TimeSpan patience) => _socket.Poll(patience, SelectMode.SelectRead);

    /// <summary>Makes <see cref="WaitForDatagram"/> return, by an empty datagram to ourselves, which nobody else gets to see.</summary>
    internal void Interrupt()
    {
        try
        {
            _socket.SendTo([], SocketFlags.None, _self);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The buffer is full, so there is something to receive; or loopback is blocked, and the wait ends by its patience.
        }
    }

    /// <summary>Takes what is there, after a wait said that there is something.</summary>
    /// <param name="batch">Slots are added.</param>
    /// <param name="scratch">As long as the longest datagram, since a portable receive does not tell that it cut one off.</param>
    /// <param name="truncated">Counts the datagrams longer than a slot.</param>
    /// <exception cref="SocketException">The first receive failed, or a later one did, with slots added before it.</exception>
    internal void Receive(PacketBatch batch, Span<byte> scratch, ref long truncated)
    {
        do
        {
            int length = _socket.ReceiveFrom(scratch, SocketFlags.None, _from.Address);
            if (length > batch.Stride)
            {
                Interlocked.Increment(ref truncated);
            }
            else if (length > 0)
            {
                int offset = batch.Count * batch.Stride;
                scratch[..length].CopyTo(batch.Slab[offset..]);
                ref PacketSlot slot = ref batch.Add();
                slot.Offset = offset;
                slot.Length = length;
                slot.Path = new UdpPath(_from.Read());
            }
        }
        while (batch.Count < batch.Places && _socket.Available > 0);
    }

    /// <summary>Sends one datagram.</summary>
    /// <returns>Whether the network took it.</returns>
    internal bool Send(ReadOnlySpan<byte> datagram, in UdpEndpoint remote)
    {
        ReusableAddress destination = _destinationOfThisThread is { } known && known.Family == _socket.AddressFamily
            ? known
            : _destinationOfThisThread = new ReusableAddress(_socket.AddressFamily);
        return destination.TryWrite(remote) && (TrySend(datagram, destination, out bool full) || (full && Retry(datagram, destination)));
    }

    private bool Retry(ReadOnlySpan<byte> datagram, ReusableAddress destination)
    {
        try
        {
            _socket.Poll(SendPatience, SelectMode.SelectWrite);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }

        return TrySend(datagram, destination, out _);
    }

    private bool TrySend(ReadOnlySpan<byte> datagram, ReusableAddress destination, out bool full)
    {
        full = false;
        try
        {
            return _socket.SendTo(datagram, SocketFlags.None, destination.Address) == datagram.Length;
        }
        catch (SocketException e)
        {
            full = e.SocketErrorCode is SocketError.WouldBlock or SocketError.NoBufferSpaceAvailable;
            return false; // unreachable, too long, refused: lost, as on any network
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    private void TrySetBuffers()
    {
        try
        {
            _socket.ReceiveBufferSize = BufferBytes;
            _socket.SendBufferSize = BufferBytes;
        }
        catch (SocketException)
        {
            // The system's limit is lower and it does not round down: its default serves.
        }
    }

    public void Dispose() => _socket.Dispose();
}
