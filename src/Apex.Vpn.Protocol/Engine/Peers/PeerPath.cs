using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Engine.Peers;

/// <summary>An immutable box, so that a path of several words changes by one reference store.</summary>
internal sealed class PeerPath(UdpPath value)
{
    internal UdpPath Value { get; } = value;
}
