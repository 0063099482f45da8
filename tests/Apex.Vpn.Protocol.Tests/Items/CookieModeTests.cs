using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Tests.Simulation;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Items;

/// <summary>What a node does under a flood of handshake messages, and what a node does that is given a cookie.</summary>
public sealed class CookieModeTests : IDisposable
{
    private readonly World _world = new(1);
    private readonly Node _node;
    private readonly HandPeer _hand;
    private readonly Burst _burst;

    public CookieModeTests()
    {
        _node = _world.AddNode("192.0.2.2:2000");
        _hand = new HandPeer(_world, _node, "192.0.2.9:9").Join();
        _burst = new Burst(_world, _node);
    }

    [Theory]
    [InlineData(127, false)]
    [InlineData(128, true)]
    [Trait("Item", "8")]
    public void Item8_an_eighth_of_the_queue_is_load(int messages, bool load)
    {
        Flood(messages);
        _hand.Deliver(_hand.Initiation());
        Assert.Equal(load ? 0 : 1, _hand.Received(MessageType.Response));
        Assert.Equal(load ? 1 : 0, _hand.Received(MessageType.CookieReply));
    }

    [Fact]
    [Trait("Item", "5")]
    [Trait("Item", "8")]
    [Trait("Item", "38")]
    public void Item5_Item8_Item38_under_load_an_initiation_gets_a_cookie_and_with_it_a_response()
    {
        Flood();
        _hand.Deliver(_hand.Initiation());
        Datagram reply = Assert.Single(_world.Wire);
        Assert.Equal(MessageType.CookieReply, reply.Type);
        Assert.Equal(64, reply.Bytes.Length);
        Assert.Equal(0, reply.TrafficClass);
        Assert.Equal(_hand.LocalIndex, CookieReplyMessage.Receiver(reply.Bytes));
        Assert.True(_hand.Cookies.TryConsumeReply(reply.Bytes, _world.Now));
        _hand.Deliver(_hand.Initiation());
        Assert.True(_hand.Finish(_hand.Last(MessageType.Response)));
    }

    [Fact]
    [Trait("Item", "8")]
    public void Item8_under_load_a_response_gets_a_cookie_too()
    {
        _node.Apply(new PeerUpdate(_hand.PublicKey) { Endpoint = _hand.Address, PersistentKeepalive = 60 });
        Datagram initiation = _hand.Last(MessageType.Initiation);
        Flood();
        // Somebody on the way saw the index and uses up the share of those who know it.
        byte[] forged = _hand.Response(initiation, static bytes => bytes[50] ^= 1);
        _hand.Deliver(forged, forged, forged, forged, forged);
        Assert.Empty(_world.Wire);
        _hand.Deliver(_hand.Response(initiation));
        Datagram reply = Assert.Single(_world.Wire);
        Assert.Equal(MessageType.CookieReply, reply.Type);
        Assert.True(_hand.Cookies.TryConsumeReply(reply.Bytes, _world.Now));
        _hand.Deliver(_hand.Response(initiation));
        Assert.NotNull(_hand.Open(_hand.Last(MessageType.Transport)));
    }

    [Fact]
    [Trait("Item", "8")]
    public void Item8_under_load_a_source_has_5_messages_and_20_more_each_second()
    {
        TakeCookie(_hand);
        // Not proven, so that no session makes it known.
        for (int i = 0; i < 6; i++) _hand.Deliver(Unproven());
        Assert.Equal(1, _node.Dropped(DropReason.HandshakeRateLimited));
        _world.RunFor(TimeSpan.FromMilliseconds(50));
        _hand.Deliver(Unproven(), Unproven());
        Assert.Equal(2, _node.Dropped(DropReason.HandshakeRateLimited));

        using var other = new HandPeer(_world, _node, "192.0.2.10:9");
        other.Join("10.10.0.0/16");
        TakeCookie(other);
        other.Deliver(other.Initiation());
        Assert.Equal(1, other.Received(MessageType.Response));

        byte[] Unproven() => _hand.Initiation(spoil: static bytes => bytes[100] ^= 1);
    }

    [Fact]
    [Trait("Item", "9")]
    public void Item9_a_cookie_is_good_for_one_address_and_port()
    {
        TakeCookie(_hand);
        UdpEndpoint home = _hand.Address;
        long before = _node.Dropped(DropReason.CookieRequired);
        _hand.Address = UdpEndpoint.FromIPv4((uint)home.AddressBits, 10);
        _hand.Deliver(_hand.Initiation());
        _hand.Address = UdpEndpoint.FromIPv4(0xC6336401, home.Port);
        _hand.Deliver(_hand.Initiation());
        Assert.Equal(2, _node.Dropped(DropReason.CookieRequired) - before);
        _hand.Address = home;
        _hand.Deliver(_hand.Initiation());
        Assert.Equal(1, _hand.Received(MessageType.Response));
    }

    [Fact]
    [Trait("Item", "50")]
    public void Item50_cookie_mode_ends_a_second_after_the_flood()
    {
        Flood();
        Assert.Equal([true], _node.Events.Load);
        _world.RunFor(TimeSpan.FromSeconds(0.999));
        _hand.Deliver(_hand.Initiation());
        Assert.Equal(1, _hand.Received(MessageType.CookieReply));
        _world.RunFor(TimeSpan.FromSeconds(0.001));
        Assert.Equal([true, false], _node.Events.Load); // also if nothing arrives any more
        _hand.Deliver(_hand.Initiation());
        Assert.Equal(1, _hand.Received(MessageType.Response));
    }

    [Fact]
    [Trait("Item", "50")]
    public void Item50_how_many_handshakes_there_were_does_not_matter()
    {
        for (int i = 0; i < 300; i++)
        {
            _hand.Deliver(_hand.Initiation());
            _world.RunFor(TimeSpan.FromMilliseconds(21));
        }
        Assert.Equal(300, _hand.Received(MessageType.Response));
    }

    [Fact]
    [Trait("Item", "50")]
    public void Item50_one_attacker_does_not_put_others_into_cookie_mode_unless_the_queue_grows()
    {
        using var attacker = new HandPeer(_world, _node, "198.51.100.66:6");
        for (int i = 0; i < 2000; i++)
        {
            attacker.Deliver(attacker.Initiation(), attacker.Initiation()); // valid macs, nobody's key: 200 a second
            _world.RunFor(TimeSpan.FromMilliseconds(10));
        }
        Assert.Equal(4000, _node.Dropped(DropReason.UnknownPeer));
        Assert.Empty(_node.Events.Load);
        _hand.Deliver(_hand.Initiation());
        Assert.Equal(MessageType.Response, Assert.Single(_world.Wire).Type);
    }

    [Fact]
    [Trait("Item", "50")]
    public void Item50_during_a_flood_that_does_not_end_a_peer_gets_its_session_by_a_cookie()
    {
        using var duo = new Duo(seed: 5);
        using var burst = new Burst(duo.World, duo.Right);
        duo.Left.Send(Duo.ToRight());
        for (int i = 0; i < 20 && duo.Right.Delivered.Count == 0; i++)
        {
            burst.Arrive(Strangers.Initiations(duo.Right, 200));
            duo.Right.RunControl();
            duo.Run(0.5);
        }
        Assert.Single(duo.Right.Delivered);
        Assert.Equal([true], duo.Right.Events.Load);
        Assert.Single(duo.SentBy(duo.Right, MessageType.CookieReply), sent => sent.Datagram.To == duo.Left.Address);
        Assert.Equal(2, duo.Initiations(duo.Left));
    }

    [Fact]
    [Trait("Item", "10")]
    public void Item10_a_cookie_is_kept_for_the_next_retransmission_and_changes_nothing_else()
    {
        _node.Apply(new PeerUpdate(_hand.PublicKey) { Endpoint = _hand.Address, PersistentKeepalive = 60 });
        Datagram first = _hand.Last(MessageType.Initiation);
        Assert.False(_hand.AcceptsMac2(first));
        byte[] reply = _hand.CookieReply(first);
        UdpEndpoint home = _hand.Address;
        _hand.Address = UdpEndpoint.FromIPv4(0xC6336401, 7);
        _hand.Deliver(reply);
        _hand.Address = home;
        Assert.Single(_world.Wire); // no retry at once
        Assert.Equal(home, Peer.Path!.Value.Remote);
        Assert.Equal(0, Peer.ReceivedBytes);

        _world.RunUntil(() => _hand.Received(MessageType.Initiation) == 2, TimeSpan.FromSeconds(5.4));
        Datagram second = _hand.Last(MessageType.Initiation);
        Assert.True(_hand.AcceptsMac1(second));
        Assert.True(_hand.AcceptsMac2(second));
    }

    [Fact]
    [Trait("Item", "10")]
    public void Item10_the_answer_to_a_response_is_found_by_the_sessions_index()
    {
        _hand.Deliver(_hand.Initiation());
        Datagram response = _hand.Last(MessageType.Response);
        Assert.False(_hand.AcceptsMac2(response));
        _hand.Deliver(_hand.CookieReply(response));
        _world.RunFor(TimeSpan.FromSeconds(1));
        _hand.Deliver(_hand.Initiation());
        Assert.True(_hand.AcceptsMac2(_hand.Last(MessageType.Response)));
    }

    [Fact]
    [Trait("Item", "10")]
    public void Item10_a_cookie_for_another_message_or_for_nothing_is_refused()
    {
        _node.Apply(new PeerUpdate(_hand.PublicKey) { Endpoint = _hand.Address, PersistentKeepalive = 60 });
        Datagram first = _hand.Last(MessageType.Initiation);
        byte[] stale = _hand.CookieReply(first);
        _world.RunUntil(() => _hand.Received(MessageType.Initiation) == 2, TimeSpan.FromSeconds(5.4));
        Datagram second = _hand.Last(MessageType.Initiation);
        second.Bytes.AsSpan(4, 4).CopyTo(stale.AsSpan(4)); // for the right handshake, but bound to the mac1 of the first message
        _hand.Deliver(stale);
        Assert.Equal(1, _node.Dropped(DropReason.InvalidCookie));
        _hand.Deliver(_hand.CookieReply(second, receiver: 12345));
        Assert.Equal(1, _node.Dropped(DropReason.UnexpectedCookie));
        byte[] good = _hand.CookieReply(second);
        _hand.Deliver(good);
        _hand.Deliver(good); // one reply per message
        Assert.Equal(2, _node.Dropped(DropReason.UnexpectedCookie));
    }

    public void Dispose()
    {
        _burst.Dispose();
        _hand.Dispose();
        _world.Dispose();
    }

    private Peer Peer => _node.Engine.Context.Peers.TryFind(_hand.PublicKey, out Peer? peer) ? peer : throw new InvalidOperationException();

    /// <summary>So many messages at once.</summary>
    private void Flood(int messages = 200)
    {
        long before = Answered();
        _burst.Arrive(Strangers.Initiations(_node, messages));
        _node.RunControl();
        Assert.Equal(messages, Answered() - before);
        _world.Wire.Clear();

        long Answered() => _node.Dropped(DropReason.HandshakeUnauthentic) + _node.Dropped(DropReason.CookieRequired);
    }

    /// <summary>Puts the node under load and gets the peer a cookie.</summary>
    private void TakeCookie(HandPeer peer)
    {
        if (_node.Events.Load is not [.., true]) Flood();
        peer.Deliver(peer.Initiation());
        Assert.True(peer.Cookies.TryConsumeReply(peer.Last(MessageType.CookieReply).Bytes, _world.Now));
    }
}
