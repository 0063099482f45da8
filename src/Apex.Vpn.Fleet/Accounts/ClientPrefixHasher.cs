using System.Net;
using Apex.Vpn.Fleet.Peers;

namespace Apex.Vpn.Fleet.Accounts;

/// <summary>
/// Where a request comes from, as 64 bits under a key of this process: a /24 or /56, what one customer of a network may have.
/// </summary>
/// <remarks>The key is random, in memory only and gone with the process: no hash can be turned into an address later. Safe from any
/// thread.</remarks>
public sealed class ClientPrefixHasher
{
    private readonly SipKey _key;

    /// <summary>With a new random key.</summary>
    public ClientPrefixHasher() => _key = SipKey.Generate();

    /// <summary>Hashes an address.</summary>
    /// <param name="address">The client's address; IPv4 inside IPv6 counts as IPv4.</param>
    public ulong Hash(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        Span<byte> bytes = stackalloc byte[16], input = stackalloc byte[8];
        bytes.Clear();
        address.TryWriteBytes(bytes, out int length);
        bool mapped = length == 16 && address.IsIPv4MappedToIPv6;
        ReadOnlySpan<byte> prefix = length == 4 ? bytes[..3] : mapped ? bytes.Slice(12, 3) : bytes[..7];
        input.Clear();
        prefix.CopyTo(input);
        input[7] = (byte)prefix.Length;
        return SipHash.Hash(in _key, input).Low;
    }

    /// <summary>A fixed text that does not show the key.</summary>
    public override string ToString() => "ClientPrefixHasher(hidden)";
}
