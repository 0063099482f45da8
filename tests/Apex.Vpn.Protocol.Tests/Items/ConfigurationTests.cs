using System.Net;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Engine.Sessions;
using Apex.Vpn.Protocol.Tests.Simulation;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Items;

/// <summary>Configuration of a running engine, seen from the packets.</summary>
public sealed class ConfigurationTests : IDisposable
{
    private static readonly IPNetwork Lan = IPNetwork.Parse("10.50.0.0/16");

    private readonly Duo _duo = new Duo().Established();

    [Fact]
    [Trait("Item", "41")]
    public void Item41_a_prefix_given_to_another_peer_takes_its_packets_along()
    {
        Node third = Third("10.60.0.0/16");
        _duo.ChangeRight(static update => update.AllowedIps.Add(AllowedIpChange.Add(Lan)));
        byte[] packet = InnerPackets.Udp(Duo.LeftIp, "10.50.1.2");
        Assert.Equal(_duo.Right.Address, DestinationOf(packet));
        Change(third, static update => update.AllowedIps.Add(AllowedIpChange.Add(IPNetwork.Parse("10.50.0.0/16"))));
        Assert.Equal(third.Address, DestinationOf(packet));
        Assert.DoesNotContain(Lan, _duo.Left.Status(_duo.Right).AllowedIps);
        Assert.Equal([IPNetwork.Parse("10.60.0.0/16"), Lan], _duo.Left.Status(third).AllowedIps);

        _duo.ChangeRight(static update => update.AllowedIps.Add(AllowedIpChange.Remove(Lan))); // not its own any more: nothing happens
        Assert.Equal(third.Address, DestinationOf(packet));
        Change(third, static update => update.AllowedIps.Add(AllowedIpChange.Remove(Lan)));
        _duo.Left.Send(packet);
        Assert.Equal(1, _duo.Left.Dropped(DropReason.NoRoute));
    }

    [Fact]
    [Trait("Item", "41")]
    public void Item41_removing_a_peer_removes_its_prefixes_and_no_others()
    {
        Node third = Third("10.60.0.0/16,10.0.0.0/8");
        _duo.ChangeRight(static update => update.Remove = true);
        Assert.Equal(third.Address, DestinationOf(Duo.ToRight())); // the wider prefix shows now
        Assert.Equal(1, _duo.Left.Engine.PeerCount);
    }

    [Fact]
    [Trait("Item", "41")]
    public void Item41_peers_are_listed_in_the_order_in_which_they_were_added()
    {
        Node third = Third("10.60.0.0/16");
        _duo.ChangeRight(static update => update.PersistentKeepalive = 0); // a change does not move it
        Assert.Equal([_duo.Right.PublicKey, third.PublicKey], Listed());
        _duo.ChangeRight(static update => update.Remove = true);
        _duo.Left.AddPeer(_duo.Right, "10.0.0.2/32");
        Assert.Equal([third.PublicKey, _duo.Right.PublicKey], Listed());
    }

    [Fact]
    [Trait("Item", "42")]
    public void Item42_the_same_private_key_changes_nothing()
    {
        Keypair session = _duo.LeftSession;
        _duo.Left.SetPrivateKey(_duo.Left.PrivateKey);
        _duo.Left.Send(Duo.ToRight());
        _duo.Run(0.1);
        Assert.Same(session, _duo.LeftSession);
        Assert.Single(_duo.Right.Delivered);
        Assert.Equal(0, _duo.Initiations(_duo.Left));
    }

    [Fact]
    [Trait("Item", "42")]
    public void Item42_a_new_private_key_makes_new_sessions_and_ends_sending_on_old_ones()
    {
        Keypair session = _duo.LeftSession;
        _duo.Left.SetPrivateKey(PrivateKey.Generate());
        _duo.Left.Send(Duo.ToRight());
        Assert.Equal(1, _duo.Initiations(_duo.Left)); // at once, although the last handshake is not 5 s old
        Assert.Equal(0, _duo.Count(_duo.Left, MessageType.Transport));
        _duo.Run(0.1);
        Assert.Equal(1, _duo.Right.Dropped(DropReason.UnknownPeer)); // the new key is not known there yet
        Assert.Same(session, _duo.LeftSession);

        _duo.Right.AddPeer(_duo.Left, "10.0.0.1/32", withEndpoint: false);
        _duo.Run(6);
        Assert.Single(_duo.Right.Delivered);
        Assert.NotSame(session, _duo.LeftSession);
    }

    [Fact]
    [Trait("Item", "42")]
    public void Item42_a_peer_with_the_new_own_key_goes_and_the_key_can_be_taken_away()
    {
        PrivateKey key = _duo.Right.PrivateKey;
        _duo.Left.Engine.SetPrivateKey(key);
        Assert.Equal(0, _duo.Left.Engine.PeerCount);
        Assert.Equal(_duo.Right.PublicKey, _duo.Left.Engine.PublicKey);
        _duo.Left.Engine.SetPrivateKey(null);
        Assert.Null(_duo.Left.Engine.PublicKey);
        Assert.False(_duo.Left.Engine.TryCopyPrivateKey(new byte[32]));
    }

    [Fact]
    [Trait("Item", "42")]
    public void Item42_mac1_and_cookies_are_those_of_the_new_key()
    {
        using HandPeer hand = new HandPeer(_duo.World, _duo.Left, "192.0.2.9:9").Join();
        byte[] toTheOldKey = hand.Initiation();
        _duo.Left.SetPrivateKey(PrivateKey.Generate());
        hand.Deliver(toTheOldKey);
        Assert.Equal(1, _duo.Left.Dropped(DropReason.InvalidMac1));
        using HandPeer knowing = new HandPeer(_duo.World, _duo.Left, "192.0.2.10:9").Join("10.10.0.0/16");
        knowing.Connect();
        Assert.Equal(2, _duo.Left.Engine.PeerCount - 1);
    }

    [Fact]
    [Trait("Item", "43")]
    public void Item43_own_key_unknown_updates_and_unknown_removals_are_passed_over()
    {
        PublicKey unknown = PrivateKey.Generate().DerivePublicKey();
        _duo.Left.Apply(
            new PeerUpdate(_duo.Left.PublicKey) { AllowedIps = { AllowedIpChange.Add(Lan) } },
            new PeerUpdate(unknown) { UpdateOnly = true, AllowedIps = { AllowedIpChange.Add(Lan) } },
            new PeerUpdate(unknown) { Remove = true, AllowedIps = { AllowedIpChange.Add(Lan) } });
        Assert.Equal([_duo.Right.PublicKey], Listed());
        _duo.Left.Send(InnerPackets.Udp(Duo.LeftIp, "10.50.1.2"));
        Assert.Equal(1, _duo.Left.Dropped(DropReason.NoRoute));
    }

    [Fact]
    [Trait("Item", "43")]
    public void Item43_allowed_ips_can_be_replaced_at_a_point_in_the_stream()
    {
        _duo.Left.Apply(
            new PeerUpdate(_duo.Right.PublicKey) { AllowedIps = { AllowedIpChange.Add(Lan) } },
            new PeerUpdate(_duo.Right.PublicKey)
            {
                AllowedIps = { AllowedIpChange.Clear(), AllowedIpChange.Add(IPNetwork.Parse("10.0.0.2/32")) },
            });
        Assert.Equal([IPNetwork.Parse("10.0.0.2/32")], _duo.Left.Status(_duo.Right).AllowedIps);
    }

    [Fact]
    [Trait("Item", "43")]
    public void Item43_a_preshared_key_counts_from_the_next_handshake_on()
    {
        PresharedKey key = PresharedKey.Generate();
        _duo.ChangeRight(update => update.PresharedKey = key);
        _duo.ChangeLeft(update => update.PresharedKey = key);
        Assert.True(_duo.Left.Status(_duo.Right).HasPresharedKey);
        _duo.Left.Send(Duo.ToRight());
        _duo.Run(0.1);
        Assert.Single(_duo.Right.Delivered); // the session stands
        _duo.RunTo(121);
        _duo.Left.Send(Duo.ToRight());
        _duo.Run(0.1);
        Assert.Equal(2, _duo.Left.Events.Sessions); // and is renewed with the key

        _duo.ChangeLeft(static update => update.PresharedKey = new PresharedKey(new byte[32])); // all zeros: none
        Assert.False(_duo.Right.Status(_duo.Left).HasPresharedKey);
        _duo.RunTo(302);
        _duo.Left.Send(Duo.ToRight());
        _duo.Run(1);
        Assert.Equal(2, _duo.Left.Events.Sessions);
        Assert.Equal(1, _duo.Left.Dropped(DropReason.HandshakeUnauthentic));
    }

    public void Dispose() => _duo.Dispose();

    private IEnumerable<PublicKey> Listed()
    {
        var peers = new List<PeerStatus>();
        Assert.Null(_duo.Left.Engine.ReadPeers(null, 100, peers));
        return peers.Select(static peer => peer.PublicKey);
    }

    private Node Third(string allowedIps)
    {
        Node third = _duo.World.AddNode("192.0.2.3:3000");
        _duo.Left.AddPeer(third, allowedIps);
        third.AddPeer(_duo.Left, "10.0.0.1/32", withEndpoint: false);
        return third;
    }

    private void Change(Node peer, Action<PeerUpdate> change)
    {
        var update = new PeerUpdate(peer.PublicKey);
        change(update);
        _duo.Left.Apply(update);
    }

    /// <summary>Where the left node sends because of a packet: data, or an initiation when there is no session yet.</summary>
    private UdpEndpoint DestinationOf(byte[] packet)
    {
        _duo.Run(6);
        _duo.Log.Clear();
        _duo.Left.Send(packet);
        return _duo.Log[^1].Datagram.To;
    }
}
