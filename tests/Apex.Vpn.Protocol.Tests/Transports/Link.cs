using System.Globalization;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using Apex.Vpn.Protocol.Transports;
using Apex.Vpn.Protocol.Transports.Linux;

namespace Apex.Vpn.Protocol.Tests.Transports;

/// <summary>Two namespaces with a cable, addresses of both families, and a transport in each.</summary>
[SupportedOSPlatform("linux")]
internal sealed class Link : IDisposable
{
    internal Link()
    {
        TestNamespace.Connect(Left, LeftLink, Right, RightLink);
        Left.Ip($"addr add 10.9.0.1/24 dev {LeftLink}");
        Left.Ip($"addr add fd09::1/64 dev {LeftLink} nodad");
        Right.Ip($"addr add 10.9.0.2/24 dev {RightLink}");
        Right.Ip($"addr add fd09::2/64 dev {RightLink} nodad");
        LeftPort = Left.Run(() => LeftUdp.Open(0));
        RightPort = Right.Run(() => RightUdp.Open(0));
    }

    internal TestNamespace Left { get; } = new();

    internal TestNamespace Right { get; } = new();

    internal string LeftLink { get; } = TestNamespace.UniqueLink("vl");

    internal string RightLink { get; } = TestNamespace.UniqueLink("vr");

    internal LinuxUdpTransport LeftUdp { get; } = new();

    internal LinuxUdpTransport RightUdp { get; } = new();

    internal ushort LeftPort { get; }

    internal ushort RightPort { get; }

    /// <summary>Switches off that the left end finishes checksums, as <c>ethtool -K LINK tx off</c> does.</summary>
    internal unsafe void SwitchChecksumsOff() => Left.Run(() =>
    {
        const nuint request = 0x8946; // SIOCETHTOOL
        uint* command = stackalloc uint[] { 0x17, 0 }; // ETHTOOL_STXCSUM
        byte* interfaceRequest = stackalloc byte[40];
        new Span<byte>(interfaceRequest, 40).Clear();
        Encoding.ASCII.GetBytes(LeftLink, new Span<byte>(interfaceRequest, 15));
        *(uint**)(interfaceRequest + 16) = command;
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        Assert.Equal(0, LinuxNative.ioctl((int)socket.Handle, request, interfaceRequest));
    });

    /// <summary>How many packets the left end has sent, a run of segments as one where the link takes it.</summary>
    internal long CountSent()
    {
        string line = Left.Run(
            () => File.ReadLines("/proc/thread-self/net/dev").Single(line => line.Contains(LeftLink + ":", StringComparison.Ordinal)));
        string[] fields = line.Split(':')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return long.Parse(fields[9], CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        LeftUdp.Dispose();
        RightUdp.Dispose();
        Left.Dispose();
        Right.Dispose();
    }
}
