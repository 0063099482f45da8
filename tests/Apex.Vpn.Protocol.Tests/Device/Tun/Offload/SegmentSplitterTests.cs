using Apex.Vpn.Fuzz.Checks;
using Apex.Vpn.Fuzz.Fuzzing;
using Apex.Vpn.Fuzz.Rig;
using FsCheck.Xunit;

namespace Apex.Vpn.Protocol.Tests.Device.Tun.Offload;

/// <summary>One read of many segments, against a splitter that makes an array of each.</summary>
public sealed class SegmentSplitterTests
{
    private const int MaxPacket = 65535;

    [Property(MaxTest = 300)]
    public void It_cuts_as_the_kernel_does(ulong seed)
    {
        var dice = new FuzzDice(seed);
        FlowShape shape = FlowShape.Any(dice, plain: false) with { Flags = (byte)dice.Next(), Urgent = (ushort)dice.Next() };
        int length = dice.OneIn(4) ? dice.Between(1, MaxPacket - shape.HeaderLength) : dice.Between(1, 9000);
        int segment = dice.OneIn(4) ? dice.Between(1 + (length / 40), length + 10) : dice.Between(500, 1460);
        byte[] payload = new byte[length];
        dice.Fill(payload);
        byte[] packet = shape.Make(payload, (uint)dice.Next(), (ushort)dice.Next());
        var bench = new SplitBench();
        VirtioHeader header = SplitBench.HeaderOf(shape, segment);
        header.HeaderLength = (ushort)dice.Next(); // no help: the kernel's is wrong at times
        if (shape.IsTcp && dice.OneIn(2)) header.SegmentType |= 0x80; // with ECN

        int before = dice.OneIn(2) ? 0 : dice.Between(1, 1500);
        Assert.True(bench.Add(SplitBench.Unfinished(shape, packet), header, before));

        List<byte[]> expected = PlainSplitter.Split(packet, shape.TransportStart, shape.Protocol, segment);
        Assert.Equal(expected, before == 0 ? bench.Packets : bench.Packets[1..]);
        Assert.All(expected, one => Assert.True(PlainChecksum.IsTransportRight(one, shape.TransportStart, shape.Protocol)));
        Assert.All(expected, one => Assert.True(shape.IsIPv6 || PlainChecksum.IsIPv4HeaderRight(one)));
    }

    [Fact]
    public void Sequence_and_identification_wrap_and_flags_go_where_they_belong()
    {
        var shape = new FlowShape { Flags = 0x10 | 0x01 | 0x08 | 0x40 | 0x80 }; // ACK, FIN, PSH, ECE, CWR
        byte[] packet = shape.Make(new byte[250], sequence: 0xFFFF_FFB0, identification: 0xFFFE);
        var bench = new SplitBench();
        Assert.True(bench.Add(SplitBench.Unfinished(shape, packet), SplitBench.HeaderOf(shape, 100)));
        Assert.Equal([140, 140, 90], bench.Packets.Select(one => one.Length));
        Assert.Equal([0xD0, 0x50, 0x59], bench.Packets.Select(one => (int)one[33])); // CWR first; FIN and PSH last
        Assert.Equal([0xFFFF_FFB0, 0x14, 0x78], bench.Packets.Select(one => System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(one.AsSpan(24))));
        Assert.Equal([0xFFFE, 0xFFFF, 0], bench.Packets.Select(one => (one[4] << 8) | one[5]));
    }

    [Property(MaxTest = 200)]
    public void It_finishes_the_checksum_of_a_packet_that_is_not_to_be_cut(ulong seed)
    {
        var dice = new FuzzDice(seed);
        FlowShape shape = FlowShape.Any(dice, plain: false);
        byte[] payload = new byte[dice.Below(dice.OneIn(3) ? 60000 : 1500)];
        dice.Fill(payload);
        byte[] packet = shape.Make(payload, (uint)dice.Next());
        var bench = new SplitBench();
        VirtioHeader header = SplitBench.HeaderOf(shape, 0);
        header.SegmentType = VirtioHeader.NoSegments;
        Assert.True(bench.Add(SplitBench.Unfinished(shape, packet), header));
        Assert.Equal(packet, Assert.Single(bench.Packets));

        header.Flags = 0;
        byte[] wrong = [.. packet];
        wrong[^1] ^= 1;
        Assert.True(bench.Add(wrong, header)); // finished by whoever sent it: none of our business
        Assert.Equal(wrong, Assert.Single(bench.Packets));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void A_udp_checksum_that_comes_to_zero_is_sent_as_ones(bool ipv6, bool cut)
    {
        var shape = new FlowShape { IsIPv6 = ipv6, Protocol = PlainChecksum.Udp };
        byte[] payload = new byte[100];
        byte[] probe = shape.Make(payload);
        payload[0] = probe[shape.TransportStart + 6]; // a sum that grows by the checksum is all ones
        payload[1] = probe[shape.TransportStart + 7];
        byte[] packet = shape.Make(payload);
        Assert.Equal([0xFF, 0xFF], packet[(shape.TransportStart + 6)..(shape.TransportStart + 8)]);

        var bench = new SplitBench();
        VirtioHeader header = SplitBench.HeaderOf(shape, 100);
        byte[] whole = packet;
        if (cut) whole = shape.Make([.. payload, .. payload]);
        else header.SegmentType = VirtioHeader.NoSegments;
        Assert.True(bench.Add(SplitBench.Unfinished(shape, whole), header));
        Assert.Equal(cut ? 2 : 1, bench.Packets.Count);
        Assert.Equal(packet, bench.Packets[0]);
    }

    public static TheoryData<string, Action<byte[], VirtioBox>> Malformed => new()
    {
        { "no segment size", (_, header) => header.Value.SegmentSize = 0 },
        { "no unfinished checksum", (_, header) => header.Value.Flags = 0 },
        { "TCP over IPv6 said of IPv4", (_, header) => header.Value.SegmentType = VirtioHeader.TcpIPv6 },
        { "UDP said of TCP", (_, header) => header.Value.SegmentType = VirtioHeader.Udp },
        { "a kind that is not known", (_, header) => header.Value.SegmentType = 3 },
        { "another kind that is not known", (_, header) => header.Value.SegmentType = 0x7F },
        { "a checksum that is TCP's nowhere", (_, header) => header.Value.ChecksumOffset = 14 },
        { "a checksum far behind", (_, header) => header.Value.ChecksumOffset = 65535 },
        { "a transport header that starts within IP's", (_, header) => header.Value.ChecksumStart = 16 },
        { "a transport header that starts behind IP's", (_, header) => header.Value.ChecksumStart = 24 },
        { "a transport header behind the end", (_, header) => header.Value.ChecksumStart = 65535 },
        { "no IP version", (packet, _) => packet[0] = 0x05 },
        { "IPv6 said to be IPv4", (packet, _) => packet[0] = 0x65 },
        { "an IPv4 header of 16 bytes", (packet, header) => (packet[0], header.Value.ChecksumStart) = (0x44, 16) },
        { "an IPv4 header longer than told", (packet, _) => packet[0] = 0x46 },
        { "a TCP header of nothing", (packet, _) => packet[32] = 0x00 },
        { "a TCP header of 8 bytes", (packet, _) => packet[32] = 0x20 },
        { "a TCP header of 16 bytes", (packet, _) => packet[32] = 0x40 },
        { "a TCP header longer than the packet", (packet, _) => packet[32] = 0xF0 },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void What_does_not_fit_together_is_refused_and_left_alone(string what, Action<byte[], VirtioBox> damage)
    {
        ArgumentNullException.ThrowIfNull(damage);
        var shape = new FlowShape();
        byte[] packet = SplitBench.Unfinished(shape, shape.Make(new byte[30]));
        var header = new VirtioBox { Value = SplitBench.HeaderOf(shape, 7) };
        Assert.True(new SplitBench().Add(packet, header.Value));
        damage(packet, header);
        Assert.False(new SplitBench().Add(packet, header.Value), what);
    }

    [Fact]
    public void A_packet_of_headers_only_and_one_cut_short_are_refused()
    {
        foreach (bool ipv6 in new[] { false, true })
        {
            foreach (byte protocol in new[] { PlainChecksum.Tcp, PlainChecksum.Udp })
            {
                var shape = new FlowShape { IsIPv6 = ipv6, Protocol = protocol };
                byte[] packet = SplitBench.Unfinished(shape, shape.Make(new byte[10]));
                for (int length = 0; length <= shape.HeaderLength; length++)
                    Assert.False(new SplitBench(4, 70_000).Add(packet.AsSpan(0, length), SplitBench.HeaderOf(shape, 5)));
                Assert.True(new SplitBench(4, 70_000).Add(packet.AsSpan(0, shape.HeaderLength + 1), SplitBench.HeaderOf(shape, 5)));
                VirtioHeader whole = SplitBench.HeaderOf(shape, 0);
                whole.SegmentType = VirtioHeader.NoSegments;
                int field = shape.TransportStart + whole.ChecksumOffset;
                Assert.False(new SplitBench(4, 70_000).Add(packet.AsSpan(0, field + 1), whole));
            }
        }
    }

    [Property(MaxTest = 500)]
    public void Headers_and_packets_by_chance_write_nowhere_else(ulong seed)
    {
        var dice = new FuzzDice(seed);
        FlowShape shape = FlowShape.Any(dice, plain: false) with { Flags = (byte)dice.Next() };
        byte[] packet = SplitBench.Unfinished(shape, shape.Make(new byte[dice.Between(1, 3000)]));
        if (dice.OneIn(2)) dice.Damage(packet.AsSpan(0, shape.HeaderLength));
        Span<byte> header = stackalloc byte[VirtioHeader.Size];
        SplitBench.HeaderOf(shape, dice.OneIn(8) ? dice.Below(10) : dice.Between(100, 1500)).Write(header);
        if (dice.OneIn(2)) dice.Damage(header);
        int length = dice.OneIn(3) ? dice.Below(packet.Length + 1) : packet.Length;
        new SplitBench(dice.Between(2, 256), dice.Between(70_000, 150_000)).Add(
            packet.AsSpan(0, length), VirtioHeader.Read(header), dice.OneIn(2) ? 0 : dice.Between(1, 4000));
    }

    [Theory]
    [InlineData(256, 256 * 1024, 256)] // slots run out
    [InlineData(3, 256 * 1024, 3)]
    [InlineData(1, 256 * 1024, 1)]
    [InlineData(2048, 70_000, 546)]    // the slab runs out
    public void What_a_batch_has_no_room_for_is_left_out_at_the_end(int slots, int slabBytes, int expected)
    {
        var shape = new FlowShape();
        byte[] payload = new byte[10_000];
        new FuzzDice(1).Fill(payload);
        byte[] packet = shape.Make(payload, sequence: 9);
        var bench = new SplitBench(slots, slabBytes);
        Assert.True(bench.Add(SplitBench.Unfinished(shape, packet), SplitBench.HeaderOf(shape, 10)));
        Assert.Equal(expected, bench.Packets.Count);
        Assert.Equal(PlainSplitter.Split(packet, shape.TransportStart, shape.Protocol, 10)[..expected], bench.Packets);
    }

    /// <summary>A header that a test can change.</summary>
    public sealed class VirtioBox
    {
        internal VirtioHeader Value;
    }
}
