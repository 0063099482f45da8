using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Apex.Vpn.Protocol.Transports.Linux;

/// <summary>
/// The control messages (<c>struct cmsghdr</c>) that travel with a datagram: the local address and interface (IP_PKTINFO,
/// IPV6_PKTINFO) and the TOS octet or traffic class.
/// </summary>
internal static class ControlMessages
{
    /// <summary>Enough for what is asked for on receive and set on send.</summary>
    internal const int MaxBytes = 128;

    private const int IPv4PacketInfoBytes = 12; // struct in_pktinfo: interface index, local address to answer from, destination
    private const int IPv6PacketInfoBytes = 20; // struct in6_pktinfo: address, interface index

    private static readonly int HeaderBytes = IntPtr.Size + 8; // length (native size), level, type

    /// <summary>Takes the path's local half, the traffic class and the size of segments out of what the kernel delivered.</summary>
    internal static void Read(
        ReadOnlySpan<byte> control, out UInt128 localAddress, out int localInterface, out byte trafficClass, out int segmentSize)
    {
        segmentSize = 0;
        localAddress = 0;
        localInterface = 0;
        trafficClass = 0;
        while (control.Length >= HeaderBytes)
        {
            nuint length = MemoryMarshal.Read<nuint>(control);
            if (length < (nuint)HeaderBytes || length > (nuint)control.Length) return;
            int level = MemoryMarshal.Read<int>(control[IntPtr.Size..]);
            int type = MemoryMarshal.Read<int>(control[(IntPtr.Size + 4)..]);
            ReadOnlySpan<byte> data = control[HeaderBytes..(int)length];
            switch (level, type)
            {
                case (SocketOptions.LevelIPv4, SocketOptions.IPv4PacketInfo) when data.Length >= IPv4PacketInfoBytes:
                    localInterface = MemoryMarshal.Read<int>(data);
                    localAddress = BinaryPrimitives.ReadUInt32BigEndian(data[4..]);
                    break;
                case (SocketOptions.LevelIPv6, SocketOptions.IPv6PacketInfo) when data.Length >= IPv6PacketInfoBytes:
                    localAddress = BinaryPrimitives.ReadUInt128BigEndian(data);
                    localInterface = MemoryMarshal.Read<int>(data[16..]);
                    break;
                case (SocketOptions.LevelIPv4, SocketOptions.IPv4Tos) when data.Length >= 1:
                    trafficClass = data[0];
                    break;
                case (SocketOptions.LevelUdp, SocketOptions.UdpReceiveSegments) when data.Length >= sizeof(int):
                    segmentSize = MemoryMarshal.Read<int>(data);
                    break;
                case (SocketOptions.LevelIPv6, SocketOptions.IPv6TrafficClass) when data.Length >= sizeof(int):
                    trafficClass = (byte)MemoryMarshal.Read<int>(data);
                    break;
            }

            control = control[Math.Min(Align((int)length), control.Length)..];
        }
    }

    /// <summary>Writes what a datagram is to be sent with.</summary>
    /// <param name="control">Takes it.</param>
    /// <param name="path">Where it goes.</param>
    /// <param name="trafficClass">The TOS octet or traffic class.</param>
    /// <param name="segmentSize">0 for one datagram, else the kernel makes one of each so many bytes.</param>
    /// <returns>The number of bytes written; 0 when the kernel's defaults serve.</returns>
    internal static int Write(Span<byte> control, in UdpPath path, byte trafficClass, int segmentSize = 0)
    {
        int used = 0;
        bool ipv4 = path.Remote.IsIPv4;
        if (path.HasSource && ipv4)
        {
            Span<byte> data = Begin(control, ref used, SocketOptions.LevelIPv4, SocketOptions.IPv4PacketInfo, IPv4PacketInfoBytes);
            MemoryMarshal.Write(data, path.LocalInterface);
            BinaryPrimitives.WriteUInt32BigEndian(data[4..], (uint)path.LocalAddress);
            data[8..].Clear();
        }
        else if (path.HasSource)
        {
            Span<byte> data = Begin(control, ref used, SocketOptions.LevelIPv6, SocketOptions.IPv6PacketInfo, IPv6PacketInfoBytes);
            BinaryPrimitives.WriteUInt128BigEndian(data, path.LocalAddress);
            MemoryMarshal.Write(data[16..], path.LocalInterface);
        }

        if (trafficClass != 0)
        {
            Span<byte> data = ipv4
                ? Begin(control, ref used, SocketOptions.LevelIPv4, SocketOptions.IPv4Tos, sizeof(int))
                : Begin(control, ref used, SocketOptions.LevelIPv6, SocketOptions.IPv6TrafficClass, sizeof(int));
            MemoryMarshal.Write(data, (int)trafficClass);
        }

        if (segmentSize != 0)
        {
            Span<byte> data = Begin(control, ref used, SocketOptions.LevelUdp, SocketOptions.UdpSegment, sizeof(ushort));
            MemoryMarshal.Write(data, (ushort)segmentSize); // 32 bits would be refused
        }

        return used;
    }

    private static Span<byte> Begin(Span<byte> control, ref int used, int level, int type, int dataBytes)
    {
        Span<byte> message = control.Slice(used, Align(HeaderBytes + dataBytes));
        MemoryMarshal.Write(message, (nuint)(HeaderBytes + dataBytes));
        MemoryMarshal.Write(message[IntPtr.Size..], level);
        MemoryMarshal.Write(message[(IntPtr.Size + 4)..], type);
        used += message.Length;
        return message.Slice(HeaderBytes, dataBytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Align(int length) => (length + IntPtr.Size - 1) & ~(IntPtr.Size - 1);
}
