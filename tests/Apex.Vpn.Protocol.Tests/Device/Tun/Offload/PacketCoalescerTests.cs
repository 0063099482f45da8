using Apex.Vpn.Fuzz.Checks;
using Apex.Vpn.Fuzz.Fuzzing;
using Apex.Vpn.Fuzz.Rig;
using Apex.Vpn.Protocol.Buffers;
using FsCheck.Xunit;

namespace Apex.Vpn.Protocol.Tests.Device.Tun.Offload;

/// <summary>Packets merged, and cut again as the kernel would.</summary>
public sealed class PacketCoalescerTests
{
    private readonly PacketCoalescer _coalescer = new();

    [Property(MaxTest = 400)]
    public void Every_flow_comes_out_as_it_went_in(ulong seed)
    {
        var dice = new FuzzDice(seed);
        List<byte[]> packets = new FlowTraffic(dice).Next(dice.Between(1, 200));
        PacketBatch batch = FlowTraffic.Pack(packets);
        PlainKernel.RequireSame(packets, PlainKernel.Take(_coalescer, batch, mergeTcp: !dice.OneIn(8), mergeUdp: !dice.OneIn(8)));
    }

    [Theory]
    [InlineData(false, PlainChecksum.Tcp)]
    [InlineData(true, PlainChecksum.Tcp)]
    [InlineData(false, PlainChecksum.Udp)]
    [InlineData(true, PlainChecksum.Udp)]
    public void Forty_five_segments_become_one_packet(bool ipv6, byte protocol)
    {
        var shape = new FlowShape { IsIPv6 = ipv6, Protocol = protocol, Options = new byte[12] };
        List<byte[]> packets = [.. Enumerable.Range(0, 45).Select(i => shape.Make(new byte[1300], (uint)(i * 1300), (ushort)i))];
        PlainKernel.RequireSame(packets, PlainKernel.Take(_coalescer, FlowTraffic.Pack(packets)));
        PacketRun run = Assert.Single(_coalescer.Runs.ToArray());
        Assert.Equal((45, 1300, shape.HeaderLength + (45 * 1300)), (run.Count, run.SegmentSize, run.Length));
    }

    [Fact]
    public void Only_kinds_that_may_be_merged_are()
    {
        FlowShape tcp = new() { Source = 1 }, udp = new() { Source = 2, Protocol = PlainChecksum.Udp };
        List<byte[]> packets = [tcp.Make(new byte[9], 0), udp.Make(new byte[9]), tcp.Make(new byte[9], 9), udp.Make(new byte[9])];
        Assert.Equal([2, 2], Counts(packets));
        Assert.Equal([2, 1, 1], Counts(packets, mergeUdp: false));
        Assert.Equal([1, 2, 1], Counts(packets, mergeTcp: false));
        Assert.Equal([1, 1, 1, 1], Counts(packets, mergeTcp: false, mergeUdp: false));
    }

    [Fact]
    public void A_run_ends_with_a_shorter_segment_with_push_and_at_64_KiB()
    {
        var shape = new FlowShape();
        FlowShape push = shape with { Flags = 0x18 };
        Assert.Equal([3, 1], Counts([shape.Make(new byte[9], 0), shape.Make(new byte[9], 9), shape.Make(new byte[8], 18), shape.Make(new byte[8], 26)]));
        Assert.Equal([2, 2], Counts([shape.Make(new byte[9], 0), push.Make(new byte[9], 9), shape.Make(new byte[9], 18), shape.Make(new byte[9], 27)]));
        Assert.Equal([1, 1], Counts([push.Make(new byte[9], 0), shape.Make(new byte[9], 9)]));
        Assert.Equal([45, 5], Counts([.. Enumerable.Range(0, 50).Select(i => shape.Make(new byte[1424], (uint)i * 1424))])); // 46 are 65544 bytes
    }

    [Fact]
    public void A_udp_run_has_at_most_64_datagrams_and_a_tcp_run_128()
    {
        FlowShape tcp = new(), udp = new() { Protocol = PlainChecksum.Udp };
        Assert.Equal([64, 64, 2], Counts([.. Enumerable.Range(0, 130).Select(_ => udp.Make(new byte[20]))]));
        Assert.Equal([128, 2], Counts([.. Enumerable.Range(0, 130).Select(i => tcp.Make(new byte[20], (uint)i * 20))]));
    }

    [Fact]
    public void What_came_corrupt_is_not_made_good()
    {
        foreach (bool ipv6 in new[] { false, true })
        {
            foreach (byte protocol in new[] { PlainChecksum.Tcp, PlainChecksum.Udp })
            {
                var shape = new FlowShape { IsIPv6 = ipv6, Protocol = protocol };
                for (int corrupt = 0; corrupt < 4; corrupt++)
                {
                    List<byte[]> packets = [.. Enumerable.Range(0, 4).Select(i => shape.Make(new byte[100], (uint)i * 100))];
                    packets[corrupt][^1] = 1;
                    List<byte[]> taken = PlainKernel.Take(_coalescer, FlowTraffic.Pack(packets));
                    PlainKernel.RequireSame(packets, taken);
                    Assert.Equal(1, taken.Count(one => !PlainChecksum.IsTransportRight(one, shape.TransportStart, protocol)));
                }
            }
        }
    }

    [Fact]
    public void Packets_between_the_same_hosts_do_not_pass_one_that_may_be_of_their_flow()
    {
        foreach (bool ipv6 in new[] { false, true })
        {
            var shape = new FlowShape { IsIPv6 = ipv6, Protocol = PlainChecksum.Udp };
            FlowShape strange = shape with { ExtraUnits = 1 }, far = strange with { Source = 2 };
            byte[] plain = shape.Make(new byte[50]);
            Assert.Equal([2, 1, 2], Counts([plain, plain, strange.Make(new byte[42]), plain, plain]));
            Assert.Equal([4, 1], Counts([plain, plain, far.Make(new byte[42]), plain, plain]));
        }
    }

    [Fact]
    public void Packets_that_are_cut_short_or_tell_another_length_stay_alone()
    {
        foreach (bool ipv6 in new[] { false, true })
        {
            var shape = new FlowShape { IsIPv6 = ipv6 };
            byte[] first = shape.Make(new byte[50], 0), second = shape.Make(new byte[50], 50);
            for (int length = 1; length < second.Length; length++)
                Assert.Equal([1, 1], Counts([first, second[..length]]));
            Assert.Equal([1, 1], Counts([first, [.. second, 0]])); // padding would become payload
            Assert.Equal([2], Counts([first, second]));
        }
    }

    [Fact]
    public void Empty_slots_are_passed_over_and_more_flows_than_are_remembered_stay_in_order()
    {
        List<byte[]> packets = [];
        for (int round = 0; round < 5; round++)
        {
            for (ushort flow = 0; flow < 20; flow++) packets.Add(new FlowShape { Source = flow }.Make(new byte[30], (uint)round * 30));
        }
        PacketBatch batch = FlowTraffic.Pack(packets);
        PlainKernel.RequireSame(packets, PlainKernel.Take(_coalescer, batch));

        batch = FlowTraffic.Pack(packets);
        for (int i = 0; i < batch.Count; i += 2) batch[i].Length = 0;
        PlainKernel.RequireSame([.. packets.Where(static (_, i) => i % 2 == 1)], PlainKernel.Take(_coalescer, batch));

        batch.Clear();
        Assert.Empty(PlainKernel.Take(_coalescer, batch));
    }

    private int[] Counts(List<byte[]> packets, bool mergeTcp = true, bool mergeUdp = true)
    {
        PacketBatch batch = FlowTraffic.Pack(packets);
        _coalescer.Group(batch, mergeTcp, mergeUdp);
        return [.. _coalescer.Runs.ToArray().Select(static run => run.Count)];
    }
}
