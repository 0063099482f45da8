using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Apex.Vpn.Protocol.Admission;

namespace Apex.Vpn.Fleet.Peers;

/// <summary>Answers an engine's questions from an index in the same process: small fleets, and control planes that are nodes too.</summary>
/// <remarks>Answers at once and records nothing. Safe from any thread.</remarks>
public sealed class DeviceIndexAuthorizer : IPeerAuthorizer
{
    private readonly DeviceIndex _index;
    private readonly UInt128 _prefix;

    /// <summary>Answers from an index.</summary>
    /// <param name="index">The index.</param>
    /// <param name="prefix">The first 64 bits of inner IPv6 addresses, at least 48 and at most 64 of them given.</param>
    /// <exception cref="ArgumentException">The prefix has another form.</exception>
    public DeviceIndexAuthorizer(DeviceIndex index, IPNetwork prefix)
    {
        ArgumentNullException.ThrowIfNull(index);
        if (prefix.BaseAddress.AddressFamily != AddressFamily.InterNetworkV6 || prefix.PrefixLength is < 48 or > 64)
            throw new ArgumentException("The IPv6 prefix has 48 to 64 bits.", nameof(prefix));
        Span<byte> bytes = stackalloc byte[16];
        prefix.BaseAddress.TryWriteBytes(bytes, out _);
        _prefix = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        _index = index;
    }

    /// <inheritdoc/>
    public ValueTask<PeerGrant?> AuthorizeAsync(PeerRequest request, CancellationToken cancellationToken)
    {
        if (_index.Look(request.PublicKey, out DeviceGrant grant) != GrantAnswer.Granted) return default;
        var addresses = new List<IPNetwork>(2);
        Span<byte> bytes = stackalloc byte[16];
        if (grant.InnerIPv4 != 0)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, grant.InnerIPv4);
            addresses.Add(new IPNetwork(new IPAddress(bytes[..4]), 32));
        }
        if (grant.InnerIPv6 != 0)
        {
            BinaryPrimitives.WriteUInt128BigEndian(bytes, _prefix | grant.InnerIPv6);
            addresses.Add(new IPNetwork(new IPAddress(bytes), 128));
        }
        return new ValueTask<PeerGrant?>(new PeerGrant { AllowedIPs = addresses, Class = grant.Class });
    }
}
