using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Defense;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Engine.Noise;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Engine.Sessions;
using Apex.Vpn.Protocol.Tests.Simulation;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Items;

/// <summary>Handshake messages that are not what they should be, against one node.</summary>
public sealed class HandshakeDefenceTests : IDisposable
{
    private readonly World _world = new(1);
    private readonly Node _node;
    private readonly HandPeer _hand;

    public HandshakeDefenceTests()
    {
        _node = _world.AddNode("192.0.2.2:2000");
        _hand = new HandPeer(_world, _node, "192.0.2.9:9").Join();
    }

    public static TheoryData<string> LowOrderPoints =>
    [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ];

    [Fact]
    [Trait("Item", "5")]
    public void Item5_messages_have_their_exact_sizes()
    {
        using Duo duo = new();
        duo.ChangeRight(static update => update.PersistentKeepalive = 25);
        duo.Run(0.1);
        Assert.Equal([148, 92, 32], duo.Log.Select(static sent => sent.Datagram.Bytes.Length));
        Assert.All(duo.Log, static sent => Assert.Equal([0, 0, 0], sent.Datagram.Bytes[1..4]));
    }

    [Theory]
    [InlineData(1, 148)]
    [InlineData(2, 92)]
    [InlineData(3, 64)]
    [InlineData(4, 32)]
    [Trait("Item", "5")]
    public void Item5_other_lengths_and_reserved_bytes_are_dropped(byte type, int size)
    {
        byte[] Message(int length, byte reserved = 0) => [type, reserved, .. new byte[Math.Max(length - 2, 0)]];
        _hand.Deliver(Message(size - 1), Message(size, reserved: 1), Message(2), [], [type], [5, .. new byte[147]]);
        if (type != 4) _hand.Deliver(Message(size + 1));
        byte[] last = Message(size);
        last[3] = 0x80;
        _hand.Deliver(last);
        Assert.Equal(type == 4 ? 7 : 8, _node.Dropped(DropReason.MalformedMessage));
        Assert.Empty(_world.Wire);
    }

    [Fact]
    [Trait("Item", "7")]
    public void Item7_mac1_is_looked_at_before_anything_that_costs()
    {
        byte[] message = _hand.Initiation(spoil: static bytes => bytes.AsSpan(8, 32).Clear());
        byte[] wrong = [.. message];
        wrong[^17] ^= 1;
        _hand.Deliver(wrong); // would be LowOrderKey after the first Diffie-Hellman
        Assert.Equal(1, _node.Dropped(DropReason.InvalidMac1));
        Assert.Equal(0, _node.Dropped(DropReason.LowOrderKey));
        _hand.Deliver(message);
        Assert.Equal(1, _node.Dropped(DropReason.LowOrderKey));
        Assert.Empty(_world.Wire);
    }

    [Fact]
    [Trait("Item", "11")]
    public void Item11_a_stamp_must_be_later_than_the_last_one_whatever_became_of_the_session()
    {
        Tai64n stamp = _hand.NextStamp();
        byte[] initiation = _hand.Initiation(stamp);
        _hand.Deliver(initiation);
        Assert.Equal(1, _hand.Received(MessageType.Response));
        _world.RunFor(TimeSpan.FromSeconds(1));
        _hand.Deliver(initiation);
        _node.Engine.EraseSessions();
        _hand.Deliver(initiation);
        _hand.Address = UdpEndpoint.FromIPv4(0xC6336401, 9);
        _hand.Deliver(initiation);
        _node.Engine.Down();
        _node.Engine.Up();
        _hand.Deliver(initiation, _hand.Initiation(stamp));
        Assert.Equal(5, _node.Dropped(DropReason.StaleTimestamp));
        Assert.Single(_world.Wire);

        _hand.Deliver(_hand.Initiation(stamp.Successor()));
        Assert.Equal(2, _world.Wire.Count);
    }

    [Fact]
    [Trait("Item", "11")]
    public void Item11_the_last_stamp_goes_only_with_the_peer()
    {
        byte[] initiation = _hand.Initiation();
        _hand.Deliver(initiation);
        _node.Apply(new PeerUpdate(_hand.PublicKey) { Remove = true });
        _hand.Join();
        _hand.Deliver(initiation);
        Assert.Equal(2, _hand.Received(MessageType.Response));
    }

    [Fact]
    [Trait("Item", "11")]
    public void Item11_own_stamps_rise_and_are_blunt_even_if_the_clock_is_set_back()
    {
        _node.Apply(new PeerUpdate(_hand.PublicKey) { Endpoint = _hand.Address, PersistentKeepalive = 1 });
        var stamps = new List<Tai64n>();
        for (int i = 0; i < 10; i++)
        {
            _hand.Response(_hand.Last(MessageType.Initiation));
            stamps.Add(_hand.TimestampRead);
            byte[] bytes = new byte[Tai64n.Size];
            _hand.TimestampRead.Write(bytes);
            Assert.Equal([0, 0, 0], bytes[9..]);
            _node.Engine.AnchorWallClock(1_600_000_000_000_000_000 - i, _world.Now);
            int before = _hand.Received(MessageType.Initiation);
            _world.RunUntil(() => _hand.Received(MessageType.Initiation) > before, TimeSpan.FromSeconds(6));
        }
        Assert.Equal(stamps.Order(), stamps);
        Assert.Equal(10, stamps.Distinct().Count());
    }

    [Fact]
    [Trait("Item", "12")]
    public void Item12_two_initiations_need_more_than_20_milliseconds_between_them()
    {
        _hand.Deliver(_hand.Initiation(), _hand.Initiation());
        Assert.Equal(1, _node.Dropped(DropReason.InitiationFlood));
        _world.RunFor(TimeSpan.FromMilliseconds(20));
        _hand.Deliver(_hand.Initiation());
        Assert.Equal(2, _node.Dropped(DropReason.InitiationFlood));
        _world.RunFor(TimeSpan.FromTicks(1));
        _hand.Deliver(_hand.Initiation());
        Assert.Equal(2, _hand.Received(MessageType.Response));
    }

    [Fact]
    [Trait("Item", "12")]
    public void Item12_nobody_can_use_up_anothers_share_or_stamps()
    {
        using var stranger = new HandPeer(_world, _node, "198.51.100.1:9");
        stranger.Deliver(
            stranger.Initiation(claimed: _hand.PublicKey),
            _hand.Initiation(stamp: Tai64n.FromUnix(long.MaxValue), spoil: static bytes => bytes[100] ^= 1));
        Assert.Equal(2, _node.Dropped(DropReason.HandshakeUnauthentic));
        _hand.Deliver(_hand.Initiation());
        Assert.Equal(1, _hand.Received(MessageType.Response));
    }

    [Theory]
    [MemberData(nameof(LowOrderPoints))]
    [Trait("Item", "14")]
    public void Item14_a_peer_of_low_order_can_be_configured_and_is_never_sent_anything(string hex)
    {
        var key = new PublicKey(Convert.FromHexString(hex));
        _node.Apply(new PeerUpdate(key)
        {
            Endpoint = _hand.Address,
            PersistentKeepalive = 1,
            AllowedIps = { AllowedIpChange.Add(System.Net.IPNetwork.Parse("10.7.0.0/16")) },
        });
        _node.Send(InnerPackets.Udp(Duo.RightIp, "10.7.0.1"));
        _world.RunFor(TimeSpan.FromSeconds(30));
        Assert.Empty(_world.Wire);
        Assert.Equal(key, _node.Engine.ReadPeer(key)!.PublicKey);
    }

    [Theory]
    [MemberData(nameof(LowOrderPoints))]
    [Trait("Item", "14")]
    public void Item14_low_order_is_refused_as_ephemeral_and_as_static_key(string hex)
    {
        byte[] point = Convert.FromHexString(hex);
        _hand.Deliver(_hand.Initiation(spoil: bytes => point.CopyTo(bytes, 8)));
        Assert.Equal(1, _node.Dropped(DropReason.LowOrderKey));

        // Who names a key of low order knows the agreement of the static keys: zeros. A peer with this key must not be open to everybody.
        _node.Apply(new PeerUpdate(new PublicKey(point)));
        _hand.Deliver(_hand.Initiation(claimed: new PublicKey(point)));
        Assert.Equal(2, _node.Dropped(DropReason.LowOrderKey));

        _node.Apply(new PeerUpdate(_hand.PublicKey) { Endpoint = _hand.Address, PersistentKeepalive = 25 });
        _hand.Deliver(_hand.Response(_hand.Last(MessageType.Initiation), spoil: bytes => point.CopyTo(bytes, 12)));
        Assert.Equal(3, _node.Dropped(DropReason.LowOrderKey));
        Assert.Single(_world.Wire); // our own initiation
    }

    [Fact]
    [Trait("Item", "15")]
    public void Item15_forged_responses_do_not_spoil_the_handshake_for_the_real_one()
    {
        Datagram initiation = Begin();
        PendingHandshake pending = Peer.Active.Pending!;
        byte[] before = [.. pending.Secrets.Span];
        _hand.Deliver(
            _hand.Response(initiation, spoil: static bytes => bytes[^33] ^= 1),  // the tag
            _hand.Response(initiation, spoil: static bytes => bytes[20] ^= 1),   // the ephemeral key
            _hand.Response(initiation, spoil: static bytes => bytes.AsSpan(12, 32).Clear()));
        Assert.Same(pending, Peer.Active.Pending);
        Assert.Equal(before, pending.Secrets.Span);
        _hand.Deliver(_hand.Response(initiation));
        Assert.Equal([], _hand.Open(_hand.Last(MessageType.Transport))!);
    }

    [Fact]
    [Trait("Item", "15")]
    public void Item15_a_later_initiation_of_ours_takes_the_place_of_the_one_before()
    {
        Datagram first = Begin();
        _world.RunUntil(() => _hand.Received(MessageType.Initiation) == 2, TimeSpan.FromSeconds(6));
        _hand.Deliver(_hand.Response(first));
        Assert.Equal(1, _node.Dropped(DropReason.UnexpectedResponse));
        Assert.False(Peer.Sessions.HasAny);
        _hand.Deliver(_hand.Response(_hand.Last(MessageType.Initiation)));
        Assert.NotNull(Peer.Sessions.Current);
    }

    [Fact]
    [Trait("Item", "15")]
    public void Item15_a_later_initiation_of_theirs_takes_the_place_of_the_unconfirmed_session()
    {
        _hand.Deliver(_hand.Initiation());
        Keypair first = Peer.Sessions.Next!;
        _world.RunFor(TimeSpan.FromSeconds(1));
        _hand.Deliver(_hand.Initiation());
        Assert.NotSame(first, Peer.Sessions.Next);
        Assert.Equal(1, _node.Engine.Context.Indices.Count);
        Assert.True(_hand.Finish(_hand.Last(MessageType.Response)));
        _hand.Deliver(_hand.Data(0, []));
        Assert.NotNull(Peer.Sessions.Current);
    }

    [Fact]
    [Trait("Item", "16")]
    public void Item16_a_response_must_name_our_index()
    {
        Datagram initiation = Begin();
        _hand.Deliver(_hand.Response(initiation, spoil: static bytes => bytes[8] ^= 1));
        Assert.Equal(1, _node.Dropped(DropReason.UnexpectedResponse));
        Assert.NotNull(Peer.Active.Pending);
    }

    public void Dispose()
    {
        _hand.Dispose();
        _world.Dispose();
    }

    private Peer Peer => _node.Engine.Context.Peers.TryFind(_hand.PublicKey, out Peer? peer) ? peer : throw new InvalidOperationException();

    /// <summary>Makes the node begin a handshake with the hand-made peer.</summary>
    private Datagram Begin()
    {
        _node.Apply(new PeerUpdate(_hand.PublicKey) { Endpoint = _hand.Address, PersistentKeepalive = 60 });
        return _hand.Last(MessageType.Initiation);
    }
}
