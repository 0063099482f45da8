using System.Net;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Admission;

namespace Apex.Vpn.Fuzz.Rig;

/// <summary>Refuses an eighth of all packets, by their last byte; never a ping.</summary>
internal sealed class EighthFilter : IPacketFilter
{
    public bool AllowOutbound(PublicKey peer, ReadOnlySpan<byte> packet) => Allows(packet);

    public bool AllowInbound(PublicKey peer, ReadOnlySpan<byte> packet) => Allows(packet);

    private static bool Allows(ReadOnlySpan<byte> packet) => (packet[^1] & 7) != 7 || InnerPackets.IsPing(packet);
}

/// <summary>Lets in a quarter of all unknown keys, by their first byte, with an address by others; has no answer about an eighth.</summary>
internal sealed class QuarterAuthorizer : IPeerAuthorizer
{
    public ValueTask<PeerGrant?> AuthorizeAsync(PeerRequest request, CancellationToken cancellationToken)
    {
        PublicKey key = request.PublicKey;
        ReadOnlySpan<byte> bytes = PublicKey.AsSpan(in key);
        if ((bytes[0] & 7) == 4) throw new InvalidOperationException("Away.");
        return new((bytes[0] & 3) != 3 ? null : new PeerGrant { AllowedIPs = [new IPNetwork(new IPAddress([10, 200, bytes[1], bytes[2]]), 32)] });
    }
}
