using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Tests.Transports;

namespace Apex.Vpn.Protocol.Tests.Device.Tun;

/// <summary>A namespace with a TUN in it that is up: a host of its own behind the device under test.</summary>
[SupportedOSPlatform("linux")]
internal sealed class TunHost : IDisposable
{
    internal TunHost(string? address = null)
    {
        Tun = Space.Run(() => LinuxTun.Open("tun%d"));
        Space.Sysctl($"net/ipv6/conf/{Tun.Name}/disable_ipv6", "1"); // no router solicitations among the packets
        if (address is not null) Space.Ip($"addr add {address} dev {Tun.Name}");
        Tun.BringUp();
    }

    internal TestNamespace Space { get; } = new();

    internal LinuxTun Tun { get; }

    internal static PacketBatch NewBatch() => new(64, 64 * 4096);

    internal Socket NewUdpSocket() => Space.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)
    {
        ReceiveTimeout = (int)TransportTesting.Deadline.TotalMilliseconds,
    });

    /// <summary>Has the host send datagrams, which its routes lead into the TUN.</summary>
    internal void Send(string address, params byte[][] datagrams)
    {
        using Socket socket = NewUdpSocket();
        foreach (byte[] datagram in datagrams)
        {
            socket.SendTo(datagram, new IPEndPoint(IPAddress.Parse(address), 7000));
        }
    }

    internal bool HasLink(string name) =>
        Space.Run(() => File.ReadAllText("/proc/thread-self/net/dev").Contains(name + ":", StringComparison.Ordinal));

    public void Dispose()
    {
        Tun.Dispose();
        Space.Dispose();
    }
}
