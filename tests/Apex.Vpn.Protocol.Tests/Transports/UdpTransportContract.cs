using System.Net;
using System.Net.Sockets;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Transports;
using static Apex.Vpn.Protocol.Tests.Transports.TransportTesting;

namespace Apex.Vpn.Protocol.Tests.Transports;

/// <summary>What every transport over real sockets does with datagrams.</summary>
public abstract class UdpTransportContract : IDisposable
{
    private readonly IUdpTransport _left;
    private readonly IUdpTransport _right;
    private readonly ushort _leftPort;
    private readonly ushort _rightPort;

    private protected UdpTransportContract(Func<IUdpTransport> make)
    {
        _left = make();
        _right = make();
        _leftPort = _left.Open(0);
        _rightPort = _right.Open(0);
    }

    public void Dispose()
    {
        _left.Dispose();
        _right.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public void Datagrams_go_there_and_back(string address)
    {
        _left.SendOne(Path(address, _rightPort), [1, 2, 3]);
        Received there = _right.ReceiveOne();
        Assert.Equal([1, 2, 3], there.Bytes);
        Assert.Equal(Endpoint(address, _leftPort), there.Path.Remote);

        _right.SendOne(there.Path, [4, 5]);
        Received back = _left.ReceiveOne();
        Assert.Equal([4, 5], back.Bytes);
        Assert.Equal(Endpoint(address, _rightPort), back.Path.Remote);
    }

    [Fact, Trait("Item", "40")]
    public void Item40_a_datagram_longer_than_a_slot_is_counted_and_left_out()
    {
        foreach (string address in new[] { "127.0.0.1", "::1" })
        {
            long before = _right.TruncatedDatagrams;
            _left.SendOne(Path(address, _rightPort), new byte[2048]);
            _left.SendOne(Path(address, _rightPort), new byte[2049]);
            _left.SendOne(Path(address, _rightPort), new byte[65000]);
            _left.SendOne(Path(address, _rightPort), [7]);
            Assert.Equal([2048, 1], _right.ReceiveMany(2).Select(bytes => bytes.Length));
            Assert.Equal(before + 2, _right.TruncatedDatagrams);
        }
    }

    [Fact]
    public void An_empty_datagram_does_not_look_like_a_wake_up()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.SendTo([], new IPEndPoint(IPAddress.Loopback, _rightPort));
        socket.SendTo([], new IPEndPoint(IPAddress.Loopback, _rightPort));
        Task<Received> receive = Start(() => _right.ReceiveOne());
        socket.SendTo([5], new IPEndPoint(IPAddress.Loopback, _rightPort));
        Assert.Equal([5], receive.Await().Bytes);
    }

    [Theory]
    [InlineData("127.0.0.1", 65507)]
    [InlineData("::1", 65507)]
    public void The_longest_datagrams_go_through(string address, int length)
    {
        byte[] datagram = [.. Enumerable.Range(0, length).Select(i => (byte)(i * 7))];
        _left.SendOne(Path(address, _rightPort), datagram);
        Assert.Equal(datagram, _right.ReceiveOne().Bytes);
    }

    [Fact]
    public void Empty_slots_are_passed_over_and_the_rest_arrives_in_order()
    {
        PacketBatch batch = NewBatch(4);
        batch.Add([]).Path = Path("127.0.0.1", _rightPort);
        foreach (byte[] datagram in (byte[][])[[1, 1, 1], [2, 2, 2], [3]]) batch.Add(datagram).Path = Path("127.0.0.1", _rightPort);
        Assert.Equal(3, _left.Send(batch));
        Assert.Equal([[1, 1, 1], [2, 2, 2], [3]], _right.ReceiveMany(3));
    }

    [Fact]
    public void Datagrams_to_a_closed_port_do_no_harm()
    {
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)closed.LocalEndPoint!).Port;
        closed.Dispose();
        PacketBatch batch = NewBatch();
        for (int i = 0; i < 64; i++)
        {
            batch.Add([(byte)i]).Path = Path("127.0.0.1", i % 2 == 0 ? port : _rightPort);
        }

        Assert.Equal(64, _left.Send(batch));
        Assert.Equal(32, _right.ReceiveMany(32).Count);
        _right.SendOne(Path("127.0.0.1", _leftPort), [1]);
        Assert.Equal([1], _left.ReceiveOne().Bytes);
    }

    [Fact]
    public void Nothing_is_allocated_per_datagram()
    {
        PacketBatch outgoing = NewBatch(), incoming = NewBatch();
        for (int i = 0; i < 64; i++)
        {
            ref PacketSlot slot = ref outgoing.Add([(byte)i]);
            slot.Path = new UdpPath(Endpoint(i % 2 == 0 ? "::1" : "127.0.0.1", _rightPort), Bits(i % 2 == 0 ? "::1" : "127.0.0.1"));
            slot.TrafficClass = 1;
        }

        Assert.Equal(0, LeastAllocated(50, Round));

        void Round()
        {
            _left.Send(outgoing);
            for (int received = 0; received < 64;)
            {
                received += _right.Receive(incoming);
            }
        }
    }
}
