using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Apex.Vpn.Protocol.Transports.Linux;

/// <summary><c>sockaddr_in</c> and <c>sockaddr_in6</c> as bytes.</summary>
internal static class SocketAddresses
{
    internal const int IPv4Bytes = 16;
    internal const int IPv6Bytes = 28;

    /// <summary>The wildcard address of a family with a port, for <c>bind</c>.</summary>
    /// <returns>The number of bytes written.</returns>
    internal static int WriteAny(Span<byte> destination, bool ipv6, ushort port)
    {
        int length = ipv6 ? IPv6Bytes : IPv4Bytes;
        destination[..length].Clear();
        MemoryMarshal.Write(destination, (ushort)(ipv6 ? LinuxNative.AddressFamilyIPv6 : LinuxNative.AddressFamilyIPv4));
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], port);
        return length;
    }

    /// <summary>An endpoint, for a datagram's destination.</summary>
    /// <returns>The number of bytes written.</returns>
    internal static int Write(Span<byte> destination, in UdpEndpoint endpoint)
    {
        int length = WriteAny(destination, endpoint.IsIPv6, endpoint.Port);
        endpoint.WriteAddress(destination[(endpoint.IsIPv6 ? 8 : 4)..]);
        if (endpoint.IsIPv6) MemoryMarshal.Write(destination[24..], endpoint.ScopeId);
        return length;
    }

    /// <summary>The port of an address that the kernel wrote; both families have it in the same place.</summary>
    internal static ushort ReadPort(ReadOnlySpan<byte> address) => BinaryPrimitives.ReadUInt16BigEndian(address[2..]);

    /// <summary>The endpoint of an address that the kernel wrote.</summary>
    internal static UdpEndpoint Read(ReadOnlySpan<byte> address, bool ipv6) => ipv6
        ? UdpEndpoint.FromIPv6(
            BinaryPrimitives.ReadUInt128BigEndian(address[8..]), ReadPort(address), MemoryMarshal.Read<uint>(address[24..]))
        : UdpEndpoint.FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(address[4..]), ReadPort(address));
}
