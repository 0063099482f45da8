using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Engine.Noise;

namespace Apex.Vpn.Fuzz.Rig;

/// <summary>Refuses an eighth of all packets, by their last byte; never a ping.</summary>
internal sealed class EighthFilter : IPacketFilter
{
    public bool AllowOutbound(PublicKey peer, ReadOnlySpan<byte> packet) => Allows(packet);

    public bool AllowInbound(PublicKey peer, ReadOnlySpan<byte> packet) => Allows(packet);

    private static bool Allows(ReadOnlySpan<byte> packet) => (packet[^1] & 7) != 7 || InnerPackets.IsPing(packet);
}

/// <summary>Admits a quarter of all unknown keys, by their first byte.</summary>
internal sealed class QuarterAuthorizer : IPeerAuthorizer
{
    public bool Admits(PublicKey key, DeviceIdentity identity) => (PublicKey.AsSpan(in key)[0] & 3) == 3;
}
