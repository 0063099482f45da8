using System.Buffers.Binary;
using System.Net;

namespace Apex.Vpn.Protocol.Transports;

/// <summary>An IP address and UDP port as a plain value: what a packet slot can carry without an allocation.</summary>
/// <remarks>
/// IPv4-mapped IPv6 addresses are normalised to IPv4, so that one host has one endpoint whatever socket saw it.
/// The default value is <see cref="None"/>. Immutable; safe from any thread.
/// </remarks>
public readonly struct UdpEndpoint : IEquatable<UdpEndpoint>
{
    private readonly UInt128 _address; // IPv4 in the low 32 bits, network order read as big-endian
    private readonly uint _scopeId;
    private readonly ushort _port;
    private readonly byte _family;     // 0 none, 4, 6

    private UdpEndpoint(UInt128 address, byte family, uint scopeId, ushort port)
    {
        _address = address;
        _family = family;
        _scopeId = scopeId;
        _port = port;
    }

    /// <summary>No endpoint known.</summary>
    public static UdpEndpoint None => default;

    /// <summary>Whether this is <see cref="None"/>.</summary>
    public bool IsNone => _family == 0;

    /// <summary>Whether the address is IPv4.</summary>
    public bool IsIPv4 => _family == 4;

    /// <summary>Whether the address is IPv6.</summary>
    public bool IsIPv6 => _family == 6;

    /// <summary>The UDP port, in host order.</summary>
    public ushort Port => _port;

    /// <summary>The IPv6 scope (interface index of a link-local address), or 0.</summary>
    public uint ScopeId => _scopeId;

    /// <summary>The address as an integer, most significant byte first; IPv4 occupies the low 32 bits.</summary>
    public UInt128 AddressBits => _address;

    /// <summary>An IPv4 endpoint.</summary>
    /// <param name="address">The address, most significant byte first (10.0.0.1 is 0x0A000001).</param>
    /// <param name="port">The port, in host order.</param>
    public static UdpEndpoint FromIPv4(uint address, ushort port) => new(address, 4, 0, port);

    /// <summary>An IPv6 endpoint; an IPv4-mapped address becomes IPv4.</summary>
    /// <param name="address">The address, most significant byte first.</param>
    /// <param name="port">The port, in host order.</param>
    /// <param name="scopeId">The scope of a link-local address, or 0.</param>
    public static UdpEndpoint FromIPv6(UInt128 address, ushort port, uint scopeId = 0) =>
        address >> 32 == 0xFFFF ? FromIPv4((uint)address, port) : new(address, 6, scopeId, port);

    /// <summary>The same endpoint as the framework's type.</summary>
    /// <param name="endpoint">An IPv4 or IPv6 endpoint.</param>
    /// <exception cref="ArgumentException">The address family is neither.</exception>
    public static UdpEndpoint From(IPEndPoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        Span<byte> bytes = stackalloc byte[16];
        endpoint.Address.TryWriteBytes(bytes, out int length);
        return length == 4
            ? FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(bytes), (ushort)endpoint.Port)
            : FromIPv6(BinaryPrimitives.ReadUInt128BigEndian(bytes), (ushort)endpoint.Port, (uint)endpoint.Address.ScopeId);
    }

    /// <summary>The framework's form of this endpoint; null for <see cref="None"/>. Allocates.</summary>
    public IPEndPoint? ToIPEndPoint()
    {
        if (IsNone) return null;
        Span<byte> bytes = stackalloc byte[16];
        int length = WriteAddress(bytes);
        IPAddress address = length == 4 ? new IPAddress(bytes[..4]) : new IPAddress(bytes, _scopeId);
        return new IPEndPoint(address, _port);
    }

    /// <summary>Writes the address in network order and returns its length: 4, 16, or 0 for <see cref="None"/>.</summary>
    /// <param name="destination">At least 16 bytes.</param>
    public int WriteAddress(Span<byte> destination)
    {
        switch (_family)
        {
            case 4:
                BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)_address);
                return 4;
            case 6:
                BinaryPrimitives.WriteUInt128BigEndian(destination, _address);
                return 16;
            default:
                return 0;
        }
    }

    /// <inheritdoc/>
    public bool Equals(UdpEndpoint other) =>
        _address == other._address && _port == other._port && _family == other._family && _scopeId == other._scopeId;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is UdpEndpoint other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_address, _port, _family, _scopeId);

    /// <summary>The endpoint as <c>192.0.2.1:51820</c> or <c>[2001:db8::1]:51820</c>.</summary>
    public override string ToString() => ToIPEndPoint()?.ToString() ?? "(none)";

    /// <summary>Equality by value.</summary>
    public static bool operator ==(UdpEndpoint left, UdpEndpoint right) => left.Equals(right);

    /// <summary>Inequality by value.</summary>
    public static bool operator !=(UdpEndpoint left, UdpEndpoint right) => !left.Equals(right);
}
