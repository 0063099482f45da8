using System.Buffers.Binary;
using System.Diagnostics;

namespace Apex.Vpn.Protocol.Engine.Inner;

/// <summary>Congestion marks across the tunnel: RFC 6040, normal mode (item 38).</summary>
internal static class Ecn
{
    internal const byte NotCapable = 0b00;
    internal const byte Capable1 = 0b01;
    internal const byte Capable0 = 0b10;
    internal const byte CongestionExperienced = 0b11;

    private const byte Mask = 0b11;

    /// <summary>The outer packet's traffic class: the inner one's ECN field, and DSCP 0, which tells nothing about the traffic.</summary>
    internal static byte Encapsulate(byte innerTrafficClass) => (byte)(innerTrafficClass & Mask);

    /// <summary>Carries the outer packet's mark over to the inner one.</summary>
    /// <param name="outerTrafficClass">As received.</param>
    /// <param name="innerPacket">A packet that <see cref="InnerPacket.TryParse"/> took; its ECN field and IPv4 checksum may change.</param>
    /// <returns>False when the packet must be dropped: it met congestion, and its sender does not understand the mark.</returns>
    internal static bool TryDecapsulate(byte outerTrafficClass, Span<byte> innerPacket)
    {
        bool isIPv4 = innerPacket[0] >> 4 == 4;
        Debug.Assert(innerPacket.Length >= (isIPv4 ? InnerPacket.IPv4HeaderSize : InnerPacket.IPv6HeaderSize));
        int shift = isIPv4 ? 0 : 4; // in IPv6 the field lies in the upper half of the second byte
        int inner = (innerPacket[1] >> shift) & Mask;
        int outer = outerTrafficClass & Mask;
        if (inner == NotCapable) return outer != CongestionExperienced;

        // RFC 6040 figure 4: congestion always counts, and of the milder marks only ECT(1) over ECT(0).
        bool carriesOver = outer == CongestionExperienced || (outer == Capable1 && inner == Capable0);
        if (!carriesOver || outer == inner) return true;
        ushort before = BinaryPrimitives.ReadUInt16BigEndian(innerPacket);
        ushort after = (ushort)((before & ~(Mask << shift)) | (outer << shift));
        BinaryPrimitives.WriteUInt16BigEndian(innerPacket, after);
        if (isIPv4) InternetChecksum.Update(innerPacket.Slice(10, sizeof(ushort)), before, after);
        return true;
    }
}
