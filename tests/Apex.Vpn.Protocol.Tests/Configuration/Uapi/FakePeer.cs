using System.Net;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Configuration;

/// <summary>A peer of a <see cref="FakeDevice"/>.</summary>
internal sealed class FakePeer(PublicKey publicKey)
{
    public PublicKey PublicKey => publicKey;

    public byte[] PresharedKey { get; } = new byte[32];

    public UdpEndpoint Endpoint { get; set; }

    public ushort PersistentKeepalive { get; set; }

    public List<IPNetwork> AllowedIps { get; } = [];

    public DateTimeOffset? LastHandshake { get; set; }

    public long ReceivedBytes { get; set; }

    public long SentBytes { get; set; }

    public PeerStatus Status() => new()
    {
        PublicKey = PublicKey,
        HasPresharedKey = PresharedKey.AsSpan().ContainsAnyExcept((byte)0),
        Endpoint = Endpoint,
        PersistentKeepalive = PersistentKeepalive,
        LastHandshake = LastHandshake,
        ReceivedBytes = ReceivedBytes,
        SentBytes = SentBytes,
        AllowedIps = AllowedIps,
    };
}
