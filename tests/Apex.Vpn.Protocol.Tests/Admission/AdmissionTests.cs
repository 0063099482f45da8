using System.Net;
using Apex.Vpn.Protocol.Admission;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Admission;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Tests.Items;
using Apex.Vpn.Protocol.Tests.Simulation;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Admission;

/// <summary>Who is let in, on what grant, and for how long.</summary>
public sealed class AdmissionTests : IDisposable
{
    private readonly Gatehouse _house = new();

    private static byte[] FromClient => InnerPackets.Udp("10.77.0.1", Gatehouse.NodeIp);

    private static byte[] ToClient => InnerPackets.Udp(Gatehouse.NodeIp, "10.77.0.1");

    [Fact]
    public void A_granted_key_becomes_a_peer_and_its_first_initiation_is_answered()
    {
        HandPeer client = _house.Client();
        _house.Clerk.Grant(client.PublicKey, "10.77.0.1/32,fd00:77::1/128", grantClass: 7);
        client.Connect();
        client.Deliver(client.Data(1, FromClient));
        Assert.Equal(FromClient, Assert.Single(_house.Node.Delivered));
        Assert.Equal([new PeerRequest(client.PublicKey, _house.Node.PublicKey)], _house.Clerk.Asked);
        Assert.Equal([(client.PublicKey, 7)], _house.Node.Events.Admitted);
        Assert.Equal(
            [IPNetwork.Parse("10.77.0.1/32"), IPNetwork.Parse("fd00:77::1/128")],
            _house.Node.Engine.ReadPeer(client.PublicKey)!.AllowedIps);
        _house.Node.Send(ToClient);
        Assert.Equal(ToClient, client.Open(client.Last(MessageType.Transport))![..ToClient.Length]);
    }

    [Fact]
    public void A_grant_may_have_a_preshared_key()
    {
        HandPeer client = _house.Client(), forgetful = _house.Client();
        client.PresharedKey = [.. Enumerable.Repeat((byte)9, 32)];
        _house.Clerk.Grant(client.PublicKey, "10.77.0.1/32", presharedKey: client.PresharedKey);
        _house.Clerk.Grant(forgetful.PublicKey, "10.77.0.2/32", presharedKey: client.PresharedKey);
        client.Connect();
        forgetful.Deliver(forgetful.Initiation());
        Assert.False(forgetful.Finish(forgetful.Last(MessageType.Response)));
        Assert.Equal(2, _house.Admission.SecretsKept);
    }

    [Fact]
    public void A_refused_key_gets_no_answer_and_is_asked_about_once_in_five_seconds()
    {
        HandPeer client = _house.Client();
        for (int i = 0; i < 49; i++)
        {
            Assert.False(_house.Knock(client));
            _house.Run(0.1);
        }
        Assert.Equal(1, _house.Clerk.CountAsked(client.PublicKey));
        _house.Run(0.2);
        _house.Knock(client);
        Assert.Equal(2, _house.Clerk.CountAsked(client.PublicKey));
        Assert.Equal(0, _house.Node.Engine.PeerCount);
    }

    [Fact]
    public void A_key_that_was_added_is_asked_about_at_once()
    {
        HandPeer client = _house.Client();
        Assert.False(_house.Knock(client));
        _house.Clerk.Grant(client.PublicKey, "10.77.0.1/32");
        _house.Run(0.1);
        Assert.False(_house.Knock(client)); // the refusal is remembered
        _house.Run(0.1);
        _house.Tell(AdmissionNote.KeyAdded, client.PublicKey);
        Assert.True(_house.Knock(client));
    }

    [Fact]
    public void A_key_that_is_added_while_an_older_refusal_is_on_its_way_is_asked_about_again()
    {
        HandPeer client = _house.Client();
        _house.Clerk.Answers = ClerkAnswers.Never;
        client.Deliver(client.Initiation());
        _house.Tell(AdmissionNote.KeyAdded, client.PublicKey);
        _house.Clerk.Answers = ClerkAnswers.ByTheBook;
        PeerLookup refused = _house.Clerk.Held.Dequeue();
        _house.Admission.Inbox.Answer(refused, null);
        _house.Clerk.Grant(client.PublicKey, "10.77.0.1/32");
        _house.Node.RunControl();
        Assert.Equal(1, client.Received(MessageType.Response));
    }

    [Fact]
    public void The_endpoint_comes_with_the_first_data_and_initiations_do_not_move_it()
    {
        HandPeer client = _house.Client("10.77.0.1/32");
        client.Deliver(client.Initiation());
        Assert.True(client.Finish(client.Last(MessageType.Response)));
        Assert.Null(_house.Find(client)!.Path);
        _house.Node.Send(ToClient);
        Assert.Equal(1, _house.Dropped(DropReason.NoEndpoint));
        client.Deliver(client.Data(0, FromClient));
        Assert.Equal(client.Address, _house.Find(client)!.Path!.Value.Remote);

        UdpEndpoint home = client.Address;
        _house.Run(1);
        client.Address = UdpEndpoint.FromIPv4(0xC0000263, 99);
        Assert.True(_house.Knock(client)); // the answer goes where the initiation came from
        Assert.Equal(home, _house.Find(client)!.Path!.Value.Remote);
    }

    [Fact]
    public void A_node_never_calls_a_peer_that_was_let_in()
    {
        HandPeer client = _house.Client("10.77.0.1/32");
        client.Connect();
        for (int second = 0; second < 400; second++)
        {
            _house.Node.Send(ToClient); // unanswered, with a session and after it
            _house.Run(1);
        }
        Assert.Equal(0, client.Received(MessageType.Initiation));
        Assert.Equal(0, _house.Node.Events.Initiations);
        Assert.InRange(_house.Dropped(DropReason.NoSession), 150, 400);
        Assert.Equal(0, _house.Node.Engine.Context.Staging.LentBuffers);
    }

    [Fact]
    public void An_idle_peer_is_erased_three_minutes_after_its_last_session_and_its_address_is_free_five_minutes_later()
    {
        HandPeer client = _house.Client("10.77.0.1/32"), heir = _house.Client("10.77.0.1/32");
        client.Connect();
        _house.Run(359);
        Assert.NotNull(_house.Find(client));
        _house.Run(2);
        Assert.Null(_house.Find(client));
        Assert.Equal([client.PublicKey], _house.Node.Events.ErasedPeers);
        Assert.Equal([IPNetwork.Parse("10.77.0.1/32")], _house.Node.Events.AddressesLeft);
        Assert.Equal(0, _house.Node.Engine.Context.Keys.Live);
        Assert.Equal(0, _house.Node.Engine.Context.Indices.Count);

        Assert.False(_house.Knock(heir));
        Assert.Equal(1, _house.Dropped(DropReason.GrantOverlaps));
        _house.Run(298);
        Assert.Empty(_house.Node.Events.AddressesFreed);
        _house.Run(3);
        Assert.Equal([IPNetwork.Parse("10.77.0.1/32")], _house.Node.Events.AddressesFreed);
        Assert.True(_house.Knock(heir));
    }

    [Fact]
    public void The_same_key_may_come_back_to_its_address_at_once()
    {
        HandPeer client = _house.Client("10.77.0.1/32");
        client.Connect();
        _house.Run(361);
        Assert.Null(_house.Find(client));
        Assert.True(_house.Knock(client));
        Assert.Empty(_house.Node.Events.AddressesFreed);
        _house.Run(301);
        Assert.Empty(_house.Node.Events.AddressesFreed); // it is in use
    }

    [Fact]
    public void A_grant_that_is_no_longer_fresh_is_used_and_renewed_behind_the_handshake()
    {
        HandPeer client = _house.Client();
        _house.Clerk.Grant(client.PublicKey, "10.77.0.1/32", ttl: TimeSpan.FromSeconds(60));
        client.Connect();
        _house.Run(59);
        Assert.True(_house.Knock(client));
        Assert.Single(_house.Clerk.Asked);
        _house.Run(2);
        _house.Clerk.Answers = ClerkAnswers.Never;
        Assert.True(_house.Knock(client));
        Assert.Single(_house.Clerk.Held);
        _house.Run(1);
        Assert.True(_house.Knock(client)); // one question at a time
        Assert.Single(_house.Clerk.Held);

        _house.Clerk.Answers = ClerkAnswers.ByTheBook;
        _house.Clerk.Grant(client.PublicKey, "10.77.0.1/32,10.78.0.0/24");
        _house.Clerk.Release(_house.Node);
        Assert.Equal(2, _house.Node.Engine.ReadPeer(client.PublicKey)!.AllowedIps.Count);
        client.Deliver(client.Data(99, []));
    }

    [Fact]
    public void A_longer_ttl_than_five_minutes_is_cut()
    {
        HandPeer client = _house.Client();
        _house.Clerk.Grant(client.PublicKey, "10.77.0.1/32", ttl: TimeSpan.FromDays(1));
        client.Connect();
        _house.Run(301);
        Assert.True(_house.Knock(client));
        Assert.Equal(2, _house.Clerk.Asked.Count);
    }

    [Fact]
    public void A_refusal_that_renews_a_grant_ends_the_live_peer()
    {
        HandPeer client = _house.Client();
        _house.Clerk.Grant(client.PublicKey, "10.77.0.1/32", ttl: TimeSpan.Zero);
        client.Connect();
        _house.Clerk.Strike(client.PublicKey);
        _house.Run(1);
        Assert.True(_house.Knock(client)); // not delayed
        Assert.Null(_house.Find(client));
    }

    [Fact]
    public void A_grant_that_overlaps_another_peer_is_refused_as_a_whole_and_moves_nothing()
    {
        HandPeer first = _house.Client("10.77.0.0/24"), inside = _house.Client("10.99.0.1/32,10.77.0.9/32"), around = _house.Client("10.0.0.0/8");
        HandPeer configured = _house.Client().Join("fd00::/64"), six = _house.Client("fd00::7/128"), beside = _house.Client("10.77.1.0/24");
        first.Connect();
        Assert.All([inside, around, six], client => Assert.False(_house.Knock(client)));
        Assert.Equal(3, _house.Dropped(DropReason.GrantOverlaps));
        Assert.Equal(3, _house.Admission.Status.OverlappingGrants);
        Assert.True(_house.Knock(beside));
        Assert.Equal(3, _house.Node.Engine.PeerCount);
        Assert.Same(_house.Find(first), _house.Node.Engine.Context.AllowedIps.FindIPv4(0x0A4D0009));
        Assert.Same(_house.Find(configured), _house.Node.Engine.Context.AllowedIps.FindIPv6((UInt128)0xfd00 << 112 | 7));
    }

    [Fact]
    public void Configuration_goes_before_a_grant_and_keeps_replays_out()
    {
        HandPeer client = _house.Client("10.77.0.1/32");
        byte[] initiation = client.Initiation();
        client.Deliver(initiation);
        client.Join("10.80.0.1/32");
        Peer peer = _house.Find(client)!;
        Assert.False(peer.IsAdmitted);
        client.Deliver(initiation);
        Assert.Equal(1, _house.Dropped(DropReason.StaleTimestamp));
        _house.Run(1000);
        Assert.Same(peer, _house.Find(client)); // configured peers stay
        _house.Node.Apply(new PeerUpdate(client.PublicKey) { Remove = true });
        Assert.Null(_house.Find(client));
    }

    [Fact]
    public void A_device_that_goes_down_forgets_who_was_let_in_and_lets_them_in_again_on_their_grants()
    {
        HandPeer client = _house.Client("10.77.0.1/32");
        client.Connect();
        _house.Node.Engine.Down();
        Assert.Equal(0, _house.Node.Engine.PeerCount);
        _house.Node.Engine.Up();
        _house.Run(0.1);
        Assert.True(_house.Knock(client));
        Assert.Single(_house.Clerk.Asked);
    }

    [Fact]
    public void Each_identity_is_told_to_the_authorizer_and_a_parked_message_ends_with_its_identity()
    {
        HandPeer client = _house.Client("10.77.0.1/32");
        _house.Clerk.Answers = ClerkAnswers.Never;
        client.Deliver(client.Initiation());
        PublicKey former = _house.Node.PublicKey;
        using PrivateKey successor = PrivateKey.Generate();
        _house.Node.SetPrivateKey(successor);
        _house.Clerk.Answers = ClerkAnswers.ByTheBook;
        _house.Clerk.Release(_house.Node);
        Assert.Equal(former, Assert.Single(_house.Clerk.Asked).Identity);
        Assert.Equal(0, client.Received(MessageType.Response));
        Assert.Equal(1, _house.Dropped(DropReason.ParkedAbandoned));
        Assert.Equal(0, _house.Node.Engine.Context.HandshakeSecrets.Live);
    }

    [Fact]
    public void A_membership_filter_spares_questions_and_lets_nobody_in()
    {
        using var house = new Gatehouse(new NodeOptions { MembershipFilter = new EvenKeys() });
        int asked = 0;
        for (int i = 0; i < 40; i++)
        {
            HandPeer client = house.Client();
            Assert.False(house.Knock(client));
            if (EvenKeys.Has(client.PublicKey)) asked++;
        }
        Assert.Equal(asked, house.Clerk.Asked.Count);
        Assert.Equal(asked, house.Dropped(DropReason.Unauthorized));
        Assert.Equal(40 - asked, house.Dropped(DropReason.NotMember));
        Assert.InRange(asked, 1, 39);
    }

    [Fact]
    public void Without_an_authorizer_unknown_keys_are_unknown()
    {
        using var scene = new DropScene();
        scene.Stranger.Deliver(scene.Stranger.Initiation());
        Assert.Null(scene.Node.Engine.Admission);
        Assert.Equal(1, scene.Node.Dropped(DropReason.UnknownPeer));
    }

    [Fact]
    public void A_configured_peer_beside_an_authorizer_is_what_it_was()
    {
        HandPeer client = _house.Client().Join("10.80.0.1/32");
        client.Deliver(client.Initiation());
        Assert.Equal(client.Address, _house.Find(client)!.Path!.Value.Remote);
        Assert.Empty(_house.Clerk.Asked);
        Assert.Equal(Limits.EraseKeysAfter, _house.Find(client)!.Timers.EraseKeys - _house.World.Now);
    }

    [Fact]
    public void What_nobody_used_for_six_hours_is_forgotten()
    {
        HandPeer client = _house.Client();
        client.PresharedKey = [.. Enumerable.Repeat((byte)9, 32)];
        _house.Clerk.Grant(client.PublicKey, "10.77.0.1/32", presharedKey: client.PresharedKey);
        client.Connect();
        for (int hour = 0; hour < 7; hour++)
        {
            _house.Run(3500);
            _house.Tell(AdmissionNote.AuthorizerAlive);
            Assert.Equal(hour < 6 ? 1 : 0, _house.Admission.SecretsKept);
        }
        Assert.Equal(0, _house.Admission.Status.CachedGrants);
        Assert.Equal(Instant.Eternity, _house.Admission.NextDeadline().At);
    }

    public void Dispose() => _house.Dispose();

    private sealed class EvenKeys : IMembershipFilter
    {
        public bool MayBeMember(PublicKey publicKey) => Has(publicKey);

        internal static bool Has(PublicKey key) => (PublicKey.AsSpan(in key)[0] & 1) == 0;
    }
}
