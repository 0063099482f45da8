using System.Runtime.InteropServices;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Engine.Defense;

/// <summary>Turns where a message came from into 64 bits under a key of the device's own: who cannot learn it cannot aim at a place in a table.</summary>
/// <remarks>Never zero, so that zero can stand for a free place. Safe from any thread.</remarks>
internal sealed class SourceHash
{
    private readonly ulong _key;
    private readonly ulong _multiplier;

    internal SourceHash(EngineRandom random)
    {
        Span<ulong> seeds = stackalloc ulong[2];
        random.Fill(MemoryMarshal.AsBytes(seeds));
        _key = seeds[0];
        _multiplier = seeds[1] | 1;
    }

    /// <summary>An address and port.</summary>
    internal ulong OfEndpoint(in UdpEndpoint source)
    {
        ulong address = Mix((ulong)(source.AddressBits >> 64) ^ Mix((ulong)source.AddressBits));
        return NotZero(Mix(address ^ (source.Port + 1u)));
    }

    /// <summary>An IPv4 address or an IPv6 /64, whatever the port.</summary>
    internal ulong OfAddress(in UdpEndpoint source)
    {
        ulong prefix = source.IsIPv4 ? (uint)source.AddressBits : (ulong)(source.AddressBits >> 64);
        return NotZero(Mix(Mix(prefix) ^ (source.IsIPv4 ? 4u << 24 : 6u << 24)));
    }

    /// <summary>An IPv4 /24 or an IPv6 /56, whatever the port: what one customer of a network operator may have.</summary>
    internal ulong OfNetwork(in UdpEndpoint source)
    {
        ulong prefix = source.IsIPv4 ? (uint)source.AddressBits >> 8 : (ulong)(source.AddressBits >> 72);
        return NotZero(Mix(Mix(prefix) ^ (source.IsIPv4 ? 24u << 24 : 56u << 24)));
    }

    /// <summary>A receiver index of ours, which only those know who saw our messages.</summary>
    internal ulong OfIndex(uint index) => NotZero(Mix(Mix(index) ^ (1u << 24)));

    private static ulong NotZero(ulong hash) => Math.Max(hash, 1);

    private ulong Mix(ulong value)
    {
        ulong high = Math.BigMul(value ^ _key, _multiplier, out ulong low);
        return high ^ low;
    }
}
