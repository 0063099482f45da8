using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Tests.Transports;
using Apex.Vpn.Testing;
using static Apex.Vpn.Protocol.Tests.Transports.TransportTesting;

namespace Apex.Vpn.Protocol.Tests.Device.Tun;

/// <summary>A TUN in a namespace: packets in and out.</summary>
[SupportedOSPlatform("linux")]
public sealed class LinuxTunTests
{
    [RootFact]
    public void Packets_from_the_host_lie_close_together_with_room_around_them()
    {
        using var host = new TunHost("10.8.0.1/24");
        host.Send("10.8.0.2", [.. Enumerable.Range(1, 20).Select(length => new byte[length * 60])]);
        PacketBatch batch = TunHost.NewBatch();
        List<int> lengths = [];
        while (lengths.Count < 20)
        {
            host.Tun.ReadSome(batch);
            int free = 0;
            foreach (PacketSlot slot in batch.Slots)
            {
                Assert.Equal(0, slot.Offset % 64);
                Assert.InRange(slot.Offset, free + PacketBatch.Headroom, free + PacketBatch.Headroom + 63);
                Assert.Equal(0x45, batch.Bytes(slot)[0]);
                free = slot.Offset + slot.Length + PacketBatch.Tailroom;
                lengths.Add(slot.Length);
            }
        }

        Assert.Equal(Enumerable.Range(1, 20).Select(length => (length * 60) + 28), lengths);
    }

    [RootFact]
    public void A_batch_that_is_full_leaves_the_rest_for_the_next()
    {
        using var host = new TunHost("10.8.0.1/24");
        host.Send("10.8.0.2", [.. Enumerable.Range(0, 9).Select(_ => new byte[100])]);
        PacketBatch few = new(4, 200_000), small = new(64, PacketBatch.MaxPacket + 100);
        Assert.Equal(3, host.Tun.ReadSome(few));
        Assert.Equal(1, host.Tun.ReadSome(small)); // after one there is no room for a packet of any length
        Assert.Equal(3, host.Tun.ReadSome(few));   // the last slots are for a read that is cut into segments
        Assert.Equal(2, host.Tun.ReadSome(few));
        Assert.Throws<ArgumentException>(() => host.Tun.Read(new PacketBatch(2, 4096)));
    }

    [RootFact]
    public void Two_hosts_reach_each_other_through_a_relay_of_two_tuns()
    {
        using TunHost left = new("10.8.0.1/24"), right = new("10.8.0.2/24");
        using Relay there = new(left.Tun, right.Tun), back = new(right.Tun, left.Tun);
        using Socket client = left.NewUdpSocket(), server = right.NewUdpSocket();
        server.Bind(new IPEndPoint(IPAddress.Any, 7000));
        byte[] buffer = new byte[65536];
        foreach (int length in new[] { 1, 1000, 1392, 5000, 34_736 })
        {
            byte[] question = [.. Enumerable.Range(0, length).Select(i => (byte)(i * 13))];
            client.SendTo(question, new IPEndPoint(IPAddress.Parse("10.8.0.2"), 7000));
            EndPoint from = new IPEndPoint(IPAddress.Any, 0);
            Assert.Equal(length, server.ReceiveFrom(buffer, ref from));
            server.SendTo(buffer.AsSpan(0, length), from);
            Assert.Equal(length, client.Receive(buffer));
            Assert.Equal(question, buffer[..length]);
        }
    }

    [RootFact]
    public void A_packet_that_the_kernel_refuses_loses_only_itself()
    {
        using var host = new TunHost("10.8.0.1/24");
        using Socket socket = host.NewUdpSocket();
        socket.Bind(new IPEndPoint(IPAddress.Any, 7000));
        PacketBatch batch = TunHost.NewBatch();
        batch.Add(Packets.Udp("10.8.0.2", "10.8.0.1", 7000, [1]));
        batch.Add([0xFF, 1, 2, 3]);       // no IP version: EINVAL
        batch.Add([]);                    // passed over
        byte[] second = Packets.Udp("10.8.0.2", "10.8.0.1", 7000, [2]), third = Packets.Udp("10.8.0.2", "10.8.0.1", 7000, [3]);
        batch.Add(second);
        batch.Add(third);
        Assert.Equal(3, host.Tun.Write(batch));
        byte[] buffer = new byte[10];
        foreach (int expected in new[] { 1, 2, 3 })
        {
            Assert.Equal(1, socket.Receive(buffer));
            Assert.Equal(expected, buffer[0]);
        }

        host.Space.Ip($"link set {host.Tun.Name} down");
        Assert.Equal(0, host.Tun.Write(batch)); // down: EIO
        host.Space.Ip($"link set {host.Tun.Name} up");
        Assert.Equal(3, host.Tun.Write(batch));
    }

    [RootFact]
    public void Wake_and_dispose_end_a_read()
    {
        using var host = new TunHost("10.8.0.1/24");
        host.Tun.Wake();
        Assert.Equal(0, host.Tun.Read(TunHost.NewBatch()));
        Task<int> read = Start(() => host.Tun.Read(TunHost.NewBatch()));
        host.Tun.Wake();
        Assert.Equal(0, read.Await());

        using var entered = new ManualResetEventSlim();
        read = Start(() =>
        {
            entered.Set();
            return host.Tun.Read(TunHost.NewBatch());
        });
        entered.Wait();
        host.Tun.Dispose();
        Assert.Throws<ObjectDisposedException>(() => read.Await());
        Assert.Throws<ObjectDisposedException>(() => host.Tun.Read(TunHost.NewBatch()));
        host.Tun.Dispose();
        host.Tun.Wake();
        PacketBatch batch = TunHost.NewBatch();
        batch.Add([1]);
        Assert.Equal(0, host.Tun.Write(batch));
        Eventually(() => !host.HasLink(host.Tun.Name), "the interface outlived its device");
    }

    [RootFact, Trait("Item", "46")]
    public void Item46_a_deleted_interface_ends_a_blocked_read()
    {
        using var host = new TunHost("10.8.0.1/24");
        Task<int> read = Start(() => host.Tun.Read(TunHost.NewBatch()));
        host.Space.Ip($"link del {host.Tun.Name}");
        Assert.Throws<TunClosedException>(() => read.Await());
        Assert.Throws<TunClosedException>(() => host.Tun.Read(TunHost.NewBatch()));
    }

    [RootFact, Trait("Item", "46")]
    public void Item46_a_write_to_a_deleted_interface_is_lost_and_the_read_says_why()
    {
        using var host = new TunHost("10.8.0.1/24");
        host.Space.Ip($"link del {host.Tun.Name}");
        PacketBatch batch = TunHost.NewBatch();
        batch.Add(Packets.Udp("10.8.0.2", "10.8.0.1", 7000, [1]));
        Assert.Equal(0, host.Tun.Write(batch));
        Assert.Throws<TunClosedException>(() => host.Tun.Read(batch));
    }

    [RootFact]
    public void Nothing_is_allocated_per_packet()
    {
        using TunHost left = new("10.8.0.1/24");
        using Socket socket = left.NewUdpSocket();
        var address = new IPEndPoint(IPAddress.Parse("10.8.0.2"), 7000).Serialize();
        PacketBatch batch = TunHost.NewBatch();
        byte[] payload = new byte[1000];
        Assert.Equal(0, LeastAllocated(100, Round));

        void Round()
        {
            socket.SendTo(payload, SocketFlags.None, address);
            int count = left.Tun.Read(batch);
            Assert.True(count == left.Tun.Write(batch));
        }
    }
}
