using System.Net;
using System.Net.Sockets;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Transports;
using static Apex.Vpn.Protocol.Tests.Transports.TransportTesting;

namespace Apex.Vpn.Protocol.Tests.Transports;

public sealed class StreamDatagramTransportTests : IDisposable
{
    private static readonly UdpEndpoint Remote = Endpoint("192.0.2.1", 443);

    private readonly NetworkStream _near;
    private readonly NetworkStream _far;

    public StreamDatagramTransportTests()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.Connect(listener.LocalEndPoint!);
        _near = new NetworkStream(client, ownsSocket: true);
        _far = new NetworkStream(listener.Accept(), ownsSocket: true) { ReadTimeout = (int)Deadline.TotalMilliseconds };
    }

    public void Dispose()
    {
        _near.Dispose();
        _far.Dispose();
    }

    [Fact]
    public void Datagrams_of_every_length_pass_between_two_transports_over_tcp()
    {
        using StreamDatagramTransport left = new(_near, Remote), right = new(_far, Remote);
        Assert.Equal(5, left.Open(5));
        right.Open(0);
        PacketBatch batch = NewBatch(8, PacketBatch.FullStride);
        foreach (int length in new[] { 1, 2, 148, 1452, 34_768, 65_535 })
        {
            batch.Add([.. Enumerable.Range(0, length).Select(i => (byte)(i * 3))]).Path = new UdpPath(Remote);
        }

        Assert.Equal(6, left.Send(batch));
        PacketBatch received = NewBatch(1, PacketBatch.FullStride);
        for (int i = 0; i < 6; i++)
        {
            Assert.Equal(1, right.ReceiveSome(received));
            Assert.Equal(batch.Bytes(i).ToArray(), received.Bytes(0).ToArray());
            Assert.Equal(new UdpPath(Remote), received[0].Path);
        }

        right.SendOne(new UdpPath(Remote), [7]);
        Assert.Equal([7], left.ReceiveOne().Bytes);
        Assert.Null(left.DisconnectReason);
    }

    [Fact]
    public void The_wire_format_is_the_length_most_significant_byte_first_and_the_datagram()
    {
        using var transport = new StreamDatagramTransport(_near, Remote);
        transport.Open(0);
        PacketBatch batch = NewBatch(4);
        batch.Add(new byte[259]).Path = new UdpPath(Remote);
        batch.Add([]).Path = new UdpPath(Remote);
        batch.Add([9]).Path = new UdpPath(Endpoint("192.0.2.2", 443)); // somebody else
        batch.Add([1, 2, 3]).Path = new UdpPath(Remote);
        Assert.Equal(2, transport.Send(batch));
        byte[] wire = new byte[2 + 259 + 2 + 3];
        _far.ReadExactly(wire);
        Assert.Equal([1, 3, .. new byte[259], 0, 3, 1, 2, 3], wire);
    }

    [Fact]
    public void Datagrams_split_and_merged_by_the_stream_come_out_whole()
    {
        using var transport = new StreamDatagramTransport(_near, Remote);
        transport.Open(0);
        byte[] wire = [0, 3, 1, 2, 3, 0, 1, 4, 0, 2, 5, 6];
        for (int cut = 0; cut <= wire.Length; cut++)
        {
            _far.Write(wire, 0, cut);
            _far.Write(wire, cut, wire.Length - cut);
            Assert.Equal([[1, 2, 3], [4], [5, 6]], transport.ReceiveMany(3));
        }

        foreach (byte one in wire)
        {
            _far.WriteByte(one);
        }

        Assert.Equal([[1, 2, 3], [4], [5, 6]], transport.ReceiveMany(3));
    }

    [Theory]
    [InlineData(new byte[] { 0, 1, 7, 0, 0 }, "0 bytes")]
    [InlineData(new byte[] { 0, 1, 7, 0, 101, 1, 2, 3 }, "101 bytes")]
    [InlineData(new byte[] { 0, 1, 7, 255, 255 }, "65535 bytes")]
    public void A_length_that_is_not_allowed_closes_the_stream_and_says_why(byte[] wire, string reason)
    {
        using var transport = new StreamDatagramTransport(_near, Remote, maxDatagram: 100);
        using var told = new ManualResetEventSlim();
        string? toldReason = null;
        transport.Disconnected += why =>
        {
            toldReason = why;
            told.Set();
        };
        transport.Open(0);
        _far.Write(wire);
        Assert.Equal([7], transport.ReceiveOne().Bytes); // what came before it counts
        Task<int> receive = Start(() => transport.Receive(NewBatch()));
        Assert.True(told.Wait(Deadline));
        Assert.Contains(reason, toldReason, StringComparison.Ordinal);
        Assert.Equal(toldReason, transport.DisconnectReason);
        transport.SendOne(new UdpPath(Remote), [1], expected: 0);
        Assert.Equal(0, _far.Read(new byte[1])); // closed
        transport.Wake();
        Assert.Equal(0, receive.Await());
    }

    [Fact]
    public void The_end_of_the_stream_is_told_after_what_came_before_it()
    {
        using var transport = new StreamDatagramTransport(_near, Remote);
        transport.Open(0);
        _far.Write([0, 1, 7, 0, 9, 1]);
        _far.Dispose();
        Assert.Equal([7], transport.ReceiveOne().Bytes);
        Eventually(() => transport.DisconnectReason is not null, "the end was not noticed");
        transport.Wake();
        Assert.Equal(0, transport.Receive(NewBatch()));
    }

    [Fact]
    public void A_datagram_longer_than_a_slot_or_than_allowed_is_left_out()
    {
        using var transport = new StreamDatagramTransport(_near, Remote, maxDatagram: 5000);
        transport.Open(0);
        _far.Write([8, 1, .. new byte[2049], 0, 1, 3]);
        Assert.Equal([3], transport.ReceiveOne(stride: 2048).Bytes);
        Assert.Equal(1, transport.TruncatedDatagrams);
        transport.SendOne(new UdpPath(Remote), new byte[5001], expected: 0);
    }

    [Fact]
    public void A_stream_that_takes_nothing_blocks_nobody()
    {
        using var transport = new StreamDatagramTransport(_near, Remote);
        transport.Open(0);
        PacketBatch batch = NewBatch(64, 4096);
        for (int i = 0; i < 64; i++)
        {
            batch.Add(new byte[4000]).Path = new UdpPath(Remote);
        }

        Task<int> send = Start(() =>
        {
            int taken = 64;
            for (int i = 0; i < 1000 && taken > 0; i++)
            {
                taken = transport.Send(batch); // 256 MB are more than all buffers on the way
            }

            return taken;
        });
        Assert.Equal(0, send.Await());
    }

    [Fact]
    public void A_closed_transport_pauses_and_a_disposed_one_ends()
    {
        var transport = new StreamDatagramTransport(_near, Remote);
        transport.SendOne(new UdpPath(Remote), [1], expected: 0);
        transport.Open(0);
        transport.Close();
        transport.SendOne(new UdpPath(Remote), [1], expected: 0);
        _far.Write([0, 1, 5]);
        Task<Received> receive = Start(() => transport.ReceiveOne());
        transport.Open(0);
        Assert.Equal([5], receive.Await().Bytes);

        transport.SetMark(0);
        Assert.Throws<PlatformNotSupportedException>(() => transport.SetMark(1));
        Task<int> blocked = Start(() => transport.Receive(NewBatch()));
        transport.Dispose();
        transport.Dispose();
        Assert.Throws<ObjectDisposedException>(() => blocked.Await());
        Assert.Throws<ObjectDisposedException>(() => transport.Open(0));
        transport.SendOne(new UdpPath(Remote), [1], expected: 0);
        Assert.Equal(0, _far.Read(new byte[1]));
    }

    [Fact]
    public void A_stream_left_open_stays_the_callers()
    {
        var transport = new StreamDatagramTransport(_near, Remote, leaveOpen: true);
        transport.Open(0);
        transport.SendOne(new UdpPath(Remote), [1]);
        byte[] wire = new byte[3];
        _far.ReadExactly(wire);
        transport.Dispose();
        _near.Write([4]);
        Assert.Equal(4, _far.ReadByte());
    }

    [Fact]
    public void Bad_arguments_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new StreamDatagramTransport(_near, UdpEndpoint.None));
        Assert.Throws<ArgumentException>(() => new StreamDatagramTransport(new MemoryStream([], writable: false), Remote));
        Assert.Throws<ArgumentOutOfRangeException>(() => new StreamDatagramTransport(_near, Remote, maxDatagram: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new StreamDatagramTransport(_near, Remote, maxDatagram: 65536));
    }

    [Fact]
    public void Nothing_is_allocated_per_datagram_on_the_threads_of_the_data_path()
    {
        using StreamDatagramTransport left = new(_near, Remote), right = new(_far, Remote);
        left.Open(0);
        right.Open(0);
        PacketBatch outgoing = NewBatch(), incoming = NewBatch();
        for (int i = 0; i < 64; i++)
        {
            outgoing.Add(new byte[1400]).Path = new UdpPath(Remote);
        }

        // The pool's queues and the pipes' segments grow now and then: what must not be is a cost for each of the 6400 datagrams.
        Assert.InRange(LeastAllocated(100, Round), 0, 640);

        void Round()
        {
            left.Send(outgoing);
            for (int received = 0; received < 64;)
            {
                received += right.Receive(incoming);
            }
        }
    }
}
