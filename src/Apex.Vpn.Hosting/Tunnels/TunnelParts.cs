using System.Diagnostics.Metrics;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace Apex.Vpn.Hosting.Tunnels;

/// <summary>Puts a device together from what is registered under the tunnel's name, and from the system's own where nothing is.</summary>
internal static class TunnelParts
{
    internal static WireGuardDevice Build(IServiceProvider services, string name, string interfaceName, int mtu)
    {
        ITunDevice tun = services.GetKeyedService<ITunDevice>(name) ?? OpenTun(interfaceName, mtu);
        try
        {
            return new WireGuardDevice(tun, services.GetKeyedService<IUdpTransport>(name) ?? UdpTransport.Create(), new WireGuardDeviceOptions
            {
                Filter = services.GetKeyedService<IPacketFilter>(name),
                Observer = services.GetKeyedService<DeviceObserver>(name),
                MeterFactory = services.GetService<IMeterFactory>(), // only there when metrics were added
            });
        }
        catch
        {
            tun.Dispose();
            throw;
        }
    }

    private static LinuxTun OpenTun(string interfaceName, int mtu)
    {
        if (!OperatingSystem.IsLinux())
            throw new PlatformNotSupportedException("Register an ITunDevice under the tunnel's name: there is none for this system.");
        LinuxTun tun = LinuxTun.Open(interfaceName, mtu);
        try
        {
            tun.BringUp();
            return tun;
        }
        catch
        {
            tun.Dispose();
            throw;
        }
    }
}
