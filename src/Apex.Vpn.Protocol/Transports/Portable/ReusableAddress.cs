using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Apex.Vpn.Protocol.Transports.Portable;

/// <summary>
/// A socket address that is written and read in place, so that a datagram costs no allocation. Behind the family, which the framework
/// writes, the layout of <c>sockaddr_in</c> and <c>sockaddr_in6</c> is the same on every system that .NET runs on.
/// </summary>
internal sealed class ReusableAddress(AddressFamily family)
{
    private const int IPv4Size = 16;
    private const int IPv6Size = 28;

    private readonly bool _ipv6 = family == AddressFamily.InterNetworkV6;

    /// <summary>What the socket's calls take.</summary>
    internal SocketAddress Address { get; } = new(family, family == AddressFamily.InterNetworkV6 ? IPv6Size : IPv4Size);

    internal AddressFamily Family { get; } = family;

    /// <summary>Writes an endpoint; an IPv4 one as IPv4-mapped for an IPv6 socket.</summary>
    /// <returns>False when the family cannot say it.</returns>
    internal bool TryWrite(in UdpEndpoint endpoint)
    {
        Span<byte> bytes = Address.Buffer.Span;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], endpoint.Port);
        if (!_ipv6)
        {
            endpoint.WriteAddress(bytes[4..]);
            return endpoint.IsIPv4;
        }

        UInt128 address = endpoint.IsIPv4 ? ((UInt128)0xFFFF << 32) | endpoint.AddressBits : endpoint.AddressBits;
        BinaryPrimitives.WriteUInt128BigEndian(bytes[8..], address);
        MemoryMarshal.Write(bytes[24..], endpoint.ScopeId);
        return !endpoint.IsNone;
    }

    /// <summary>The endpoint that a receive wrote.</summary>
    internal UdpEndpoint Read()
    {
        ReadOnlySpan<byte> bytes = Address.Buffer.Span;
        ushort port = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        return _ipv6
            ? UdpEndpoint.FromIPv6(BinaryPrimitives.ReadUInt128BigEndian(bytes[8..]), port, MemoryMarshal.Read<uint>(bytes[24..]))
            : UdpEndpoint.FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]), port);
    }
}
