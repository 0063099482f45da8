using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Admission;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Engine.Sessions;
using Apex.Vpn.Protocol.Tests.Items;
using Apex.Vpn.Protocol.Tests.Simulation;

namespace Apex.Vpn.Protocol.Tests.Admission;

/// <summary>An authorizer that is away, slow, or answers twice; and revocations, which go before all it says.</summary>
public sealed class AuthorizerFailureTests : IDisposable
{
    private readonly Gatehouse _house = new();

    [Fact]
    public void A_node_that_starts_without_its_authorizer_serves_nobody_and_says_so()
    {
        HandPeer client = _house.Client("10.77.0.1/32");
        _house.Clerk.Answers = ClerkAnswers.Fails;
        for (int i = 0; i < 10; i++)
        {
            Assert.False(_house.Knock(client));
            _house.Run(5);
        }
        Assert.Equal(10, _house.Dropped(DropReason.AuthorizerAway));
        Assert.Equal([false], _house.Node.Events.Authorizer);
        Assert.False(_house.Admission.Status.AuthorizerAnswers);
        _house.Clerk.Answers = ClerkAnswers.ByTheBook;
        Assert.True(_house.Knock(client));
        Assert.Equal([false, true], _house.Node.Events.Authorizer);
    }

    [Fact]
    public void While_the_authorizer_is_away_earlier_grants_count_for_six_hours_and_nobody_else_is_let_in()
    {
        HandPeer client = _house.Client("10.77.0.1/32"), staying = _house.Client("10.77.0.2/32"), late = _house.Client("10.77.0.3/32");
        client.Connect();
        staying.Connect();
        _house.Clerk.Answers = ClerkAnswers.Fails;
        _house.Run(600); // idle: erased
        Assert.Equal(0, _house.Node.Engine.PeerCount);
        for (int round = 1; round * 120 < (6 * 3600) - 700; round++)
        {
            Assert.True(_house.Knock(staying));
            Assert.False(_house.Knock(late));
            _house.Run(120);
        }
        Assert.True(_house.Knock(client));
        _house.Run(400);
        Assert.False(_house.Knock(client));
        Assert.False(_house.Knock(staying)); // live or not
        Assert.Equal(0, _house.Admission.Status.CachedGrants);
        _house.Clerk.Answers = ClerkAnswers.ByTheBook;
        _house.Run(5);
        Assert.True(_house.Knock(client));
    }

    [Fact]
    public void A_proof_of_life_prolongs_what_was_granted()
    {
        HandPeer client = _house.Client("10.77.0.1/32");
        client.Connect();
        _house.Run(5 * 3600);
        _house.Tell(AdmissionNote.AuthorizerAlive);
        _house.Clerk.Answers = ClerkAnswers.Fails;
        _house.Run(3500);
        Assert.True(_house.Knock(client));
    }

    [Fact]
    public void An_initiation_waits_for_two_seconds_and_a_later_answer_counts_at_the_next_try()
    {
        HandPeer client = _house.Client("10.77.0.1/32");
        _house.Clerk.Answers = ClerkAnswers.Never;
        client.Deliver(client.Initiation());
        _house.Run(1.9);
        Assert.Equal(1, _house.Admission.Status.ParkedInitiations);
        _house.Run(0.2);
        Assert.Equal(0, _house.Admission.Status.ParkedInitiations);
        Assert.Equal(1, _house.Dropped(DropReason.AuthorizerLate));
        Assert.Equal(0, _house.Node.Engine.Context.HandshakeSecrets.Live);
        _house.Clerk.Answers = ClerkAnswers.ByTheBook;
        _house.Run(2);
        _house.Clerk.Release(_house.Node);
        Assert.Equal(0, client.Received(MessageType.Response));
        Assert.True(_house.Knock(client));
        Assert.Single(_house.Clerk.Asked);
    }

    [Fact]
    public void After_ten_seconds_without_an_answer_the_authorizer_is_away_and_may_be_asked_again()
    {
        HandPeer client = _house.Client("10.77.0.1/32");
        _house.Clerk.Answers = ClerkAnswers.Never;
        for (int i = 0; i < 3; i++)
        {
            client.Deliver(client.Initiation());
            _house.Run(5.05);
            Assert.Equal(i == 2 ? 2 : 1, _house.Clerk.Asked.Count);
        }
        Assert.Equal([false], _house.Node.Events.Authorizer);
        _house.Clerk.Answers = ClerkAnswers.ByTheBook;
        _house.Clerk.Release(_house.Node); // the first question's answer, much too late: remembered all the same
        Assert.True(_house.Knock(client));
    }

    [Fact]
    public void A_second_answer_to_a_question_is_ignored()
    {
        HandPeer client = _house.Client("10.77.0.1/32"), other = _house.Client("10.77.0.2/32");
        _house.Clerk.Answers = ClerkAnswers.Never;
        client.Deliver(client.Initiation());
        other.Deliver(other.Initiation());
        (PeerLookup first, PeerLookup second) = (_house.Clerk.Held.Dequeue(), _house.Clerk.Held.Dequeue());
        var presharedKey = PresharedKey.Generate();
        _house.Admission.Inbox.Answer(first, _house.Clerk.Decide(first.Key));
        _house.Admission.Inbox.Answer(first, null);
        _house.Admission.Inbox.Fail(first);
        _house.Admission.Inbox.Answer(second, null);
        _house.Admission.Inbox.Answer(second, new() { PresharedKey = presharedKey });
        _house.Node.RunControl();
        Assert.NotNull(_house.Find(client));
        Assert.Null(_house.Find(other));
        Assert.Throws<ObjectDisposedException>(() => presharedKey.IsZero); // erased though nobody took it
        Assert.Equal([true], _house.Node.Events.Authorizer);
    }

    [Fact]
    public void A_newer_initiation_of_a_key_takes_the_place_of_the_one_that_waits()
    {
        HandPeer client = _house.Client("10.77.0.1/32");
        _house.Clerk.Answers = ClerkAnswers.Never;
        byte[] older = client.Initiation();
        client.Deliver(older);
        _house.Run(0.1);
        client.Deliver(client.Initiation());
        _house.Run(0.1);
        client.Deliver(older);
        Assert.Equal(1, _house.Dropped(DropReason.StaleTimestamp));
        Assert.Equal(1, _house.Dropped(DropReason.ParkedAbandoned));
        Assert.Single(_house.Clerk.Held);
        _house.Clerk.Answers = ClerkAnswers.ByTheBook;
        _house.Clerk.Release(_house.Node);
        Assert.True(client.Finish(client.Last(MessageType.Response))); // of the newer one
        Assert.Equal(1, client.Received(MessageType.Response));
    }

    [Fact]
    public void A_revocation_removes_the_live_peer_and_its_keys_within_one_step_even_under_load()
    {
        HandPeer client = _house.Client();
        client.PresharedKey = [.. Enumerable.Repeat((byte)9, 32)];
        _house.Clerk.Grant(client.PublicKey, "10.77.0.1/32", presharedKey: client.PresharedKey);
        client.Connect();
        var peer = _house.Find(client)!;
        Keypair keypair = peer.Sessions.Current!;
        SecretSlot[] slots = [peer.PresharedKey, peer.Active.StaticStatic];
        byte[] sending = keypair.SendKey.ToArray(), receiving = keypair.ReceiveKey.ToArray();
        Assert.All((byte[][])[sending, receiving], static key => Assert.NotEqual(new byte[32], key));

        using var burst = new Burst(_house.World, _house.Node);
        for (int i = 0; i < 4; i++) burst.Arrive(Strangers.Initiations(_house.Node, 250));
        _house.Admission.Inbox.Tell(AdmissionNote.KeyRevoked, client.PublicKey);
        _house.Node.Engine.Step(_house.World.Now, Apex.Vpn.Protocol.Engine.WireGuardEngine.CreateControlBatch());

        Assert.Null(_house.Find(client));
        byte[] free = [.. Enumerable.Repeat(FreeByte, 32)];
        Assert.Equal(free, keypair.SendKey.ToArray());
        Assert.Equal(free, keypair.ReceiveKey.ToArray());
        Assert.All(slots, slot => Assert.Equal(free, slot.Span.ToArray()));
        Assert.Equal(0, _house.Admission.SecretsKept);
        Assert.Equal(0, _house.Node.Engine.Context.Keys.Live);
        client.Deliver(client.Data(5, []));
        Assert.Equal(1, _house.Dropped(DropReason.UnknownReceiver));
    }

    [Fact]
    public void A_revoked_key_stays_out_whatever_was_granted_before_and_whatever_is_answered_later()
    {
        HandPeer client = _house.Client("10.77.0.1/32"), waiting = _house.Client("10.77.0.2/32");
        client.Connect();
        _house.Clerk.Answers = ClerkAnswers.Never;
        waiting.Deliver(waiting.Initiation());
        _house.Tell(AdmissionNote.KeyRevoked, client.PublicKey);
        _house.Tell(AdmissionNote.KeyRevoked, waiting.PublicKey);
        Assert.Equal(0, _house.Admission.Status.ParkedInitiations);
        Assert.Equal(1, _house.Dropped(DropReason.Unauthorized));
        _house.Clerk.Answers = ClerkAnswers.ByTheBook;
        _house.Clerk.Release(_house.Node); // a grant
        _house.Run(20);
        Assert.All([client, waiting], peer => Assert.False(_house.Knock(peer)));
        Assert.Equal(0, _house.Admission.Status.CachedGrants);
        Assert.Equal(2, _house.Clerk.Asked.Count); // and nobody was asked again
        _house.Tell(AdmissionNote.KeyAdded, waiting.PublicKey);
        Assert.True(_house.Knock(waiting));
        Assert.False(_house.Knock(client));
    }

    [Fact]
    public void A_revocation_leaves_configured_peers_alone()
    {
        HandPeer client = _house.Client().Join("10.80.0.1/32").Connect();
        _house.Tell(AdmissionNote.KeyRevoked, client.PublicKey);
        Assert.NotNull(_house.Find(client));
    }

    public void Dispose() => _house.Dispose();

    private static byte FreeByte =>
#if DEBUG
        SecretSlot.Poison;
#else
        0;
#endif
}
