using System.Diagnostics.CodeAnalysis;

namespace Apex.Vpn.Protocol.Transports;

/// <summary>Chooses the UDP transport that suits the operating system.</summary>
[Experimental(ApexDiagnostics.DataPath)]
public static class UdpTransport
{
    /// <summary>Makes a transport without sockets: <see cref="LinuxUdpTransport"/> on Linux and Android, <see cref="SocketUdpTransport"/>
    /// elsewhere.</summary>
    /// <exception cref="IOException">The process has no descriptor left.</exception>
    public static IUdpTransport Create() =>
        OperatingSystem.IsLinux() || OperatingSystem.IsAndroid() ? new LinuxUdpTransport() : new SocketUdpTransport();
}
