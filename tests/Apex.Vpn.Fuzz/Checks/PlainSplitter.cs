using System.Buffers.Binary;

namespace Apex.Vpn.Fuzz.Checks;

/// <summary>Cuts a packet into segments as the Linux kernel does (tcp_gso_segment, __udp_gso_segment), each an array of its own.</summary>
internal static class PlainSplitter
{
    private const int Fin = 0x01, Push = 0x08, CongestionWindowReduced = 0x80;

    internal static List<byte[]> Split(ReadOnlySpan<byte> packet, int start, byte protocol, int segmentSize)
    {
        bool isTcp = protocol == PlainChecksum.Tcp;
        int headers = start + (isTcp ? (packet[start + 12] >> 4) * 4 : 8);
        List<byte[]> segments = [];
        for (int at = headers; at < packet.Length; at += segmentSize)
        {
            bool isFirst = at == headers, isLast = at + segmentSize >= packet.Length;
            byte[] segment = [.. packet[..headers], .. packet[at..Math.Min(at + segmentSize, packet.Length)]];
            if (segment[0] >> 4 == 4) Add(segment.AsSpan(4, 2), segments.Count);
            if (isTcp)
            {
                BinaryPrimitives.WriteUInt32BigEndian(
                    segment.AsSpan(start + 4), BinaryPrimitives.ReadUInt32BigEndian(packet[(start + 4)..]) + (uint)(at - headers));
                if (!isLast) segment[start + 13] &= unchecked((byte)~(Fin | Push));
                if (!isFirst) segment[start + 13] &= unchecked((byte)~CongestionWindowReduced);
            }
            PlainChecksum.Complete(segment, start, protocol);
            segments.Add(segment);
        }
        return segments;
    }

    private static void Add(Span<byte> word, int more) =>
        BinaryPrimitives.WriteUInt16BigEndian(word, (ushort)(BinaryPrimitives.ReadUInt16BigEndian(word) + more));
}
