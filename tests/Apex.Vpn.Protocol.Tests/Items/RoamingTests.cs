using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Tests.Simulation;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Items;

/// <summary>Where a node sends to after its peer was heard from elsewhere.</summary>
public sealed class RoamingTests : IDisposable
{
    private static readonly UdpEndpoint Home = UdpEndpoint.FromIPv4(0xC0000209, 9);
    private static readonly UdpEndpoint Away = UdpEndpoint.FromIPv4(0xC6336401, 77);
    private static readonly UdpEndpoint Elsewhere = UdpEndpoint.FromIPv4(0xCB007101, 88);

    private readonly World _world = new(1);
    private readonly Node _node;
    private readonly HandPeer _hand;

    public RoamingTests()
    {
        _node = _world.AddNode("192.0.2.2:2000");
        _hand = new HandPeer(_world, _node, "192.0.2.9:9").Join();
    }

    [Fact]
    [Trait("Item", "35")]
    public void Item35_a_valid_initiation_moves_the_endpoint()
    {
        _hand.Deliver(_hand.Initiation());
        Assert.Equal(Home, Path.Remote);
        _world.RunFor(TimeSpan.FromSeconds(1));
        _hand.Address = Away;
        _hand.Deliver(_hand.Initiation());
        Assert.Equal(Away, Path.Remote);
        Assert.Equal(Away, _world.Wire[^1].To); // the response already goes there
        Assert.Equal([Home, Away], _node.Events.Roamed);
    }

    [Fact]
    [Trait("Item", "35")]
    public void Item35_a_valid_response_moves_the_endpoint()
    {
        _node.Apply(new PeerUpdate(_hand.PublicKey) { Endpoint = Home, PersistentKeepalive = 25 });
        Datagram initiation = _hand.Last(MessageType.Initiation);
        _hand.Address = Away;
        _hand.Deliver(_hand.Response(initiation));
        Assert.Equal(Away, Path.Remote);
        Assert.Equal(Away, _world.Wire[^1].To);
    }

    [Fact]
    [Trait("Item", "35")]
    public void Item35_who_moves_tells_it_to_peers_with_a_session_and_to_no_others()
    {
        using Duo duo = new Duo().Established();
        duo.Left.Engine.Moved(duo.World.Now);
        duo.Left.RunControl();
        Assert.Single(duo.Keepalives(duo.Left));

        duo.Left.MoveTo("198.51.100.7:7");
        duo.Left.Engine.Moved(duo.World.Now);
        duo.Left.RunControl();
        duo.Run(0.1);
        Assert.Equal(duo.Left.Address, duo.RightPeer.Path!.Value.Remote);

        duo.Run(200); // the session is too old to send
        duo.Log.Clear();
        duo.Left.Engine.Moved(duo.World.Now);
        duo.Left.RunControl();
        Assert.Empty(duo.Log);
    }

    [Fact]
    [Trait("Item", "35")]
    public void Item35_the_last_valid_packet_of_a_batch_moves_the_endpoint()
    {
        _hand.Connect();
        byte[] packet = InnerPackets.Udp("10.9.0.1", Duo.RightIp);
        byte[] forged = _hand.Data(3, packet);
        forged[^1] ^= 1;
        _node.Receive(From(Elsewhere, _hand.Data(1, packet)), From(Away, _hand.Data(2, packet)), From(Elsewhere, forged));
        Assert.Equal(2, _node.Delivered.Count);
        Assert.Equal(Away, Path.Remote);
        Assert.Equal([Home, Away], _node.Events.Roamed);
    }

    [Fact]
    [Trait("Item", "35")]
    public void Item35_a_keepalive_moves_the_endpoint()
    {
        _hand.Connect();
        _hand.Address = Away;
        _hand.Deliver(_hand.Data(1, []));
        Assert.Equal(Away, Path.Remote);
        Assert.Equal(Away, _node.Engine.ReadPeer(_hand.PublicKey)!.Endpoint);
    }

    [Fact]
    [Trait("Item", "35")]
    public void Item35_nothing_that_is_not_proven_moves_the_endpoint()
    {
        byte[] initiation = _hand.Initiation();
        _hand.Deliver(initiation);
        Assert.True(_hand.Finish(_hand.Last(MessageType.Response)));
        byte[] data = _hand.Data(0, []);
        _hand.Deliver(data);
        byte[] forged = _hand.Data(1, []);
        forged[20] ^= 1;
        _world.RunFor(TimeSpan.FromSeconds(1));

        _hand.Address = Away;
        _hand.Deliver(data);       // replayed
        _hand.Deliver(forged);
        _hand.Deliver(initiation); // replayed
        _hand.Deliver(_hand.Initiation(spoil: static bytes => bytes[100] ^= 1));
        using var stranger = new HandPeer(_world, _node, "198.51.100.1:77");
        stranger.Deliver(stranger.Initiation());
        stranger.Deliver(stranger.Initiation(claimed: _hand.PublicKey));
        Assert.Equal(Home, Path.Remote);
        Assert.Equal(1, _node.Dropped(DropReason.Replayed));
        Assert.Equal(1, _node.Dropped(DropReason.Unauthentic));
        Assert.Equal(1, _node.Dropped(DropReason.StaleTimestamp));
        Assert.Equal(2, _node.Dropped(DropReason.HandshakeUnauthentic));
        Assert.Equal([Home], _node.Events.Roamed);
    }

    [Fact]
    [Trait("Item", "35")]
    public void Item35_local_address_interface_and_scope_are_kept()
    {
        _hand.Address = UdpEndpoint.FromIPv6(((UInt128)0xFE80 << 112) | 1, 9, scopeId: 3);
        _hand.Deliver(_hand.Initiation());
        Assert.Equal(new UdpPath(_hand.Address, _node.Address.AddressBits, LocalInterface: 1), Path);
        Assert.Equal(3u, Path.Remote.ScopeId);
        UdpEndpoint otherLink = UdpEndpoint.FromIPv6(((UInt128)0xFE80 << 112) | 1, 9, scopeId: 4);
        _world.RunFor(TimeSpan.FromSeconds(1));
        _hand.Address = otherLink;
        _hand.Deliver(_hand.Initiation());
        Assert.Equal(4u, Path.Remote.ScopeId);
    }

    [Fact]
    [Trait("Item", "35")]
    public void Item35_a_phone_that_changes_networks_is_followed()
    {
        using Duo duo = new Duo().Established();
        duo.Left.MoveTo("198.51.100.1:4321");
        duo.Left.Send(Duo.ToRight());
        duo.Run(0.1);
        duo.Right.Send(Duo.ToLeft());
        duo.Run(0.1);
        Assert.Single(duo.Left.Delivered);
        Assert.Equal("198.51.100.1:4321", duo.Right.Status(duo.Left).Endpoint.ToString());
    }

    public void Dispose()
    {
        _hand.Dispose();
        _world.Dispose();
    }

    private UdpPath Path => _node.Engine.Context.Peers.TryFind(_hand.PublicKey, out Peer? peer) ? peer.Path!.Value : default;

    private Datagram From(UdpEndpoint from, byte[] bytes) => new(from, _node.Address, TrafficClass: 0, bytes);
}
