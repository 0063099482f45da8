using System.Runtime.InteropServices;
using Apex.Vpn.Protocol.Buffers;
using static Apex.Vpn.Protocol.Transports.Linux.Errno;

namespace Apex.Vpn.Protocol.Transports.Linux;

/// <summary>One UDP socket of one address family, bound to the wildcard address.</summary>
internal sealed unsafe class LinuxUdpSocket
{
    /// <summary>What the reference engines ask for: a burst at several Gbit/s fits (engine.md 2.1 has the effect).</summary>
    private const int BufferBytes = 7 << 20;

    /// <summary>A full socket buffer is given this long to drain, at most so many times per <see cref="Send"/>.</summary>
    private const int SendWaitMilliseconds = 2;
    private const int MaxSendWaits = 2;

    /// <summary>From here on the kernel tells the segment size of what it coalesced reliably; the reference engine draws the same line.</summary>
    private static readonly Version CoalescesSafely = new(5, 12);

    private readonly bool _ipv6;
    private volatile bool _segments;
    private bool _coalesces;

    private LinuxUdpSocket(Descriptor handle, bool ipv6) => (Handle, _ipv6) = (handle, ipv6);

    internal Descriptor Handle { get; }

    /// <summary>A socket bound to a port, with all options set.</summary>
    /// <param name="ipv6">The family.</param>
    /// <param name="port">The port; 0 lets the kernel choose.</param>
    /// <param name="mark">SO_MARK; 0 for none.</param>
    /// <returns>Null when the host does not have the family.</returns>
    internal static LinuxUdpSocket? Open(bool ipv6, ushort port, uint mark)
    {
        int number = LinuxNative.socket(
            ipv6 ? LinuxNative.AddressFamilyIPv6 : LinuxNative.AddressFamilyIPv4,
            LinuxNative.SocketDatagram | LinuxNative.SocketNonBlocking | LinuxNative.SocketCloseOnExec,
            0);
        if (number < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            return errno == EAFNOSUPPORT ? null : throw SocketErrors.From(errno, "Cannot make a UDP socket");
        }

        var socket = new LinuxUdpSocket(new Descriptor(number), ipv6);
        try
        {
            socket.Configure();
            if (mark != 0) socket.SetMark(mark);
            return socket.Bind(port) ? socket : null;
        }
        catch
        {
            socket.Handle.Dispose();
            throw;
        }
    }

    /// <summary>The port it is bound to.</summary>
    internal ushort LocalPort
    {
        get
        {
            using Descriptor.Lease lease = Acquire();
            Span<byte> address = stackalloc byte[SocketAddresses.IPv6Bytes];
            uint length = SocketAddresses.IPv6Bytes;
            fixed (byte* start = address)
            {
                return LinuxNative.getsockname(lease.Number, start, &length) == 0 ? SocketAddresses.ReadPort(address) : (ushort)0;
            }
        }
    }

    /// <summary>Sets SO_MARK.</summary>
    internal void SetMark(uint mark)
    {
        if (!TrySet(SocketOptions.LevelSocket, SocketOptions.Mark, (int)mark))
            throw SocketErrors.From(Marshal.GetLastPInvokeError(), "Cannot set the firewall mark (CAP_NET_ADMIN or CAP_NET_RAW is needed)");
    }

    /// <summary>Lets the kernel write datagrams that are there into the places of a batch, without blocking.</summary>
    /// <param name="headers">Knows afterwards what came.</param>
    /// <param name="batch">The batch.</param>
    /// <returns>The number of places used; -1 on an error that may last.</returns>
    internal int Receive(ReceiveBatchHeaders headers, PacketBatch batch)
    {
        if (!Handle.TryAcquire(out Descriptor.Lease lease)) return 0;
        using (lease)
        {
            // Many datagrams that the kernel delivers as one need a place for the longest.
            bool coalesce = batch.Stride >= PacketBatch.MaxPacket;
            if (coalesce != _coalesces) SetCoalescing(coalesce);
            MultiMessageHeader* first = headers.Prepare(batch, out int count);
            for (int attempt = 0; ; attempt++)
            {
                int received = LinuxNative.recvmmsg(lease.Number, first, (uint)count, LinuxNative.MessageDontWait, null);
                if (received >= 0)
                {
                    headers.Begin(received, _ipv6);
                    return received;
                }

                // A pending ICMP error is reported once, and is about a datagram sent earlier: it says nothing about this call.
                int errno = Marshal.GetLastPInvokeError();
                if (errno == EAGAIN) return 0;
                if (errno != EINTR && attempt > 1) return -1;
            }
        }
    }

    /// <summary>Sends the slots of this family.</summary>
    /// <returns>The number of slots that the kernel took.</returns>
    internal int Send(PacketBatch batch)
    {
        SendBatchHeaders headers = SendBatchHeaders.OfThisThread;
        headers.Begin();
        int count = headers.Fill(batch, _ipv6, _segments);
        if (count == 0 || !Handle.TryAcquire(out Descriptor.Lease lease)) return 0;
        using (lease)
        {
            int taken = 0, waits = MaxSendWaits;
            for (; count > 0; count = headers.Fill(batch, _ipv6, _segments))
            {
                taken += SendMessages(lease.Number, headers, batch, count, ref waits);
            }

            return taken;
        }
    }

    /// <summary>
    /// Sends prepared messages. The kernel stops at the first that it refuses: that one is dealt with, the rest go on, here or when the
    /// headers were rewound to it.
    /// </summary>
    private int SendMessages(int socket, SendBatchHeaders headers, PacketBatch batch, int count, ref int waits)
    {
        int taken = 0, done = 0;
        bool retried = false;
        while (done < count)
        {
            int sent = LinuxNative.sendmmsg(socket, headers.First + done, (uint)(count - done), LinuxNative.MessageDontWait);
            if (sent > 0)
            {
                taken += headers.SlotsIn(done, sent);
                done += sent;
                retried = false;
                continue;
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case EINTR:
                    continue;
                case EAGAIN or ENOBUFS or ENOMEM when waits > 0:
                    waits--;
                    WaitForRoom(socket);
                    continue;
                case EINVAL or EADDRNOTAVAIL or ENODEV or ENXIO or ENETUNREACH or EHOSTUNREACH
                    when headers.DropSource(batch, done, count, _ipv6):
                    continue;
                case EIO when headers.SlotsOf(done) > 1:
                    _segments = false; // a link without checksum offload: never again on this socket
                    headers.Rewind(done, singly: false);
                    return taken;
                case EMSGSIZE or EINVAL when headers.SlotsOf(done) > 1:
                    headers.Rewind(done, singly: true); // longer than the path's MTU: only single datagrams are fragmented
                    return taken;
                case ECONNREFUSED or ENETUNREACH or EHOSTUNREACH or EHOSTDOWN or ENONET or ENOPROTOOPT or EOPNOTSUPP when !retried:
                    retried = true; // perhaps the ICMP error of an earlier datagram, reported once
                    continue;
                default:
                    done++; // this one is lost, as on any network
                    retried = false;
                    continue;
            }
        }

        return taken;
    }

    private static void WaitForRoom(int socket)
    {
        var entry = new PollDescriptor { Descriptor = socket, Events = PollDescriptor.Out };
        _ = LinuxNative.poll(&entry, 1, SendWaitMilliseconds);
    }

    private void SetCoalescing(bool on)
    {
        _coalesces = on;
        if (Environment.OSVersion.Version < CoalescesSafely) return;
        _ = TrySet(SocketOptions.LevelUdp, SocketOptions.UdpReceiveSegments, on ? 1 : 0);
    }

    private void Configure()
    {
        _segments = TrySet(SocketOptions.LevelUdp, SocketOptions.UdpSegment, 0); // 0: no size for all, and known to the kernel
        if (!TrySet(SocketOptions.LevelSocket, SocketOptions.ReceiveBufferForce, BufferBytes))
            _ = TrySet(SocketOptions.LevelSocket, SocketOptions.ReceiveBuffer, BufferBytes);
        if (!TrySet(SocketOptions.LevelSocket, SocketOptions.SendBufferForce, BufferBytes))
            _ = TrySet(SocketOptions.LevelSocket, SocketOptions.SendBuffer, BufferBytes);
        if (_ipv6)
        {
            Set(SocketOptions.LevelIPv6, SocketOptions.IPv6Only, 1);
            Set(SocketOptions.LevelIPv6, SocketOptions.IPv6ReceivePacketInfo, 1);
            Set(SocketOptions.LevelIPv6, SocketOptions.IPv6ReceiveTrafficClass, 1);
            _ = TrySet(SocketOptions.LevelIPv6, SocketOptions.IPv6MtuDiscover, SocketOptions.MtuDiscoverDont);
        }
        else
        {
            Set(SocketOptions.LevelIPv4, SocketOptions.IPv4PacketInfo, 1);
            Set(SocketOptions.LevelIPv4, SocketOptions.IPv4ReceiveTos, 1);
            _ = TrySet(SocketOptions.LevelIPv4, SocketOptions.IPv4MtuDiscover, SocketOptions.MtuDiscoverDont);
        }
    }

    private bool Bind(ushort port)
    {
        using Descriptor.Lease lease = Acquire();
        Span<byte> address = stackalloc byte[SocketAddresses.IPv6Bytes];
        int length = SocketAddresses.WriteAny(address, _ipv6, port);
        fixed (byte* start = address)
        {
            if (LinuxNative.bind(lease.Number, start, (uint)length) == 0) return true;
        }

        int errno = Marshal.GetLastPInvokeError();
        if (errno == EADDRNOTAVAIL) return false; // the family is compiled in, but switched off
        throw SocketErrors.From(errno, $"Cannot bind UDP port {port}");
    }

    private void Set(int level, int option, int value)
    {
        if (!TrySet(level, option, value))
            throw SocketErrors.From(Marshal.GetLastPInvokeError(), $"Cannot set socket option {level}/{option}");
    }

    private bool TrySet(int level, int option, int value)
    {
        using Descriptor.Lease lease = Acquire();
        return LinuxNative.setsockopt(lease.Number, level, option, &value, sizeof(int)) == 0;
    }

    private Descriptor.Lease Acquire() =>
        Handle.TryAcquire(out Descriptor.Lease lease) ? lease : throw new ObjectDisposedException(nameof(LinuxUdpSocket));
}
