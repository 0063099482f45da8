using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Buffers;

/// <summary>One entry of a <see cref="PacketBatch"/>: where its bytes lie in the slab, and what goes with them.</summary>
/// <remarks>A slot of length 0 is empty: a packet that was dropped on the way keeps its place and is passed over.</remarks>
public struct PacketSlot
{
    /// <summary>The first byte, counted from the start of the slab.</summary>
    public int Offset { get; set; }

    /// <summary>The length in bytes.</summary>
    public int Length { get; set; }

    /// <summary>The outer TOS octet (IPv4) or traffic class (IPv6): DSCP and ECN.</summary>
    public byte TrafficClass { get; set; }

    /// <summary>Set by a transport whose kernel refused the slot's local address; the packet was sent without it.</summary>
    public bool SourceRejected { get; set; }

    /// <summary>Where the datagram came from, or goes to.</summary>
    public UdpPath Path { get; set; }
}
