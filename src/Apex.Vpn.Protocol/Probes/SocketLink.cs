using System.Net;
using System.Net.Sockets;
using Apex.Vpn.Protocol.Engine.Control;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Probes;

/// <summary>Probes by way of a UDP socket.</summary>
internal sealed class SocketLink : IProbeLink
{
    /// <summary>Longer than any reply, so that what is longer is seen to be.</summary>
    private const int LongestWanted = 256;

    /// <summary><c>IPV6_TCLASS</c>, for which the framework has no name.</summary>
    private const int LinuxTrafficClass = 67;

    private readonly Socket _socket;
    private readonly byte[] _received = GC.AllocateUninitializedArray<byte>(LongestWanted, pinned: true);

    internal SocketLink(Socket socket)
    {
        if (socket.SocketType != SocketType.Dgram) throw new ArgumentException("Probes need a datagram socket.", nameof(socket));
        _socket = socket;
        // Bound before anything is sent, because receiving begins first.
        if (socket.LocalEndPoint is null)
            socket.Bind(new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0));
        Mark();
    }

    public void Send(ReadOnlySpan<byte> datagram, UdpEndpoint target)
    {
        try
        {
            IPEndPoint endpoint = target.ToIPEndPoint()!;
            if (target.IsIPv4 && _socket.AddressFamily == AddressFamily.InterNetworkV6) endpoint.Address = endpoint.Address.MapToIPv6();
            _socket.SendTo(datagram, endpoint);
        }
        catch (SocketException)
        {
            // No route, no such family, a full buffer: a probe that is lost.
        }
    }

    public async Task ReceiveAsync(ProbeRound round, TimeProvider time, CancellationToken cancellationToken)
    {
        var anyone = new SocketAddress(_socket.AddressFamily);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                int length = await _socket.ReceiveFromAsync(_received, SocketFlags.None, anyone, cancellationToken).ConfigureAwait(false);
                round.Take(_received.AsSpan(0, length), time.GetTimestamp());
            }
            catch (SocketException) when (!cancellationToken.IsCancellationRequested)
            {
                // ICMP errors of what was sent before, and datagrams longer than any reply. Each is told once.
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>As handshakes are marked, where the system lets us: else a probe could be told by its traffic class.</summary>
    private void Mark()
    {
        try
        {
            _socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.TypeOfService, InitiationWriter.TrafficClass);
            if (_socket.AddressFamily == AddressFamily.InterNetworkV6 && OperatingSystem.IsLinux())
                _socket.SetRawSocketOption((int)SocketOptionLevel.IPv6, LinuxTrafficClass, BitConverter.GetBytes((int)InitiationWriter.TrafficClass));
        }
        catch (SocketException)
        {
        }
    }
}
