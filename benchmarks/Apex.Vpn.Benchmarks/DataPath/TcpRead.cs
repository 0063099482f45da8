using System.Buffers.Binary;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Buffers;

namespace Apex.Vpn.Benchmarks.DataPath;

/// <summary>What a TUN gives in one read of a TCP stream: 45 segments of 1340 bytes as one packet from 10.0.0.1 to 10.0.0.2.</summary>
internal static class TcpRead
{
    internal const int Segments = 45, SegmentSize = 1340;
    internal const int Slots = 256, SlabBytes = 256 * 1024;

    private const int HeaderLength = 40, Start = 20;

    internal static VirtioHeader Header => new()
    {
        Flags = VirtioHeader.NeedsChecksum,
        SegmentType = VirtioHeader.TcpIPv4,
        HeaderLength = HeaderLength,
        SegmentSize = SegmentSize,
        ChecksumStart = Start,
        ChecksumOffset = 16,
    };

    internal static byte[] Make()
    {
        byte[] packet = new byte[HeaderLength + (Segments * SegmentSize)];
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        packet[8] = 64;
        packet[9] = FlowPacket.Tcp;
        new byte[] { 10, 0, 0, 1, 10, 0, 0, 2 }.CopyTo(packet, 12);
        packet[Start + 12] = 0x50;
        packet[Start + 13] = FlowPacket.Acknowledgement;
        for (int i = HeaderLength; i < packet.Length; i++) packet[i] = (byte)(i * 7);
        if (!FlowPacket.TryParse(packet, out FlowPacket flow)) throw new InvalidOperationException("It is no packet of a flow.");
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(Start + 16), flow.PseudoHeaderSum(packet.Length - Start));
        return packet;
    }

    /// <summary>Puts the packet where a read puts it, and cuts it.</summary>
    internal static void Split(ReadOnlySpan<byte> packet, PacketBatch batch)
    {
        batch.Clear();
        var packer = new TunBatchPacker(batch);
        packer.TryPlace(PacketBatch.MaxPacket, out int offset);
        packet.CopyTo(batch.Slab[offset..]);
        SegmentSplitter.TryAdd(ref packer, batch, offset, packet.Length, Header);
    }
}
