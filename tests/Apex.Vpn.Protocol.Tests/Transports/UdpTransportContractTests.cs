using System.Runtime.Versioning;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Transports;

[SupportedOSPlatform("linux")]
public sealed class LinuxUdpTransportContractTests() : UdpTransportContract(static () => new LinuxUdpTransport());

[SupportedOSPlatform("linux")]
public sealed class LinuxUdpTransportLifeTests() : UdpTransportLifeContract(static () => new LinuxUdpTransport());

public sealed class SocketUdpTransportContractTests() : UdpTransportContract(static () => new SocketUdpTransport());

public sealed class SocketUdpTransportLifeTests() : UdpTransportLifeContract(static () => new SocketUdpTransport());

public sealed class UdpTransportTests
{
    [Fact]
    public void The_transport_is_the_one_of_the_operating_system()
    {
        using IUdpTransport transport = UdpTransport.Create();
        Assert.Equal(OperatingSystem.IsLinux() || OperatingSystem.IsAndroid(), transport is LinuxUdpTransport);
    }

    [Fact]
    public void The_portable_transport_has_no_marks_and_says_so()
    {
        using var transport = new SocketUdpTransport();
        transport.SetMark(0);
        Assert.Throws<PlatformNotSupportedException>(() => transport.SetMark(1));
    }
}
