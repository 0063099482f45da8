using Apex.Vpn.Fuzz.Rig;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Tests.Items;
using Apex.Vpn.Protocol.Transports;
using static Apex.Vpn.Protocol.Tests.Transports.TransportTesting;

namespace Apex.Vpn.Protocol.Tests.Device.Tun.Offload;

/// <summary>A read of 60 KB all the way: cut, sealed, opened, merged.</summary>
[Collection(Alone.Name)]
public sealed class OffloadAllocationTests
{
    private const int Segments = 45, SegmentSize = 1340, Slots = 256;

    [Fact]
    public void Segments_that_are_cut_and_merged_allocate_nothing()
    {
        using Duo duo = new Duo().Established();
        duo.World.Records = false;
        using Worker sender = duo.Right.Engine.CreateWorker(Slots), receiver = duo.Left.Engine.CreateWorker(Slots);
        var shape = new FlowShape { IsIPv6 = true, Source = 2 }; // from fd00::2 to fd00::1
        byte[] packet = SplitBench.Unfinished(shape, shape.Make(new byte[Segments * SegmentSize]));
        VirtioHeader header = SplitBench.HeaderOf(shape, SegmentSize);
        var batch = new PacketBatch(Slots, places: 1, 256 * 1024);
        var coalescer = new PacketCoalescer();
        Instant now = duo.World.Now;
        long rounds = 0, merged = 0;

        Assert.Equal(0, LeastAllocated(200, Round));
        Assert.Equal(rounds * Segments, merged);

        void Round()
        {
            rounds++;
            now += TimeSpan.FromMicroseconds(500);
            batch.Clear();
            var packer = new TunBatchPacker(batch);
            packer.TryPlace(PacketBatch.MaxPacket, out int offset);
            packet.CopyTo(batch.Slab[offset..]);
            SegmentSplitter.TryAdd(ref packer, batch, offset, packet.Length, header);
            duo.Right.Engine.Outbound.Process(batch, sender, now);
            OutboundPath.AfterSend(batch, sender, Segments);
            foreach (ref PacketSlot slot in batch.Slots)
                slot.Path = new UdpPath(duo.Right.Address, duo.Left.Address.AddressBits, LocalInterface: 1);
            duo.Left.Engine.Inbound.Process(batch, receiver, now);
            coalescer.Group(batch, mergeTcp: true, mergeUdp: true);
            foreach (ref readonly PacketRun run in coalescer.Runs)
            {
                if (run.Count > 1 && PacketCoalescer.Merge(batch, in run).SegmentSize == SegmentSize) merged += run.Count;
            }
        }
    }
}
