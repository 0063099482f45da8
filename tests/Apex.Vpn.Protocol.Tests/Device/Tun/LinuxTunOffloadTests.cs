using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Apex.Vpn.Fuzz.Checks;
using Apex.Vpn.Fuzz.Fuzzing;
using Apex.Vpn.Fuzz.Rig;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Tests.Transports;
using Apex.Vpn.Protocol.Transports.Linux;
using Apex.Vpn.Testing;
using static Apex.Vpn.Protocol.Tests.Transports.TransportTesting;

namespace Apex.Vpn.Protocol.Tests.Device.Tun;

/// <summary>Two hosts joined by two TUNs: the kernel cuts nothing and finishes no checksum, and takes many segments as one.</summary>
[SupportedOSPlatform("linux")]
public sealed class LinuxTunOffloadTests
{
    private const int StreamBytes = 8 << 20;
    private const int LevelUdp = 17, UdpSegment = 103;

    [RootFact]
    public void Tcp_over_ipv4_is_carried_in_runs_both_ways() => Carry("10.8.0.1", "10.8.0.2", 24);

    [RootFact]
    public void Tcp_over_ipv6_is_carried_in_runs_both_ways() => Carry("fd08::1", "fd08::2", 64);

    [RootFact]
    public void A_change_of_the_mtu_in_flight_loses_no_byte()
    {
        using var pair = new Pair("10.8.0.1", "10.8.0.2", 24);
        int turns = 0;
        using var stop = new CancellationTokenSource();
        Task<int> changes = Start(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                int mtu = new[] { 1280, 9000, 576, 1420 }[turns++ % 4];
                pair.Left.Tun.SetMtu(mtu);
                pair.Right.Tun.SetMtu(mtu);
                stop.Token.WaitHandle.WaitOne(2);
            }
            return turns;
        });
        pair.Stream();
        stop.Cancel();
        Assert.InRange(changes.Await(), 2, int.MaxValue);
    }

    [RootFact]
    public void A_descriptor_without_virtio_headers_carries_packet_by_packet()
    {
        using var pair = new Pair("10.8.0.1", "10.8.0.2", 24, () => LinuxTun.FromDescriptor(Bare()));
        (long there, long back) = pair.Stream();
        (long taken, long given) = pair.Left.CountPackets();
        Assert.InRange(given, there, there + 1000);   // its kernel cuts
        Assert.InRange(taken, back / 2, back + 1000); // and is given none merged
        Assert.InRange(pair.Right.CountPackets().Taken, 1, there / 2);
    }

    [RootFact]
    public void Segmented_datagrams_of_a_socket_are_cut_and_merged()
    {
        foreach ((string left, string right, int prefix) in new[] { ("10.8.0.1", "10.8.0.2", 24), ("fd08::1", "fd08::2", 64) })
        {
            using var pair = new Pair(left, right, prefix);
            (long taken, long given) = pair.Datagrams();
            Assert.InRange(given, 1, 60);  // 50 sends of 40 datagrams, and what else hosts say
            Assert.InRange(taken, 1, 500); // 2000 datagrams
        }
    }

    [RootFact]
    public void Where_udp_runs_are_refused_datagrams_are_written_one_by_one()
    {
        TunOffload? offload = null;
        using var pair = new Pair("10.8.0.1", "10.8.0.2", 24, openRight: () =>
        {
            Descriptor tun = Headed(out string name);
            offload = TunOffload.Of(tun);
            offload.Doubt(VirtioHeader.Udp);
            return new LinuxTun(tun, name, offload);
        });
        Assert.InRange(pair.Datagrams().Taken, Pair.Count, Pair.Count + 60);
        Assert.True(offload!.MergesTcp && !offload.MergesUdp);
        pair.Stream();
    }

    [RootFact]
    public void A_kernel_that_takes_no_runs_gets_single_packets_unharmed()
    {
        using var space = new TestNamespace();
        // A TUN that expects bare packets takes the header for one, with no IP version in it: EINVAL, as a kernel that knows no such run.
        using Descriptor bare = space.Run(Bare);
        TunOffload offload = TunOffload.Of(bare);
        var shape = new FlowShape { Protocol = PlainChecksum.Udp };
        List<byte[]> packets = [.. Enumerable.Range(0, 3).Select(i => shape.Make(new byte[100], identification: (ushort)i))];
        PacketBatch batch = FlowTraffic.Pack(packets);
        bool merged = offload.MergesUdp;
        Assert.True(bare.TryAcquire(out Descriptor.Lease lease));
        using (lease) new TunWriter().Write(lease.Number, offload, batch);
        Assert.True(merged && !offload.MergesUdp);
        Assert.Equal(packets, Enumerable.Range(0, batch.Count).Select(i => batch.Bytes(i).ToArray()));
    }

    private static void Carry(string left, string right, int prefix)
    {
        using var pair = new Pair(left, right, prefix);
        (long there, long back) = pair.Stream();
        Assert.InRange(there, StreamBytes / 1400, long.MaxValue);
        Assert.InRange(pair.Longest, 1300, 1420);
        foreach ((TunHost from, TunHost to, long packets) in new[] { (pair.Left, pair.Right, there), (pair.Right, pair.Left, back) })
        {
            Assert.InRange(from.CountPackets().Given, 1, packets * 2 / 3); // acknowledgements are not merged
            Assert.InRange(to.CountPackets().Taken, 1, packets * 2 / 3);
        }
    }

    private static Descriptor Bare() => Open(TunRequests.FlagTun | TunRequests.FlagNoPacketInfo, out _);

    private static Descriptor Headed(out string name) =>
        Open(TunRequests.FlagTun | TunRequests.FlagNoPacketInfo | TunRequests.FlagVirtioHeader, out name);

    private static Descriptor Open(int flags, out string name)
    {
        var tun = new Descriptor(LinuxNative.open("/dev/net/tun", LinuxNative.OpenReadWrite | LinuxNative.OpenNonBlocking));
        Assert.Equal(0, TunRequests.Attach(tun, "tun%d", (short)flags));
        Assert.Equal(0, TunRequests.Identify(tun, out name, out _));
        return tun;
    }

    /// <summary>Two hosts with TUNs, and a relay for each direction.</summary>
    private sealed class Pair : IDisposable
    {
        internal const int Count = 2000;
        private const int Size = 1000, PerSend = 40;

        private readonly Relay _there, _back;
        private readonly string _rightAddress;

        internal Pair(string left, string right, int prefix, Func<LinuxTun>? openLeft = null, Func<LinuxTun>? openRight = null)
        {
            _rightAddress = right;
            Left = new TunHost($"{left}/{prefix}", openLeft);
            Right = new TunHost($"{right}/{prefix}", openRight);
            _there = new Relay(Left.Tun, Right.Tun);
            _back = new Relay(Right.Tun, Left.Tun);
        }

        internal TunHost Left { get; }

        internal TunHost Right { get; }

        internal int Longest => Math.Max(_there.Longest, _back.Longest);

        private IPEndPoint Address => new(IPAddress.Parse(_rightAddress), 7000);

        /// <summary>Sends streams both ways at once and compares them.</summary>
        /// <returns>How many packets were carried there and back.</returns>
        internal (long There, long Back) Stream()
        {
            Streams.Exchange(Left, Right, Address, StreamBytes);
            return (_there.Packets, _back.Packets);
        }

        /// <summary>Sends datagrams in segments of one send each, and compares them.</summary>
        /// <returns>What the receiving host's kernel counted as taken, and the sending host's as given.</returns>
        internal (long Taken, long Given) Datagrams()
        {
            using Socket client = Left.NewUdpSocket(Address.AddressFamily), server = Right.NewUdpSocket(Address.AddressFamily);
            server.ReceiveBufferSize = 8 << 20;
            server.Bind(Address);
            client.SetRawSocketOption(LevelUdp, UdpSegment, BitConverter.GetBytes(Size));
            byte[] all = new byte[Size * PerSend], datagram = new byte[2 * Size];
            var dice = new FuzzDice(5);
            for (int sent = 0; sent < Count; sent += PerSend)
            {
                dice.Fill(all);
                client.SendTo(all.AsSpan(0, all.Length - 10), Address); // the last is shorter
                for (int i = 0; i < PerSend; i++)
                {
                    int length = server.Receive(datagram);
                    Assert.True(all.AsSpan(i * Size, i == PerSend - 1 ? Size - 10 : Size).SequenceEqual(datagram.AsSpan(0, length)));
                }
            }
            return (Right.CountPackets().Taken, Left.CountPackets().Given);
        }

        public void Dispose()
        {
            _there.Dispose();
            _back.Dispose();
            Left.Dispose();
            Right.Dispose();
        }
    }
}
