using System.Buffers.Binary;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Simulation;

/// <summary>A datagram on its way through a simulated network.</summary>
internal sealed record Datagram(UdpEndpoint From, UdpEndpoint To, byte TrafficClass, byte[] Bytes)
{
    /// <summary>How the sender addressed it; tells whether it pinned a local address.</summary>
    internal UdpPath SentOn { get; init; }

    internal MessageType Type => (MessageType)BinaryPrimitives.ReadUInt32LittleEndian(Bytes);

    internal bool IsData => Type == MessageType.Transport && Bytes.Length > TransportMessage.MinSize;

    internal bool IsKeepalive => Type == MessageType.Transport && Bytes.Length == TransportMessage.MinSize;
}
