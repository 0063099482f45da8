using System.Runtime.InteropServices;

namespace Apex.Vpn.Protocol.Transports.Linux;

/// <summary>A routing-netlink socket that hears of changes in the network namespace of the thread that opened it.</summary>
internal sealed unsafe class NetlinkSocket : IDisposable
{
    internal const uint LinkGroup = 0x1;
    internal const uint IPv4AddressGroup = 0x10;
    internal const uint IPv4RouteGroup = 0x40;
    internal const uint IPv6AddressGroup = 0x100;
    internal const uint IPv6RouteGroup = 0x400;

    /// <summary>No netlink datagram with notifications is longer (NLMSG_GOODSIZE and more).</summary>
    internal const int DatagramBytes = 32768;

    private const nuint GetNetworkNamespace = 0x894C; // SIOCGSKNS

    private NetlinkSocket(Descriptor handle) => Handle = handle;

    /// <summary>Readable when something changed.</summary>
    internal Descriptor Handle { get; }

    /// <summary>Opens the socket; null where that is not allowed (Android apps, sandboxes).</summary>
    internal static NetlinkSocket? TryOpen(uint groups)
    {
        int number = LinuxNative.socket(
            LinuxNative.AddressFamilyNetlink, LinuxNative.SocketRaw | LinuxNative.SocketNonBlocking | LinuxNative.SocketCloseOnExec, 0);
        if (number < 0) return null;
        var handle = new Descriptor(number);
        var address = new NetlinkAddress { Family = LinuxNative.AddressFamilyNetlink, Groups = groups };
        if (LinuxNative.bind(number, &address, (uint)sizeof(NetlinkAddress)) == 0) return new NetlinkSocket(handle);
        handle.Dispose();
        return null;
    }

    /// <summary>Takes the next datagram, without blocking.</summary>
    /// <returns>Its length; 0 when there is none; -1 when messages were lost because nobody read for long.</returns>
    internal int Receive(Span<byte> buffer)
    {
        if (!Handle.TryAcquire(out Descriptor.Lease lease)) return 0;
        using (lease)
        {
            fixed (byte* start = buffer)
            {
                nint length = LinuxNative.recv(lease.Number, start, (nuint)buffer.Length, LinuxNative.MessageDontWait);
                if (length >= 0) return (int)length;
                return Marshal.GetLastPInvokeError() == Errno.ENOBUFS ? -1 : 0;
            }
        }
    }

    /// <summary>Opens the network namespace that the socket is in; null when that is not allowed.</summary>
    internal Descriptor? OpenNamespace()
    {
        if (!Handle.TryAcquire(out Descriptor.Lease lease)) return null;
        using (lease)
        {
            int number = LinuxNative.ioctl(lease.Number, GetNetworkNamespace, null);
            return number < 0 ? null : new Descriptor(number);
        }
    }

    public void Dispose() => Handle.Dispose();
}
