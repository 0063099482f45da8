using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Apex.Vpn.Protocol.Transports.Linux;

namespace Apex.Vpn.Protocol;

/// <summary>Gets TUN descriptors, and says in words why it could not.</summary>
[Experimental(ApexDiagnostics.DataPath)]
[SupportedOSPlatform("linux")]
[SupportedOSPlatform("android")]
internal static class TunOpener
{
    private const string DefaultDevice = "/dev/net/tun";
    private const short Flags = TunRequests.FlagTun | TunRequests.FlagNoPacketInfo | TunRequests.FlagVirtioHeader;

    /// <summary>Makes the interface of a name, or attaches to a persistent one.</summary>
    /// <param name="name">As in <see cref="LinuxTun.Open"/>.</param>
    /// <param name="device">The control device.</param>
    internal static LinuxTun Create(string name, string device = DefaultDevice)
    {
        if (Encoding.UTF8.GetByteCount(name) > TunRequests.MaxNameBytes)
            throw new TunException($"The interface name '{name}' is too long: Linux allows {TunRequests.MaxNameBytes} bytes.");

        int number = LinuxNative.open(
            device, LinuxNative.OpenReadWrite | LinuxNative.OpenNonBlocking | LinuxNative.OpenCloseOnExec);
        if (number < 0) throw OpenError(device, Marshal.GetLastPInvokeError());
        var tun = new Descriptor(number);
        int errno = TunRequests.Attach(tun, name, Flags);
        if (errno == 0) errno = TunRequests.Identify(tun, out name, out _);
        if (errno == 0) return new LinuxTun(tun, name, TunOffload.Of(tun));
        tun.Dispose();
        throw AttachError(name, errno);
    }

    /// <summary>Takes over a descriptor; it stays the caller's when this throws.</summary>
    internal static LinuxTun TakeOver(int number)
    {
        var tun = new Descriptor(number);
        try
        {
            return Adopt(tun, number);
        }
        catch
        {
            tun.SetHandleAsInvalid();
            throw;
        }
    }

    /// <summary>Duplicates a descriptor and takes over the duplicate.</summary>
    internal static LinuxTun Duplicate(SafeHandle original)
    {
        bool added = false;
        try
        {
            original.DangerousAddRef(ref added);
            int number = LinuxNative.fcntl((int)original.DangerousGetHandle(), LinuxNative.DuplicateCloseOnExec, 0);
            if (number < 0) throw Error("Cannot duplicate the descriptor", Marshal.GetLastPInvokeError());
            var tun = new Descriptor(number);
            try
            {
                return Adopt(tun, number);
            }
            catch
            {
                tun.Dispose();
                throw;
            }
        }
        finally
        {
            if (added) original.DangerousRelease();
        }
    }

    /// <summary>An error number with what failed.</summary>
    internal static TunException Error(string what, int errno) => new($"{what}: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno}).");

    private static LinuxTun Adopt(Descriptor tun, int number)
    {
        int errno = TunRequests.Identify(tun, out string name, out short flags);
        if (errno != 0) throw Error($"Descriptor {number} is not that of a TUN interface", errno);
        if ((flags & TunRequests.FlagTun) == 0)
            throw new TunException($"{name} is a TAP interface: Ethernet frames instead of IP packets.");
        // IFF_NO_PI cannot be checked: the kernel reports it either way.
        int status = LinuxNative.fcntl(number, LinuxNative.GetStatusFlags, 0);
        if (status < 0 || LinuxNative.fcntl(number, LinuxNative.SetStatusFlags, status | LinuxNative.OpenNonBlocking) < 0)
            throw Error($"Cannot make the descriptor of {name} non-blocking", Marshal.GetLastPInvokeError());
        return new LinuxTun(tun, name, (flags & TunRequests.FlagVirtioHeader) != 0 ? TunOffload.Of(tun) : TunOffload.None);
    }

    private static TunException OpenError(string device, int errno) => errno switch
    {
        Errno.ENOENT or Errno.ENXIO or Errno.ENODEV => new TunException(
            $"There is no {device}: load the module (modprobe tun), or give the container the device (--device {device})."),
        Errno.EACCES or Errno.EPERM => new TunException($"No permission to open {device}: run as root or with CAP_NET_ADMIN."),
        _ => Error($"Cannot open {device}", errno),
    };

    private static TunException AttachError(string name, int errno) => errno switch
    {
        Errno.EPERM => new TunException($"No permission to make the TUN interface '{name}': run as root or with CAP_NET_ADMIN."),
        Errno.EBUSY => new TunException($"The TUN interface '{name}' is in use by another process."),
        Errno.EINVAL => new TunException(
            $"'{name}' is not a valid interface name, or belongs to an interface that is not a TUN."),
        _ => Error($"Cannot make the TUN interface '{name}'", errno),
    };
}
