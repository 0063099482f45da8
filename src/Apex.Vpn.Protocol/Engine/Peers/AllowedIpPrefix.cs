using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;

namespace Apex.Vpn.Protocol.Engine.Peers;

/// <summary>An IP network as a plain value, without bits beyond its length (item 41).</summary>
/// <param name="Bits">The address, most significant byte first, IPv4 in the low 32 bits; what lies beyond the length is cleared.</param>
/// <param name="Length">0 to 32 for IPv4, 0 to 128 for IPv6.</param>
/// <param name="IsIPv4">The family.</param>
internal readonly record struct AllowedIpPrefix(UInt128 Bits, byte Length, bool IsIPv4)
{
    // No init accessors: a copy with another length would keep too many bits.
    public UInt128 Bits { get; } = Bits & Mask(Length, IsIPv4);

    public byte Length { get; } = Length;

    public bool IsIPv4 { get; } = IsIPv4;

    internal static AllowedIpPrefix From(IPNetwork network) => From(network.BaseAddress, network.PrefixLength);

    /// <summary>One address, or all that begin like it.</summary>
    internal static AllowedIpPrefix From(IPAddress address, int? length = null)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int written);
        var known = (byte)(length ?? written * 8);
        return written == 4
            ? new(BinaryPrimitives.ReadUInt32BigEndian(bytes), known, IsIPv4: true)
            : new(BinaryPrimitives.ReadUInt128BigEndian(bytes), known, IsIPv4: false);
    }

    internal IPNetwork ToIPNetwork()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Bits);
        return new IPNetwork(new IPAddress(IsIPv4 ? bytes[12..] : bytes), Length);
    }

    public override string ToString() => ToIPNetwork().ToString();

    private static UInt128 Mask(byte length, bool isIPv4)
    {
        int width = isIPv4 ? 32 : 128;
        Debug.Assert(length <= width);
        UInt128 all = isIPv4 ? uint.MaxValue : UInt128.MaxValue;
        return length == 0 ? UInt128.Zero : (all << (width - length)) & all;
    }
}
