using Apex.Vpn.Fuzz.Checks;
using Apex.Vpn.Fuzz.Fuzzing;
using Apex.Vpn.Fuzz.Rig;
using Apex.Vpn.Protocol.Buffers;

namespace Apex.Vpn.Protocol.Tests.Device.Tun.Offload;

/// <summary>A batch full of known bytes that one read is put into and cut in.</summary>
internal sealed class SplitBench
{
    private readonly byte[] _before;

    internal SplitBench(int slots = 256, int slabBytes = 256 * 1024)
    {
        Batch = new PacketBatch(slots, places: 1, slabBytes);
        new FuzzDice((ulong)slabBytes).Fill(Batch.Slab);
        _before = Batch.Slab.ToArray();
    }

    internal PacketBatch Batch { get; }

    internal List<byte[]> Packets => [.. Enumerable.Range(0, Batch.Count).Select(i => Batch.Bytes(i).ToArray())];

    /// <summary>What the kernel would say of a packet that is to be cut.</summary>
    internal static VirtioHeader HeaderOf(FlowShape shape, int segmentSize) => new()
    {
        Flags = VirtioHeader.NeedsChecksum,
        SegmentType = !shape.IsTcp ? VirtioHeader.Udp : shape.IsIPv6 ? VirtioHeader.TcpIPv6 : VirtioHeader.TcpIPv4,
        HeaderLength = (ushort)shape.HeaderLength,
        SegmentSize = (ushort)segmentSize,
        ChecksumStart = (ushort)shape.TransportStart,
        ChecksumOffset = (ushort)(shape.IsTcp ? 16 : 6),
    };

    /// <summary>A packet as the kernel leaves it to be cut.</summary>
    internal static byte[] Unfinished(FlowShape shape, byte[] packet)
    {
        byte[] unfinished = [.. packet];
        PlainChecksum.LeaveUnfinished(unfinished, shape.TransportStart, shape.Protocol);
        return unfinished;
    }

    /// <summary>Adds what one read brought behind packets that are there already, and looks after what must not change.</summary>
    /// <returns>What the splitter returned.</returns>
    internal bool Add(ReadOnlySpan<byte> packet, VirtioHeader header, int lengthBefore = 0)
    {
        Batch.Clear();
        _before.CopyTo(Batch.Slab);
        var packer = new TunBatchPacker(Batch);
        if (lengthBefore > 0 && packer.TryPlace(lengthBefore, out int first)) packer.Add(first, lengthBefore);
        int countBefore = Batch.Count;
        Assert.True(packer.TryPlace(PacketBatch.MaxPacket, out int offset), "the bench is too small");
        packet.CopyTo(Batch.Slab[offset..]);

        bool added = SegmentSplitter.TryAdd(ref packer, Batch, offset, packet.Length, header);

        int end = offset + packet.Length;
        if (added)
        {
            int free = countBefore == 0 ? 0 : lengthBefore + 64 + PacketBatch.Tailroom;
            foreach (PacketSlot slot in Batch.Slots[countBefore..])
            {
                Assert.Equal(0, slot.Offset % PacketBatch.Alignment);
                Assert.True(slot.Offset >= free + PacketBatch.Headroom, "no headroom");
                Assert.True(slot.Offset + slot.Length + PacketBatch.Tailroom <= Batch.Slab.Length, "no tailroom");
                free = slot.Offset + slot.Length + PacketBatch.Tailroom;
                end = Math.Max(end, slot.Offset + slot.Length);
            }
        }
        else
        {
            Assert.Equal(countBefore, Batch.Count);
            Assert.True(packet.SequenceEqual(Batch.Slab.Slice(offset, packet.Length)), "a packet that was refused was changed");
        }
        Assert.True(Batch.Slab[..offset].SequenceEqual(_before.AsSpan(0, offset)), "something before the packet was changed");
        Assert.True(Batch.Slab[end..].SequenceEqual(_before.AsSpan(end)), "something behind the packets was changed");
        Assert.True(packer.TryPlace(0, out int next) || Batch.Count == Batch.Capacity || next + PacketBatch.Tailroom > Batch.Slab.Length);
        return added;
    }
}
