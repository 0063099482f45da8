using System.Net.Sockets;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Transports;
using static Apex.Vpn.Protocol.Tests.Transports.TransportTesting;

namespace Apex.Vpn.Protocol.Tests.Transports;

/// <summary>Opening, closing, waking, disposing: with and without a thread that blocks.</summary>
public abstract class UdpTransportLifeContract
{
    private readonly Func<IUdpTransport> _make;

    private protected UdpTransportLifeContract(Func<IUdpTransport> make) => _make = make;

    [Fact, Trait("Item", "47")]
    public void Item47_port_0_gives_one_port_for_both_families()
    {
        using IUdpTransport transport = _make(), other = _make();
        ushort port = transport.Open(0);
        other.Open(0);
        Assert.NotEqual(0, port);
        other.SendOne(Path("127.0.0.1", port), [4]);
        Assert.Equal([4], transport.ReceiveOne().Bytes);
        other.SendOne(Path("::1", port), [6]);
        Assert.Equal([6], transport.ReceiveOne().Bytes);
    }

    [Theory, Trait("Item", "47")]
    [InlineData(AddressFamily.InterNetwork)]
    [InlineData(AddressFamily.InterNetworkV6)]
    public void Item47_a_taken_port_is_an_error_and_leaves_the_transport_closed(AddressFamily family)
    {
        using var taken = new Socket(family, SocketType.Dgram, ProtocolType.Udp);
        if (family == AddressFamily.InterNetworkV6) taken.DualMode = false;
        taken.Bind(new System.Net.IPEndPoint(
            family == AddressFamily.InterNetwork ? System.Net.IPAddress.Any : System.Net.IPAddress.IPv6Any, 0));
        var port = (ushort)((System.Net.IPEndPoint)taken.LocalEndPoint!).Port;

        using IUdpTransport transport = _make(), other = _make();
        ushort first = transport.Open(0);
        SocketException error = Assert.Throws<SocketException>(() => transport.Open(port));
        Assert.Equal(SocketError.AddressAlreadyInUse, error.SocketErrorCode);
        transport.SendOne(Path("127.0.0.1", port), [1], expected: 0);
        Eventually(() => CanOpen(other, first), "what was open before was not closed");
        Assert.NotEqual(0, transport.Open(0));
    }

    [Fact]
    public void A_wake_up_before_or_during_a_receive_ends_it_once()
    {
        using IUdpTransport transport = _make();
        ushort port = transport.Open(0);
        transport.Wake();
        Assert.Equal(0, transport.Receive(NewBatch()));

        Task<int> receive = Start(() => transport.Receive(NewBatch()));
        transport.Wake();
        Assert.Equal(0, receive.Await());

        transport.SendOne(Path("127.0.0.1", port), [1]);
        Assert.Equal([1], transport.ReceiveOne().Bytes);
    }

    [Fact]
    public void A_transport_that_was_never_opened_waits_and_loses_what_it_is_given()
    {
        using IUdpTransport transport = _make();
        transport.SendOne(Path("127.0.0.1", 9), [1], expected: 0);
        Task<int> receive = Start(() => transport.Receive(NewBatch()));
        transport.Wake();
        Assert.Equal(0, receive.Await());
    }

    [Fact]
    public void Dispose_ends_a_blocked_receive_and_may_be_called_again()
    {
        IUdpTransport transport = _make();
        transport.Open(0);
        using var entered = new ManualResetEventSlim();
        Task<int> receive = Start(() =>
        {
            entered.Set();
            return transport.Receive(NewBatch());
        });
        entered.Wait();
        transport.Dispose();
        transport.Dispose();
        Assert.Throws<ObjectDisposedException>(() => receive.Await());
        Assert.Throws<ObjectDisposedException>(() => transport.Open(0));
        Assert.Throws<ObjectDisposedException>(() => transport.Receive(NewBatch()));
        transport.Wake();
        transport.Close();
        transport.SendOne(Path("127.0.0.1", 9), [1], expected: 0);
    }

    [Fact, Trait("Item", "47")]
    public void Item47_a_blocked_receive_goes_on_with_the_sockets_of_a_new_port()
    {
        using IUdpTransport transport = _make(), sender = _make();
        sender.Open(0);
        transport.Open(0);
        Task<Received> receive = Start(() => transport.ReceiveOne());
        ushort port = transport.Open(0);
        sender.SendOne(Path("127.0.0.1", port), [8]);
        Assert.Equal([8], receive.Await().Bytes);
    }

    [Fact]
    public void A_receive_that_blocks_stays_blocked_when_the_sockets_are_closed_and_sees_those_opened_later()
    {
        using IUdpTransport transport = _make(), sender = _make();
        sender.Open(0);
        ushort port = transport.Open(0);
        Task<Received> receive = Start(() => transport.ReceiveOne());
        transport.Close();
        transport.Close();
        Assert.False(receive.IsCompleted);
        Assert.Equal(port, transport.Open(port));
        sender.SendOne(Path("::1", port), [8]);
        Assert.Equal([8], receive.Await().Bytes);
    }

    [Fact]
    public void The_same_port_can_be_had_again_and_again_while_others_send_and_receive()
    {
        using IUdpTransport transport = _make(), sender = _make();
        sender.Open(0);
        ushort port = transport.Open(0);
        using var stop = new CancellationTokenSource();
        long received = 0, sent = 0;
        Task<int> receiver = Start(() =>
        {
            PacketBatch batch = NewBatch();
            while (!stop.IsCancellationRequested)
            {
                Interlocked.Add(ref received, transport.Receive(batch));
            }

            return 0;
        });
        Task<int> busySender = Start(() =>
        {
            PacketBatch batch = NewBatch();
            batch.Add([1]).Path = Path("127.0.0.1", port);
            while (!stop.IsCancellationRequested)
            {
                Interlocked.Add(ref sent, transport.Send(batch) + sender.Send(batch));
            }

            return 0;
        });

        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(port, transport.Open(port)); // fails with "in use" if anything kept the old sockets
            long before = Interlocked.Read(ref received);
            Eventually(() => Interlocked.Read(ref received) > before, "nothing came after the sockets were opened again");
        }

        stop.Cancel();
        transport.Wake();
        Assert.Equal(0, receiver.Await());
        Assert.Equal(0, busySender.Await());
        Assert.True(sent > 0);
    }

    private static bool CanOpen(IUdpTransport transport, ushort port)
    {
        try
        {
            return transport.Open(port) == port;
        }
        catch (SocketException)
        {
            return false; // also for a moment while another test starts a process, which is born with all our sockets
        }
    }
}
