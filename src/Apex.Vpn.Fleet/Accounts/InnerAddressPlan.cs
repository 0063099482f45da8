using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Numerics;
using Apex.Vpn.Fleet.Peers;
using Apex.Vpn.Protocol;

namespace Apex.Vpn.Fleet.Accounts;

/// <summary>Which inner addresses a device may get: a place in the pool found by hash, and then the next ones.</summary>
/// <remarks>
/// <para>An IPv4 pool and an IPv6 prefix. A device's place in the IPv4 pool is its index; its IPv6 address is the prefix with that index in
/// the last 32 bits, so the two go together and one uniqueness in the store is enough. The first address is the gateway's; network and
/// broadcast addresses are left out.</para>
/// <para>Probing by double hashing: attempts 0, 1, 2 … visit every place of the pool once, in an order of the device's own, so that a pool
/// 90 % full takes ten tries on average. The caller tries to store each with a unique constraint. Immutable; safe from any thread.</para>
/// </remarks>
public sealed class InnerAddressPlan
{
    /// <summary>The size of the seed in bytes.</summary>
    public const int SeedSize = 16;

    private const uint FirstPlace = 2; // behind the network's address and the gateway's

    private readonly SipKey _key;
    private readonly uint _network;
    private readonly UInt128 _prefix;

    /// <summary>Makes a plan.</summary>
    /// <param name="v4">The pool, a prefix of 8 to 28 bits.</param>
    /// <param name="v6">The prefix, 48 to 96 bits.</param>
    /// <param name="seed"><see cref="SeedSize"/> bytes, the same on all replicas; need not be secret, but who knows it knows where devices
    /// begin to look.</param>
    /// <exception cref="ArgumentException">A prefix or the seed has another form.</exception>
    public InnerAddressPlan(IPNetwork v4, IPNetwork v6, ReadOnlySpan<byte> seed)
    {
        if (v4.BaseAddress.AddressFamily != AddressFamily.InterNetwork || v4.PrefixLength is < 8 or > 28)
            throw new ArgumentException("The pool is an IPv4 prefix of 8 to 28 bits.", nameof(v4));
        if (v6.BaseAddress.AddressFamily != AddressFamily.InterNetworkV6 || v6.PrefixLength is < 48 or > 96)
            throw new ArgumentException("The IPv6 prefix has 48 to 96 bits.", nameof(v6));
        if (seed.Length != SeedSize) throw new ArgumentException($"The seed has {SeedSize} bytes.", nameof(seed));
        Span<byte> bytes = stackalloc byte[16];
        v4.BaseAddress.TryWriteBytes(bytes, out _);
        _network = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        v6.BaseAddress.TryWriteBytes(bytes, out _);
        _prefix = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        _key = SipKey.Read(seed);
        Capacity = (int)((1u << (32 - v4.PrefixLength)) - FirstPlace - 1);
    }

    /// <summary>How many devices fit.</summary>
    public int Capacity { get; }

    /// <summary>The gateway's addresses.</summary>
    public (IPAddress V4, IPAddress V6) Gateway => AddressesAt(1);

    /// <summary>The place that a device tries next.</summary>
    /// <param name="device">The device's key.</param>
    /// <param name="attempt">0 and up to <see cref="Capacity"/> - 1; every place comes once.</param>
    /// <returns>A number that names both addresses, for <see cref="AddressesOf"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="attempt"/> is out of its range.</exception>
    public int Candidate(PublicKey device, int attempt)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(attempt);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(attempt, Capacity);
        Span<byte> key = stackalloc byte[PublicKey.Size];
        device.CopyTo(key);
        SipTag hash = SipHash.Hash(in _key, key);
        uint capacity = (uint)Capacity;
        uint start = (uint)(hash.Low % capacity), step = (uint)(hash.High % capacity);
        while (step == 0 || BigInteger.GreatestCommonDivisor(step, capacity) != 1) step = (step + 1) % capacity;
        return (int)((start + ((ulong)step * (uint)attempt)) % capacity);
    }

    /// <summary>The addresses of a place.</summary>
    /// <param name="index">What <see cref="Candidate"/> gave.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such place.</exception>
    public (IPAddress V4, IPAddress V6) AddressesOf(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Capacity);
        return AddressesAt((uint)index + FirstPlace);
    }

    private (IPAddress V4, IPAddress V6) AddressesAt(uint offset)
    {
        Span<byte> v4 = stackalloc byte[4], v6 = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32BigEndian(v4, _network + offset);
        BinaryPrimitives.WriteUInt128BigEndian(v6, _prefix | offset);
        return (new IPAddress(v4), new IPAddress(v6));
    }
}
