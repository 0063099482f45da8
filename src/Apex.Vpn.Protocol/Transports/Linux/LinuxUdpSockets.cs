using System.Net.Sockets;

namespace Apex.Vpn.Protocol.Transports.Linux;

/// <summary>What one <c>Open</c> brought: a socket per address family on the same port, and an ear for route changes.</summary>
internal sealed class LinuxUdpSockets
{
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
    /// <param name="port">0 for one that the kernel chooses for the first family, which may be taken for the second.</param>
    /// <param name="mark">SO_MARK; 0 for none.</param>
    internal static LinuxUdpSockets Open(ushort port, uint mark)
    {
        LinuxUdpSocket? ipv4 = LinuxUdpSocket.Open(ipv6: false, port, mark);
        try
        {
            ushort bound = ipv4?.LocalPort ?? port;
            LinuxUdpSocket? ipv6 = LinuxUdpSocket.Open(ipv6: true, bound, mark);
            if (ipv4 is null && ipv6 is null)
                throw new SocketException((int)SocketError.AddressFamilyNotSupported, "The host has neither IPv4 nor IPv6.");
            return new LinuxUdpSockets(ipv4, ipv6, ipv4 is null ? ipv6!.LocalPort : bound);
        }
        catch
        {
            ipv4?.Handle.Dispose();
            throw;
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
