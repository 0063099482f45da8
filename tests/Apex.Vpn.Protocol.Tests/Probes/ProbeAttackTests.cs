using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Probes;
using Apex.Vpn.Protocol.Tests.Items;
using Apex.Vpn.Protocol.Tests.Simulation;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Probes;

/// <summary>What somebody can do to a node, or by a node to others, with probes.</summary>
public sealed class ProbeAttackTests : IDisposable
{
    private readonly World _world = new(1);
    private readonly Node _node;
    private readonly Prober _prober;

    public ProbeAttackTests()
    {
        _node = _world.AddNode("192.0.2.2:2000");
        _prober = new Prober(_world, _node);
    }

    [Fact]
    public void What_is_reflected_is_less_than_half_of_what_is_sent()
    {
        _prober.Enable();
        int sent = 0, reflected = 0;
        for (int i = 0; i < 1000; i++)
        {
            byte[] request = _prober.Request();
            sent += request.Length;
            reflected += _prober.Send(request).Sum(static reply => reply.Length);
        }
        Assert.Equal(64_000, reflected);
        Assert.InRange((double)reflected / sent, 0.4, 0.5);
    }

    [Theory]
    [InlineData("198.51.100.7:4000", "198.51.100.200:9", "198.51.101.7:4000")]
    [InlineData("[2001:db8:0:100::1]:4000", "[2001:db8:0:1ff::9]:9", "[2001:db8:0:200::1]:4000")]
    public void A_network_has_a_share_whatever_the_address_and_port_and_its_neighbour_another(string one, string same, string other)
    {
        _prober.Enable(perNetwork: 50);
        Assert.Equal(30, Answers(one, 30));
        Assert.Equal(20, Answers(same, 30));
        Assert.Equal(10, _node.Dropped(DropReason.ProbeRateLimited));
        Assert.Equal(30, Answers(other, 30));
        _world.RunFor(TimeSpan.FromMilliseconds(100));
        Assert.Equal(5, Answers(one, 30));
    }

    [Fact]
    public void All_networks_together_have_a_share()
    {
        _prober.Enable(perNetwork: 50, inAll: 800);
        int answers = 0;
        for (int i = 0; i < 400; i++) answers += Answers(Network(i), 1);
        Assert.Equal(100, answers);
        _world.RunFor(TimeSpan.FromMilliseconds(10));
        for (int i = 0; i < 400; i++) answers += Answers(Network(i), 1);
        Assert.Equal(108, answers);
    }

    [Fact]
    public void A_spoofed_source_gets_a_bounded_number_of_bytes_however_many_probes_name_it()
    {
        // Somebody with the secret, or who saw one probe and repeats it, at 10 000 a second for 10 seconds.
        _prober.Enable(perNetwork: 50, inAll: 10_000);
        byte[] seen = _prober.Request();
        int bytes = 0;
        for (int i = 0; i < 1000; i++)
        {
            for (int j = 0; j < 100; j++) bytes += _prober.Send(seen).Sum(static reply => reply.Length);
            _world.RunFor(TimeSpan.FromMilliseconds(10));
        }
        Assert.InRange(bytes, 500 * 64, 550 * 64); // 50 at once and 50 a second: 3.2 kB/s
    }

    [Fact]
    public void New_secrets_do_not_give_used_up_shares_anew()
    {
        _prober.Enable(perNetwork: 50);
        Assert.Equal(50, Answers("198.51.100.7:4000", 60));
        _prober.Enable(perNetwork: 50);
        Assert.Equal(0, Answers("198.51.100.7:4000", 60));
    }

    [Fact]
    public void What_is_not_genuine_uses_up_nobodys_share()
    {
        _prober.Enable(perNetwork: 50);
        for (int i = 0; i < 1000; i++)
        {
            byte[] request = _prober.Request();
            request[90] ^= 1;
            Assert.Empty(_prober.Send(request));
        }
        Assert.Equal(1000, _node.Dropped(DropReason.ProbeUnauthentic));
        Assert.Equal(50, Answers("198.51.100.7:4000", 60));
    }

    [Fact]
    public void Guesses_are_never_answered()
    {
        _prober.Enable();
        byte[] real = _prober.Request();
        for (int i = 0; i < 100_000; i++)
        {
            byte[] guess = (byte[])real.Clone();
            // All that an observer may know is kept: another stamp, or another MAC, or both.
            if (i % 3 != 0) _world.Random.Fill(guess.AsSpan(40, 16));
            if (i % 3 != 1) _world.Random.Fill(guess.AsSpan(116, 16));
            _node.Take(new Datagram(_prober.Address, _node.Address, TrafficClass: 0, guess));
        }
        _node.RunControl();
        Assert.Empty(_world.Wire);
        Assert.Equal(100_000, _node.Dropped(DropReason.InvalidMac1) + _node.Dropped(DropReason.ProbeUnauthentic));
    }

    [Fact]
    public void A_flood_of_probes_puts_nobody_into_cookie_mode_and_leaves_room_for_handshakes()
    {
        _prober.Enable();
        using var burst = new Burst(_world, _node);
        using HandPeer hand = new HandPeer(_world, _node, "192.0.2.9:9").Join();
        for (int i = 0; i < 8; i++) burst.Arrive(Enumerable.Range(0, 256).Select(_ => Probe()));
        Assert.Equal(2048 - 64, _node.Dropped(DropReason.HandshakeQueueFull));
        hand.Deliver(hand.Initiation());
        Assert.Empty(_node.Events.Load);
        Assert.Equal(1, hand.Received(Protocol.Engine.Messages.MessageType.Response));

        Datagram Probe() => new(_prober.Address, _node.Address, TrafficClass: 0, _prober.Request());
    }

    [Fact]
    public void A_reply_to_one_probe_does_not_do_for_another()
    {
        _prober.Enable();
        byte[] one = _prober.Request(index: 7), other = _prober.Request(index: 7);
        byte[] reply = Assert.Single(_prober.Send(one));
        Assert.True(ProbeReply.Answers(reply, _prober.Key, new ProbeRequest(one).Mac));
        Assert.False(ProbeReply.Answers(reply, _prober.Key, new ProbeRequest(other).Mac));
    }

    public void Dispose()
    {
        _prober.Dispose();
        _world.Dispose();
    }

    private int Answers(string from, int probes)
    {
        _prober.Address = UdpEndpoint.From(System.Net.IPEndPoint.Parse(from));
        return Enumerable.Range(0, probes).Count(_ => _prober.IsAnswered(_prober.Request()));
    }

    /// <summary>An address in a network of its own.</summary>
    private static string Network(int number) => $"203.{number >> 8}.{number & 255}.1:1";
}
