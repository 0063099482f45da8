using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Tests.Transports;
using static Apex.Vpn.Protocol.Tests.Transports.TransportTesting;

namespace Apex.Vpn.Protocol.Tests.Device.Tun;

public sealed class InMemoryTunTests
{
    [Fact]
    public void Packets_go_in_order_both_ways_and_lie_as_those_of_a_real_tun()
    {
        using var tun = new InMemoryTun("t", 1300);
        Assert.Equal(("t", 1300), (tun.Name, tun.Mtu));
        for (int length = 1; length <= 20; length++)
        {
            Assert.True(tun.Inject(new byte[length * 50]));
        }

        PacketBatch batch = new(64, 200_000);
        Assert.Equal(20, tun.ReadSome(batch));
        int free = 0;
        foreach (PacketSlot slot in batch.Slots)
        {
            Assert.Equal(0, slot.Offset % 64);
            Assert.InRange(slot.Offset, free + PacketBatch.Headroom, free + PacketBatch.Headroom + 63);
            free = slot.Offset + slot.Length + PacketBatch.Tailroom;
        }

        Assert.Equal(Enumerable.Range(1, 20).Select(length => length * 50), batch.Slots.ToArray().Select(slot => slot.Length));

        batch[3].Length = 0; // dropped on the way
        Assert.Equal(19, tun.Write(batch));
        byte[] buffer = new byte[2000];
        List<int> lengths = [];
        while (tun.TryTake(buffer, out int length))
        {
            lengths.Add(length);
        }

        Assert.Equal([50, 100, 150, .. Enumerable.Range(5, 16).Select(i => i * 50),], lengths);
        Assert.False(tun.TryTake(buffer, out int none));
        Assert.Equal(0, none);
    }

    [Fact]
    public void Bytes_are_kept_across_the_end_of_the_queue()
    {
        using var tun = new InMemoryTun(queueBytes: 131_070);
        PacketBatch batch = new(4, 4 * PacketBatch.FullStride);
        byte[] buffer = new byte[65535];
        for (int round = 0; round < 50; round++)
        {
            byte[] packet = [.. Enumerable.Range(0, 30_011 + round).Select(i => (byte)(i * round))];
            Assert.True(tun.Inject(packet));
            Assert.True(tun.Inject([(byte)round]));
            Assert.Equal(2, tun.ReadSome(batch));
            Assert.Equal(packet, batch.Bytes(0).ToArray());
            Assert.Equal(2, tun.Write(batch));
            Assert.Equal(packet.Length, tun.Take(buffer));
            Assert.Equal(packet, buffer[..packet.Length]);
            Assert.Equal(1, tun.Take(buffer));
            Assert.Equal(round, buffer[0]);
        }
    }

    [Fact]
    public void Full_queues_lose_what_does_not_fit()
    {
        using var tun = new InMemoryTun(queueBytes: 131_070);
        byte[] longest = new byte[65535];
        Assert.Equal([true, true, false], new[] { tun.Inject(longest), tun.Inject(longest), tun.Inject([1]) });
        PacketBatch batch = new(4, 4 * PacketBatch.FullStride);
        Assert.Equal(2, tun.ReadSome(batch));
        batch.Add([1]);
        Assert.Equal(2, tun.Write(batch));
        Assert.Equal(65535, tun.Take(longest));
        Assert.Throws<ArgumentException>(() => tun.Inject([]));
        Assert.Throws<ArgumentException>(() => tun.Inject(new byte[65536]));
        Assert.Throws<ArgumentException>(() => tun.TryTake(new byte[10], out _));
        Assert.True(tun.TryTake(longest, out _));
    }

    [Fact]
    public void Blocked_calls_end_by_a_packet_a_wake_up_a_cancellation_or_the_end()
    {
        var tun = new InMemoryTun();
        PacketBatch batch = new(4, 10_000);
        tun.Wake();
        Assert.Equal(0, tun.Read(batch));
        Task<int> read = Start(() => tun.Read(batch));
        tun.Wake();
        Assert.Equal(0, read.Await());
        read = Start(() => tun.Read(batch));
        tun.Inject([9]);
        Assert.Equal(1, read.Await());

        Task<int> take = Start(() => tun.Take(new byte[100]));
        tun.Write(batch);
        Assert.Equal(1, take.Await());
        using var stop = new CancellationTokenSource();
        take = Start(() => tun.Take(new byte[100], stop.Token));
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => take.Await());

        read = Start(() => tun.Read(batch));
        take = Start(() => tun.Take(new byte[100]));
        tun.Dispose();
        Assert.Throws<ObjectDisposedException>(() => read.Await());
        Assert.Throws<ObjectDisposedException>(() => take.Await());
        Assert.False(tun.Inject([1]));
        tun.Dispose();
    }

    [Fact]
    public void The_mtu_is_the_hosts_to_say()
    {
        using var tun = new InMemoryTun { Mtu = 0 };
        Assert.Equal(0, tun.Mtu);
        tun.Mtu = 9000;
        Assert.Equal(9000, tun.Mtu);
        Assert.Throws<ArgumentOutOfRangeException>(() => tun.Mtu = -1);
        Assert.Throws<ArgumentOutOfRangeException>(() => tun.Mtu = 65536);
    }

    [Fact]
    public void Nothing_is_allocated_per_packet()
    {
        using var tun = new InMemoryTun();
        PacketBatch batch = new(64, 200_000);
        byte[] packet = new byte[1400];
        Assert.Equal(0, LeastAllocated(200, Round));

        void Round()
        {
            for (int i = 0; i < 10; i++)
            {
                tun.Inject(packet);
            }

            tun.Read(batch);
            tun.Write(batch);
            for (int i = 0; i < 10; i++)
            {
                tun.Take(packet);
            }
        }
    }
}
