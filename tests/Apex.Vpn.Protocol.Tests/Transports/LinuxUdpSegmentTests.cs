using System.Runtime.Versioning;
using Apex.Vpn.Fuzz.Fuzzing;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Transports;
using Apex.Vpn.Testing;
using static Apex.Vpn.Protocol.Tests.Transports.TransportTesting;

namespace Apex.Vpn.Protocol.Tests.Transports;

/// <summary>Datagrams that share a system call: sent as segments of one message, received as one. Nobody may be able to tell.</summary>
[SupportedOSPlatform("linux")]
public sealed class LinuxUdpSegmentTests
{
    private const string IPv4 = "10.9.0.2", IPv6 = "fd09::2";

    private readonly FuzzDice _dice = new(7);

    [RootFact]
    public void Equal_datagrams_go_as_one_and_arrive_as_what_they_were()
    {
        foreach (int stride in new[] { PacketBatch.FullStride, 2048 }) // the kernel delivers many as one, or each for itself
        {
            using var link = new Link();
            foreach (string address in new[] { IPv4, IPv6 })
            {
                Greet(link, address, NewBatch(64, stride));
                List<byte[]> sent = Datagrams([.. Enumerable.Repeat(1452, 47), 700]); // 68 KB: more than one message holds
                long before = link.CountSent();
                PacketBatch batch = Batch(sent, Path(address, link.RightPort));
                Assert.Equal(48, link.LeftUdp.Send(batch));
                List<Received> received = Receive(link.RightUdp, 48, NewBatch(64, stride));
                Assert.Equal(sent, received.Select(one => one.Bytes));
                Assert.All(received, one => Assert.Equal(Endpoint(address == IPv4 ? "10.9.0.1" : "fd09::1", link.LeftPort), one.Path.Remote));
                Assert.All(received, one => Assert.Equal(Bits(address), one.Path.LocalAddress));
                Assert.InRange(link.CountSent() - before, 2, 6); // neighbours are looked for, too
            }
        }
    }

    [RootFact]
    public void Hundreds_of_datagrams_arrive_in_order()
    {
        using var link = new Link();
        foreach (string address in new[] { IPv4, IPv6 })
        {
            Greet(link, address, NewBatch(64, PacketBatch.FullStride));
            List<byte[]> sent = Datagrams(Enumerable.Repeat(100, 300));
            long before = link.CountSent();
            Assert.Equal(300, link.LeftUdp.Send(Batch(sent, Path(address, link.RightPort))));
            Assert.Equal(sent, Receive(link.RightUdp, 300, NewBatch(64, PacketBatch.FullStride)).Select(one => one.Bytes));
            Assert.InRange(link.CountSent() - before, 5, 12); // at most 64 in a message
        }
    }

    [RootFact]
    public void What_differs_in_anything_travels_apart_and_keeps_its_order()
    {
        using var link = new Link();
        using var other = new LinuxUdpTransport();
        ushort otherPort = link.Right.Run(() => other.Open(0));
        for (int round = 0; round < 20; round++)
        {
            var batch = new PacketBatch(200, 200 * 1600);
            List<(string Key, byte[] Bytes)> sent = [];
            for (int i = 0, length = 0, port = 0, trafficClass = 0; i < 200; i++)
            {
                if (_dice.OneIn(4)) length = _dice.Of<int>([1, 100, 101, 1000, 1400, 1472]);
                if (_dice.OneIn(8)) port = _dice.OneIn(2) ? link.RightPort : otherPort;
                if (_dice.OneIn(8)) trafficClass = _dice.Below(4);
                string address = _dice.OneIn(3) ? IPv6 : IPv4;
                byte[] datagram = new byte[length];
                _dice.Fill(datagram);
                ref PacketSlot slot = ref batch.Add(datagram);
                slot.Path = Path(address, port);
                slot.TrafficClass = (byte)trafficClass;
                if (length > 0 && port > 0) sent.Add(($"{port} {address == IPv6} {trafficClass}", datagram));
                else slot.Length = 0;
            }
            Assert.Equal(sent.Count, link.LeftUdp.Send(batch));
            List<(string Key, byte[] Bytes)> received = [];
            foreach ((LinuxUdpTransport transport, ushort port) in new[] { (link.RightUdp, link.RightPort), (other, otherPort) })
            {
                int count = sent.Count(one => one.Key.StartsWith($"{port} ", StringComparison.Ordinal));
                received.AddRange(Receive(transport, count, NewBatch(64, PacketBatch.FullStride))
                    .Select(one => ($"{port} {one.Path.Remote.IsIPv6} {one.TrafficClass}", one.Bytes)));
            }
            ILookup<string, byte[]> arrived = received.ToLookup(one => one.Key, one => one.Bytes);
            foreach (IGrouping<string, byte[]> flow in sent.ToLookup(one => one.Key, one => one.Bytes)) Assert.Equal(flow, arrived[flow.Key]);
        }
    }

    [RootFact]
    public void Datagrams_longer_than_the_paths_mtu_are_sent_singly_in_fragments()
    {
        using var link = new Link();
        link.Left.Ip($"route add {IPv4}/32 dev {link.LeftLink} mtu lock 1000");
        link.Left.Ip($"-6 route add {IPv6}/128 dev {link.LeftLink} mtu lock 1280");
        foreach ((string address, string source) in new[] { (IPv4, "10.9.0.1"), (IPv6, "fd09::1") })
        {
            List<byte[]> sent = Datagrams([.. Enumerable.Repeat(1400, 20), .. Enumerable.Repeat(900, 20)]);
            PacketBatch batch = Batch(sent, new UdpPath(Endpoint(address, link.RightPort), Bits(source)));
            Assert.Equal(40, link.LeftUdp.Send(batch));
            Assert.All(batch.Slots.ToArray(), slot => Assert.False(slot.SourceRejected)); // it is not to blame
            Assert.Equal(
                sent.Select(Convert.ToHexString).Order(), // fragments take longer than what came whole
                Receive(link.RightUdp, 40, NewBatch(64, PacketBatch.FullStride)).Select(one => Convert.ToHexString(one.Bytes)).Order());
        }
    }

    [RootFact]
    public void A_link_that_finishes_no_checksums_gets_each_datagram_for_itself()
    {
        using var link = new Link();
        link.SwitchChecksumsOff();
        foreach (string address in new[] { IPv4, IPv6 })
        {
            for (int round = 0; round < 2; round++)
            {
                List<byte[]> sent = Datagrams(Enumerable.Repeat(1200, 100));
                long before = link.CountSent();
                Assert.Equal(100, link.LeftUdp.Send(Batch(sent, Path(address, link.RightPort))));
                Assert.Equal(sent, Receive(link.RightUdp, 100, NewBatch(64, PacketBatch.FullStride)).Select(one => one.Bytes));
                Assert.InRange(link.CountSent() - before, 100, 110);
            }
        }
    }

    [RootFact]
    public void A_link_that_takes_no_segments_has_them_cut_by_the_kernel()
    {
        using var link = new Link();
        link.Left.Ip($"link set {link.LeftLink} gso_max_segs 1");
        foreach (string address in new[] { IPv4, IPv6 })
        {
            List<byte[]> sent = Datagrams([.. Enumerable.Repeat(1200, 100), 1]);
            Assert.Equal(101, link.LeftUdp.Send(Batch(sent, Path(address, link.RightPort))));
            Assert.Equal(sent, Receive(link.RightUdp, 101, NewBatch(64, PacketBatch.FullStride)).Select(one => one.Bytes));
        }
    }

    [RootFact]
    public void A_local_address_that_is_refused_is_dropped_for_a_whole_run()
    {
        using var link = new Link();
        foreach ((string address, string gone, string good) in new[] { (IPv4, "10.77.0.1", "10.9.0.1"), (IPv6, "fd77::1", "fd09::1") })
        {
            List<byte[]> sent = Datagrams(Enumerable.Repeat(500, 180));
            UdpPath refused = new(Endpoint(address, link.RightPort), Bits(gone)), right = new(Endpoint(address, link.RightPort), Bits(good));
            PacketBatch batch = Batch(sent, refused);
            for (int i = 80; i < 90; i++) batch[i].Path = right;
            for (int round = 0; round < 2; round++)
            {
                Assert.Equal(180, link.LeftUdp.Send(batch));
                Assert.Equal(Enumerable.Range(0, 180).Select(i => i is < 80 or >= 90), batch.Slots.ToArray().Select(slot => slot.SourceRejected));
                Assert.Equal(sent, Receive(link.RightUdp, 180, NewBatch(64, PacketBatch.FullStride)).Select(one => one.Bytes));
            }
            for (int i = 0; i < batch.Count; i++) batch[i].Path = right;
            Assert.Equal(180, link.LeftUdp.Send(batch));
            Assert.All(batch.Slots.ToArray(), slot => Assert.False(slot.SourceRejected));
            Receive(link.RightUdp, 180, NewBatch(64, PacketBatch.FullStride));
        }
    }

    [RootFact]
    public void More_datagrams_than_slots_come_with_the_next_receive()
    {
        using var link = new Link();
        var batch = new PacketBatch(10, 4, 4 * PacketBatch.FullStride);
        Greet(link, IPv4, batch);
        List<byte[]> sent = Datagrams([.. Enumerable.Repeat(1000, 40), .. Enumerable.Repeat(999, 40), .. Enumerable.Repeat(998, 41)]);
        Assert.Equal(121, link.LeftUdp.Send(Batch(sent, Path(IPv4, link.RightPort))));
        List<byte[]> received = [];
        while (received.Count < 121)
        {
            if (received.Count == 50)
            {
                link.RightUdp.Wake(); // also heard while something is left
                Assert.Equal(0, link.RightUdp.Receive(batch));
            }
            Assert.Equal(Math.Min(10, 121 - received.Count), link.RightUdp.ReceiveSome(batch));
            for (int i = 0; i < batch.Count; i++) received.Add(batch.Bytes(i).ToArray());
        }
        Assert.Equal(sent, received);
    }

    [RootFact]
    public void What_was_left_for_one_batch_is_not_delivered_into_another()
    {
        using var link = new Link();
        var small = new PacketBatch(10, 4, 4 * PacketBatch.FullStride);
        Greet(link, IPv4, small);
        Assert.Equal(40, link.LeftUdp.Send(Batch(Datagrams(Enumerable.Repeat(1000, 40)), Path(IPv4, link.RightPort))));
        Assert.Equal(10, link.RightUdp.ReceiveSome(small));
        Task<Received> next = Start(() => link.RightUdp.ReceiveOne());
        link.LeftUdp.SendOne(Path(IPv4, link.RightPort), [7, 8, 9]);
        Assert.Equal([7, 8, 9], next.Await().Bytes);
    }

    [RootFact]
    public void Neither_family_starves_the_other()
    {
        using var link = new Link();
        foreach ((string busy, string quiet) in new[] { (IPv4, IPv6), (IPv6, IPv4) })
        {
            PacketBatch batch = NewBatch(8);
            for (int i = 0; i < 6; i++) // 1800 datagrams wait: 225 receives
                Assert.Equal(300, link.LeftUdp.Send(Batch(Datagrams(Enumerable.Repeat(60, 300)), Path(busy, link.RightPort))));
            Assert.Equal(8, link.RightUdp.ReceiveSome(batch)); // it is the busy one that is asked first now
            Assert.Equal(300, link.LeftUdp.Send(Batch(Datagrams(Enumerable.Repeat(61, 300)), Path(quiet, link.RightPort))));
            int turns = 0, first = 0, last = 0, taken = 0;
            for (int received = 8; received < 2100; received += batch.Count)
            {
                turns++;
                link.RightUdp.ReceiveSome(batch);
                if (batch[0].Length != 61) continue;
                if (first == 0) first = turns;
                if ((taken += batch.Count) == 300) last = turns;
            }
            Assert.InRange(first, 1, 70); // after 64 turns at most it is looked at
            Assert.InRange(last, first + 37, first + 80); // and then in turns
        }
    }

    [RootFact]
    public void A_wake_up_is_heard_while_datagrams_wait()
    {
        using var link = new Link();
        Assert.Equal(100, link.LeftUdp.Send(Batch(Datagrams(Enumerable.Repeat(60, 100)), Path(IPv4, link.RightPort))));
        PacketBatch batch = NewBatch(8);
        for (int received = 0; received < 100; received += batch.Count)
        {
            link.RightUdp.Wake();
            Assert.Equal(0, link.RightUdp.Receive(batch));
            link.RightUdp.ReceiveSome(batch);
        }
    }

    /// <summary>Sends a first datagram, behind which the receiving socket knows what its batches look like.</summary>
    private static void Greet(Link link, string address, PacketBatch batch)
    {
        link.LeftUdp.SendOne(Path(address, link.RightPort), [1]);
        Assert.Equal(1, link.RightUdp.ReceiveSome(batch));
    }

    private List<byte[]> Datagrams(IEnumerable<int> lengths) => [.. lengths.Select(length =>
    {
        byte[] datagram = new byte[length];
        _dice.Fill(datagram);
        return datagram;
    })];

    private static PacketBatch Batch(List<byte[]> datagrams, UdpPath path)
    {
        PacketBatch batch = NewBatch(datagrams.Count, datagrams.Max(datagram => datagram.Length) + 64);
        foreach (byte[] datagram in datagrams) batch.Add(datagram).Path = path;
        return batch;
    }

    private static List<Received> Receive(LinuxUdpTransport transport, int count, PacketBatch batch)
    {
        List<Received> received = [];
        while (received.Count < count)
        {
            transport.ReceiveSome(batch);
            for (int i = 0; i < batch.Count; i++) received.Add(new Received(batch.Bytes(i).ToArray(), batch[i].Path, batch[i].TrafficClass));
        }
        return received;
    }
}
