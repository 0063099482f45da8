using System.Runtime.InteropServices;
using System.Text;
using Apex.Vpn.Protocol.Transports.Linux;

namespace Apex.Vpn.Protocol;

/// <summary>The <c>ioctl</c> requests of a TUN descriptor and of the interface behind it.</summary>
internal static unsafe class TunRequests
{
    private const nuint SetInterface = 0x400454CA;       // TUNSETIFF
    private const nuint GetInterface = 0x800454D2;       // TUNGETIFF
    private const nuint GetNetworkNamespace = 0x54E3;    // TUNGETDEVNETNS
    private const nuint SetOffload = 0x400454D0;         // TUNSETOFFLOAD
    private const nuint SetHeaderSize = 0x400454D8;      // TUNSETVNETHDRSZ

    internal const nuint GetFlags = 0x8913;              // SIOCGIFFLAGS
    internal const nuint SetFlags = 0x8914;              // SIOCSIFFLAGS
    internal const nuint GetMtu = 0x8921;                // SIOCGIFMTU
    internal const nuint SetMtu = 0x8922;                // SIOCSIFMTU
    internal const nuint GetIndex = 0x8933;              // SIOCGIFINDEX

    internal const short FlagTun = 0x1;
    internal const short FlagNoPacketInfo = 0x1000;
    internal const short FlagVirtioHeader = 0x4000;
    internal const short FlagUp = 0x1;

    internal const uint OffloadChecksum = 0x01;
    internal const uint OffloadTcp = 0x02 | 0x04;        // TUN_F_TSO4, TUN_F_TSO6
    internal const uint OffloadUdp = 0x20 | 0x40;        // TUN_F_USO4, TUN_F_USO6: only together

    /// <summary>The longest interface name, in bytes.</summary>
    internal const int MaxNameBytes = InterfaceRequest.NameBytes - 1;

    /// <summary>Makes the interface of a name, or attaches to a persistent one.</summary>
    /// <returns>0, or the error number.</returns>
    internal static int Attach(Descriptor tun, string name, short flags)
    {
        InterfaceRequest request = For(name);
        request.Flags = flags;
        return Call(tun, SetInterface, ref request);
    }

    /// <summary>The interface that a descriptor belongs to, wherever it was moved to.</summary>
    /// <returns>0, or the error number.</returns>
    internal static int Identify(Descriptor tun, out string name, out short flags)
    {
        InterfaceRequest request = default;
        int errno = Call(tun, GetInterface, ref request);
        name = NameOf(request);
        flags = request.Flags;
        return errno;
    }

    /// <summary>Sets the size of the virtio header. False where there are none.</summary>
    internal static bool TrySetHeaderSize(Descriptor tun, int size)
    {
        if (!tun.TryAcquire(out Descriptor.Lease lease)) return false;
        using (lease)
        {
            return LinuxNative.ioctl(lease.Number, SetHeaderSize, &size) == 0;
        }
    }

    /// <summary>Tells the kernel what it may leave undone in packets that are read. False when it does not know all of that.</summary>
    internal static bool TrySetOffload(Descriptor tun, uint offload)
    {
        if (!tun.TryAcquire(out Descriptor.Lease lease)) return false;
        using (lease)
        {
            return LinuxNative.ioctl(lease.Number, SetOffload, (void*)offload) == 0;
        }
    }

    /// <summary>Opens the network namespace that the interface is in; null when that is not allowed or not known to the kernel.</summary>
    internal static Descriptor? OpenNamespace(Descriptor tun)
    {
        if (!tun.TryAcquire(out Descriptor.Lease lease)) return null;
        using (lease)
        {
            int number = LinuxNative.ioctl(lease.Number, GetNetworkNamespace, null);
            return number < 0 ? null : new Descriptor(number);
        }
    }

    /// <summary>Makes a request on a socket about the interface of a name, in the socket's network namespace.</summary>
    /// <param name="control">The socket.</param>
    /// <param name="kind">One of the constants.</param>
    /// <param name="name">The interface.</param>
    /// <param name="value">The value to set; the value that was got.</param>
    /// <returns>0, or the error number.</returns>
    internal static int Ask(Descriptor control, nuint kind, string name, ref int value)
    {
        InterfaceRequest request = For(name);
        request.Value = value;
        int errno = Call(control, kind, ref request);
        value = request.Value;
        return errno;
    }

    private static int Call(Descriptor descriptor, nuint kind, ref InterfaceRequest request)
    {
        if (!descriptor.TryAcquire(out Descriptor.Lease lease)) return Errno.EBADF;
        using (lease)
        {
            fixed (InterfaceRequest* start = &request)
            {
                return LinuxNative.ioctl(lease.Number, kind, start) < 0 ? Marshal.GetLastPInvokeError() : 0;
            }
        }
    }

    private static InterfaceRequest For(string name)
    {
        InterfaceRequest request = default;
        Encoding.UTF8.GetBytes(name, new Span<byte>(request.Name, MaxNameBytes));
        return request;
    }

    private static string NameOf(in InterfaceRequest request)
    {
        fixed (byte* start = request.Name)
        {
            var bytes = new ReadOnlySpan<byte>(start, InterfaceRequest.NameBytes);
            int end = bytes.IndexOf((byte)0);
            return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
        }
    }
}
