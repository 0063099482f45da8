using System.Net.Sockets;
using System.Runtime.Versioning;
using Apex.Vpn.Protocol;

namespace Apex.Vpn.Samples.WireGuard;

/// <summary>Sets the device up and down with its interface (<c>ip link set NAME up</c>), as the kernel's WireGuard does.</summary>
[SupportedOSPlatform("linux")]
internal sealed class LinkFollower : IDisposable
{
    private readonly LinuxTun _tun;
    private readonly WireGuardDevice _device;
    private readonly Log _log;

    internal LinkFollower(LinuxTun tun, WireGuardDevice device, Log log)
    {
        (_tun, _device, _log) = (tun, device, log);
        tun.LinkChanged += Follow;
        if (tun.IsLinkUp) Follow(true);
    }

    public void Dispose() => _tun.LinkChanged -= Follow;

    private void Follow(bool up)
    {
        try
        {
            if (up) _device.Up();
            else _device.Down();
            _log.Verbose(up ? "Interface up" : "Interface down");
        }
        catch (SocketException exception)
        {
            _log.Error("The port cannot be opened: " + exception.Message);
        }
        catch (ObjectDisposedException)
        {
            // The daemon is ending.
        }
    }
}
