using System.Globalization;
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
    private readonly bool _ownsSpace;

    /// <param name="address">With its prefix; IPv6 is switched off unless it is of that.</param>
    /// <param name="open">Makes the TUN; null for one like any.</param>
    /// <param name="space">Where; null for a namespace of its own.</param>
    internal TunHost(string? address = null, Func<LinuxTun>? open = null, TestNamespace? space = null)
    {
        _ownsSpace = space is null;
        Space = space ?? new TestNamespace();
        Tun = Space.Run(open ?? (static () => LinuxTun.Open("tun%d")));
        bool ipv6 = address?.Contains(':', StringComparison.Ordinal) ?? false;
        if (!ipv6) Space.Sysctl($"net/ipv6/conf/{Tun.Name}/disable_ipv6", "1"); // no router solicitations among the packets
        if (address is not null) Space.Ip($"addr add {address} dev {Tun.Name}{(ipv6 ? " nodad" : "")}");
        Tun.BringUp();
    }

    internal TestNamespace Space { get; }

    internal LinuxTun Tun { get; }

    internal static PacketBatch NewBatch() => new(64, 64 * 4096);

    internal Socket NewUdpSocket(AddressFamily family = AddressFamily.InterNetwork) => NewSocket(family, SocketType.Dgram, ProtocolType.Udp);

    internal Socket NewTcpSocket(AddressFamily family) => NewSocket(family, SocketType.Stream, ProtocolType.Tcp);

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

    /// <summary>How many packets the kernel counted that it took from us, and gave to us, a run of segments as one.</summary>
    internal (long Taken, long Given) CountPackets()
    {
        string line = Space.Run(() => File.ReadLines("/proc/thread-self/net/dev").Single(line => line.Contains(Tun.Name + ":", StringComparison.Ordinal)));
        string[] fields = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return (long.Parse(fields[1], CultureInfo.InvariantCulture), long.Parse(fields[9], CultureInfo.InvariantCulture));
    }

    public void Dispose()
    {
        Tun.Dispose();
        if (_ownsSpace) Space.Dispose();
    }

    private Socket NewSocket(AddressFamily family, SocketType type, ProtocolType protocol) => Space.Run(() => new Socket(family, type, protocol)
    {
        ReceiveTimeout = (int)TransportTesting.Deadline.TotalMilliseconds,
        SendTimeout = (int)TransportTesting.Deadline.TotalMilliseconds,
    });
}
