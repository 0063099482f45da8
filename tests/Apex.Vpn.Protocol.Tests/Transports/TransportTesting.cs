using System.Net;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Transports;

/// <summary>Short ways to say what the tests of every transport say.</summary>
internal static class TransportTesting
{
    internal static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    internal static PacketBatch NewBatch(int slots = 64, int stride = 2048) => new(slots, slots * stride);

    internal static UdpEndpoint Endpoint(string address, int port) => UdpEndpoint.From(new IPEndPoint(IPAddress.Parse(address), port));

    internal static UdpPath Path(string address, int port) => new(Endpoint(address, port));

    internal static UInt128 Bits(string address) => Endpoint(address, 0).AddressBits;

    /// <summary>Sends one datagram.</summary>
    /// <returns>The slot, with what the transport wrote into it.</returns>
    internal static PacketSlot SendOne(
        this IUdpTransport transport, UdpPath path, ReadOnlySpan<byte> datagram, byte trafficClass = 0, int expected = 1)
    {
        PacketBatch batch = NewBatch(1, datagram.Length + PacketBatch.Headroom + PacketBatch.Tailroom + 1);
        ref PacketSlot slot = ref batch.Add(datagram);
        slot.Path = path;
        slot.TrafficClass = trafficClass;
        Assert.Equal(expected, transport.Send(batch));
        return batch[0];
    }

    /// <summary>Sends one datagram that may be refused.</summary>
    internal static bool TrySend(this IUdpTransport transport, UdpPath path, ReadOnlySpan<byte> datagram)
    {
        PacketBatch batch = NewBatch(1);
        batch.Add(datagram).Path = path;
        return transport.Send(batch) == 1;
    }

    /// <summary>Receives until something comes; a silent network fails the test.</summary>
    internal static int ReceiveSome(this IUdpTransport transport, PacketBatch batch)
    {
        using var deadline = new Timer(_ => transport.Wake(), null, Deadline, Timeout.InfiniteTimeSpan);
        int count = transport.Receive(batch);
        Assert.True(count > 0, "nothing was received");
        Assert.Equal(count, batch.Count);
        return count;
    }

    /// <summary>Receives exactly one datagram.</summary>
    internal static Received ReceiveOne(this IUdpTransport transport, int stride = PacketBatch.FullStride)
    {
        PacketBatch batch = NewBatch(4, stride);
        Assert.Equal(1, transport.ReceiveSome(batch));
        return new Received(batch.Bytes(0).ToArray(), batch[0].Path, batch[0].TrafficClass);
    }

    /// <summary>Receives until so many datagrams have come.</summary>
    internal static List<byte[]> ReceiveMany(this IUdpTransport transport, int count)
    {
        PacketBatch batch = NewBatch();
        List<byte[]> all = [];
        while (all.Count < count)
        {
            int some = transport.ReceiveSome(batch);
            for (int i = 0; i < some; i++)
            {
                all.Add(batch.Bytes(i).ToArray());
            }
        }

        return all;
    }

    /// <summary>What a number of rounds allocate on this thread, at the least of some attempts.</summary>
    /// <remarks>One attempt would not do: a background collection takes what is left of the thread's allocation buffer, and the runtime
    /// counts that as allocated. What is allocated each time is seen in every attempt.</remarks>
    internal static long LeastAllocated(int rounds, Action round)
    {
        round(); // what is made once, such as a thread's scratch
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 10 && least > 0; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < rounds; i++)
            {
                round();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    /// <summary>Waits for something that another thread or the kernel brings about.</summary>
    internal static void Eventually(Func<bool> condition, string what) => Assert.True(SpinWait.SpinUntil(condition, Deadline), what);

    /// <summary>Runs something that may block on a thread of its own.</summary>
    internal static Task<T> Start<T>(Func<T> function) =>
        Task.Factory.StartNew(function, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>What became of something started; a test that hangs fails.</summary>
    internal static T Await<T>(this Task<T> task)
    {
        Assert.True(((IAsyncResult)task).AsyncWaitHandle.WaitOne(Deadline), "it is still blocked");
        return task.GetAwaiter().GetResult();
    }
}

/// <summary>A datagram that came, with what came with it.</summary>
internal sealed record Received(byte[] Bytes, UdpPath Path, byte TrafficClass);
