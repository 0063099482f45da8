using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Apex.Vpn.Fleet.Model;

/// <summary>
/// Where devices get their inner addresses from: one index gives an IPv4 and an IPv6 address. Immutable; safe from any thread.
/// </summary>
public sealed class AddressPool
{
    /// <summary>How long an address that was given back rests, 5 min: nodes may still have connections of its last owner.</summary>
    public static readonly TimeSpan Quarantine = TimeSpan.FromMinutes(5);

    // The network itself and the gateway at its start, the broadcast address at its end.
    private const int ReservedLow = 2, ReservedHigh = 1;

    private readonly uint _v4Base;
    private readonly UInt128 _v6Base;

    /// <summary>A pool.</summary>
    /// <param name="name">Its name, 1 to 64 characters; what is kept beside an index, so it must not change.</param>
    /// <param name="v4">The IPv4 network, /8 to /29, as in 10.64.0.0/10. The first two addresses and the last are not given away.</param>
    /// <param name="v6">The IPv6 network, /8 to /96; a device's address is the network's with the index in its last 32 bits.</param>
    /// <exception cref="ArgumentException">A network of the wrong family or size, or a name of the wrong length.</exception>
    public AddressPool(string name, IPNetwork v4, IPNetwork v6)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Length > 64) throw new ArgumentException("A pool's name has at most 64 characters.", nameof(name));
        if (v4.BaseAddress.AddressFamily != AddressFamily.InterNetwork || v4.PrefixLength is < 8 or > 29)
            throw new ArgumentException("Expected an IPv4 network, /8 to /29.", nameof(v4));
        if (v6.BaseAddress.AddressFamily != AddressFamily.InterNetworkV6 || v6.PrefixLength is < 8 or > 96)
            throw new ArgumentException("Expected an IPv6 network, /8 to /96.", nameof(v6));
        Name = name;
        V4 = v4;
        V6 = v6;
        Capacity = (1L << (32 - v4.PrefixLength)) - ReservedLow - ReservedHigh;
        _v4Base = BinaryPrimitives.ReadUInt32BigEndian(v4.BaseAddress.GetAddressBytes());
        _v6Base = BinaryPrimitives.ReadUInt128BigEndian(v6.BaseAddress.GetAddressBytes());
    }

    /// <summary>The pool's name.</summary>
    public string Name { get; }

    /// <summary>The IPv4 network.</summary>
    public IPNetwork V4 { get; }

    /// <summary>The IPv6 network.</summary>
    public IPNetwork V6 { get; }

    /// <summary>How many devices have room: indices are 0 up to this, exclusive.</summary>
    public long Capacity { get; }

    /// <summary>The IPv4 address of a place.</summary>
    /// <param name="index">The place, 0 up to <see cref="Capacity"/>, exclusive.</param>
    /// <exception cref="ArgumentOutOfRangeException">No place of this pool.</exception>
    public IPAddress GetV4(long index)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, _v4Base + Offset(index));
        return new IPAddress(bytes);
    }

    /// <summary>The IPv6 address of a place.</summary>
    /// <param name="index">The place, 0 up to <see cref="Capacity"/>, exclusive.</param>
    /// <exception cref="ArgumentOutOfRangeException">No place of this pool.</exception>
    public IPAddress GetV6(long index)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, _v6Base + Offset(index));
        return new IPAddress(bytes);
    }

    private uint Offset(long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Capacity);
        return (uint)(index + ReservedLow);
    }
}
