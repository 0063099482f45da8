using System.Net.Sockets;

namespace Apex.Vpn.Protocol.Transports.Linux;

/// <summary>What one <c>Open</c> brought: a socket per address family on the same port, and an ear for route changes.</summary>
internal sealed class LinuxUdpSockets
{
    private const int MaxAttempts = 100;

    /// <summary>Receivers are woken and senders wait for milliseconds only, so the end of this is never reached.</summary>
    private static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(5);

    private LinuxUdpSockets(LinuxUdpSocket? ipv4, LinuxUdpSocket? ipv6, ushort port)
    {
        IPv4 = ipv4;
        IPv6 = ipv6;
        Port = port;
        Routes = RouteMonitor.TryOpen();
    }

    internal LinuxUdpSocket? IPv4 { get; }

    internal LinuxUdpSocket? IPv6 { get; }

    internal RouteMonitor? Routes { get; }

    internal ushort Port { get; }

    /// <summary>Binds both families to a port. One family may be missing on the host, not both.</summary>
    /// <param name="port">0 for one that is free for both.</param>
    /// <param name="mark">SO_MARK; 0 for none.</param>
    /// <param name="wasOurs">The port was ours a moment ago. A process that is being started elsewhere in the program holds copies of all
    /// our descriptors from fork to exec, and the port with them: worth a short wait.</param>
    internal static LinuxUdpSockets Open(ushort port, uint mark, bool wasOurs)
    {
        for (int attempt = 1; ; attempt++)
        {
            LinuxUdpSocket? ipv4 = null;
            try
            {
                ipv4 = LinuxUdpSocket.Open(ipv6: false, port, mark);
                ushort bound = ipv4?.LocalPort ?? port;
                LinuxUdpSocket? ipv6 = LinuxUdpSocket.Open(ipv6: true, bound, mark);
                if (ipv4 is null && ipv6 is null)
                    throw new SocketException((int)SocketError.AddressFamilyNotSupported, "The host has neither IPv4 nor IPv6.");
                return new LinuxUdpSockets(ipv4, ipv6, ipv4 is null ? ipv6!.LocalPort : bound);
            }
            catch (SocketException e)
            {
                ipv4?.Handle.Dispose();
                bool mayPass = e.SocketErrorCode == SocketError.AddressAlreadyInUse && (port == 0 || wasOurs);
                if (!mayPass || attempt == MaxAttempts) throw;
            }

            if (wasOurs) Thread.Sleep(1);
        }
    }

    internal void SetMark(uint mark)
    {
        IPv4?.SetMark(mark);
        IPv6?.SetMark(mark);
    }

    /// <summary>Closes everything; the port is free afterwards.</summary>
    /// <param name="wakeReceiver">Makes the receiving thread leave its wait, in which it keeps the sockets open.</param>
    internal void Close(Action wakeReceiver)
    {
        Routes?.Dispose();
        IPv4?.Handle.Dispose();
        IPv6?.Handle.Dispose();
        wakeReceiver();
        IPv4?.Handle.CloseAndWait(ClosePatience);
        IPv6?.Handle.CloseAndWait(ClosePatience);
    }
}
