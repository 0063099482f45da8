using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Defense;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Engine.Noise;
using Apex.Vpn.Protocol.Engine.Sessions;
using Apex.Vpn.Protocol.Tests.Items;
using Apex.Vpn.Protocol.Tests.Simulation;

namespace Apex.Vpn.Protocol.Tests.Identities;

/// <summary>One node that answers for several static keys.</summary>
public sealed class IdentityTests : IDisposable
{
    private readonly World _world = new(1);
    private readonly Node _node;
    private readonly HandPeer _hand;
    private readonly PrivateKey _second;

    public IdentityTests()
    {
        _node = _world.AddNode("192.0.2.2:2000");
        _hand = new HandPeer(_world, _node, "192.0.2.9:9").Join();
        _second = NewKey();
        Assert.True(_node.Engine.TryAddIdentity(_second));
    }

    private PublicKey Second => _second.DerivePublicKey();

    [Fact]
    public void Each_of_eight_identities_answers_who_means_it()
    {
        PublicKey[] all = [_node.PublicKey, Second, .. Enumerable.Range(0, 6).Select(_ => Add())];
        Assert.Equal(all.Reverse(), _node.Engine.ListIdentities());
        foreach (PublicKey identity in all)
        {
            _hand.Means(identity).Connect();
            _world.RunFor(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(all.Length, _hand.Received(MessageType.Response));
    }

    [Fact]
    public void A_ninth_identity_is_refused_and_one_that_is_there_changes_nothing()
    {
        for (int i = 0; i < 6; i++) Add();
        PublicKey[] before = _node.Engine.ListIdentities();
        using PrivateKey ninth = NewKey();
        Assert.False(_node.Engine.TryAddIdentity(ninth));
        Assert.False(_node.Engine.TryAddIdentity(_hand.Key));
        Assert.Equal(1, _node.Engine.PeerCount); // who was not taken in stays the peer that they are
        Assert.True(_node.Engine.TryAddIdentity(_second));
        Assert.True(_node.Engine.TryAddIdentity(_node.PrivateKey));
        Assert.Equal(before, _node.Engine.ListIdentities());
    }

    [Fact]
    public void One_place_stays_for_the_primary()
    {
        _node.Engine.SetPrivateKey(null);
        for (int i = 0; i < 6; i++) Add();
        using PrivateKey ninth = NewKey();
        Assert.False(_node.Engine.TryAddIdentity(ninth));
        _node.SetPrivateKey(ninth);
        Assert.Equal(IdentitySet.MaxCount, _node.Engine.ListIdentities().Length);
        _hand.Means(ninth.DerivePublicKey()).Connect();
    }

    [Fact]
    public void What_means_no_identity_is_dropped()
    {
        using PrivateKey other = NewKey();
        _hand.Means(other.DerivePublicKey());
        _hand.Deliver(_hand.Initiation());
        Assert.Equal(1, _node.Dropped(DropReason.InvalidMac1));
        Assert.Empty(_world.Wire);
    }

    [Fact]
    public void A_peer_is_called_by_the_identity_that_it_meant_last()
    {
        _hand.Means(Second).Connect();
        Assert.Equal(Second, CallAfterExpiry());
        _hand.Means(_node.PublicKey).Connect();
        Assert.Equal(_node.PublicKey, CallAfterExpiry());
    }

    [Fact]
    public void A_peer_never_heard_from_is_called_by_the_primary()
    {
        _node.Apply(new PeerUpdate(_hand.PublicKey) { Endpoint = _hand.Address, PersistentKeepalive = 25 });
        _hand.Response(_hand.Last(MessageType.Initiation));
        Assert.Equal(_node.PublicKey, _hand.CalledBy);
    }

    [Fact]
    public void Who_only_names_a_key_moves_it_to_no_other_identity()
    {
        _hand.Connect();
        using var stranger = new HandPeer(_world, _node, "198.51.100.1:1").Means(Second);
        ReadOnlySpan<byte> kept = _node.Engine.Context.Peers.First!.Active.StaticStatic.Span;
        byte[] before = kept.ToArray();
        stranger.Deliver(stranger.Initiation(claimed: _hand.PublicKey));
        Assert.Equal(1, _node.Dropped(DropReason.HandshakeUnauthentic));
        Assert.Equal(before, kept); // nor is the agreement with the other one lost
        Assert.Equal(_node.PublicKey, CallAfterExpiry());
    }

    [Fact]
    public void A_cookie_of_one_identity_is_worth_nothing_to_another()
    {
        using var burst = new Burst(_world, _node);
        burst.Arrive(Strangers.Initiations(_node, 200));
        _node.RunControl();
        byte[] first = _hand.Initiation();
        _hand.Deliver(first);
        byte[] cookie = Cookie(first, _hand.Last(MessageType.CookieReply).Bytes);

        byte[] second = _hand.Means(Second).Initiation();
        Blake2s.Mac(cookie, CookieLayout.CoveredByMac2(second), second.AsSpan(^CookieLayout.MacSize..));
        _hand.Deliver(second);
        Assert.Equal((0, 2), (_hand.Received(MessageType.Response), _hand.Received(MessageType.CookieReply)));

        Blake2s.Mac(cookie, CookieLayout.CoveredByMac2(first), first.AsSpan(^CookieLayout.MacSize..));
        _hand.Deliver(first);
        Assert.Equal((1, 2), (_hand.Received(MessageType.Response), _hand.Received(MessageType.CookieReply)));
    }

    [Fact]
    public void A_key_of_our_own_is_no_peer()
    {
        _node.Apply(new PeerUpdate(Second));
        Assert.Equal(1, _node.Engine.PeerCount);
        using PrivateKey third = new(_hand.Key.Bytes);
        Assert.True(_node.Engine.TryAddIdentity(third)); // and who becomes one of ours is one no more
        Assert.Equal(0, _node.Engine.PeerCount);
    }

    [Fact]
    public void A_retired_identity_answers_no_more_and_its_secrets_are_erased()
    {
        _hand.Means(Second).Connect();
        ReadOnlySpan<byte> key = _node.Engine.Context.Identities.Find(Second)!.PrivateKey;
        Assert.True(_second.Bytes.SequenceEqual(key));
        SecretSlot agreed = _node.Engine.Context.Peers.First!.Active.StaticStatic;
        Assert.True(agreed.Span.ContainsAnyExcept((byte)0));
        Assert.True(_node.Engine.TryRetireIdentity(Second));
        Assert.False(_node.Engine.TryRetireIdentity(Second));
        Assert.False(key.ContainsAnyExcept((byte)0));
        Assert.False(agreed.Span.ContainsAnyExcept((byte)0));

        _world.RunFor(TimeSpan.FromSeconds(1));
        _hand.Deliver(_hand.Initiation());
        Assert.Equal(1, _hand.Received(MessageType.Response));
        Assert.Equal(1, _node.Dropped(DropReason.InvalidMac1));
        _hand.Means(_node.PublicKey).Connect();
    }

    [Fact]
    public void An_initiation_that_waits_while_its_identity_is_retired_is_dropped()
    {
        _hand.Means(Second);
        _node.Take(new Datagram(_hand.Address, _node.Address, TrafficClass: 0, _hand.Initiation()));
        Assert.True(_node.Engine.TryRetireIdentity(Second));
        _node.RunControl();
        Assert.Equal(1, _node.Dropped(DropReason.InvalidMac1));
        Assert.Empty(_world.Wire);
    }

    [Fact]
    public void A_response_to_a_retired_identity_is_too_late()
    {
        _hand.Means(Second).Connect();
        CallAfterExpiry();
        byte[] response = _hand.Response(_hand.Last(MessageType.Initiation));
        Assert.True(_node.Engine.TryRetireIdentity(Second));
        _hand.Deliver(response);
        Assert.Equal(1, _node.Dropped(DropReason.InvalidMac1));
    }

    [Fact]
    public void A_retired_primary_hands_over_to_the_newest_of_the_others()
    {
        PublicKey first = _node.PublicKey, third = Add();
        Assert.True(_node.Engine.TryRetireIdentity(first));
        Assert.Equal(third, _node.Engine.PublicKey);
        Assert.Equal([third, Second], _node.Engine.ListIdentities());
    }

    [Fact]
    public void To_set_the_key_of_another_identity_makes_it_the_primary()
    {
        PublicKey first = _node.PublicKey;
        _hand.Means(Second).Connect();
        _node.SetPrivateKey(_second);
        Assert.Equal([Second], _node.Engine.ListIdentities());
        Assert.Equal(Second, _node.Engine.PublicKey);
        _hand.Deliver(_hand.Data(1, InnerPackets.Udp("10.9.0.1", Duo.RightIp)));
        Assert.Single(_node.Delivered); // it had its session with what is now the primary, and keeps it
        _node.Send(InnerPackets.Udp(Duo.RightIp, "10.9.0.1"));
        Assert.NotNull(_hand.Open(_hand.Last(MessageType.Transport)));
        _hand.Means(first);
        _hand.Deliver(_hand.Initiation());
        Assert.Equal(1, _node.Dropped(DropReason.InvalidMac1));
    }

    public void Dispose()
    {
        _hand.Dispose();
        _second.Dispose();
        _world.Dispose();
    }

    /// <summary>The cookie in a reply of the primary's.</summary>
    private byte[] Cookie(byte[] message, byte[] reply)
    {
        byte[] key = new byte[XChaCha20Poly1305.KeySize], cookie = new byte[CookieLayout.CookieSize];
        PublicKey identity = _node.PublicKey;
        CookieLayout.DeriveCookieKey(in identity, key);
        ReadOnlySpan<byte> nonce = reply.AsSpan(CookieLayout.ReplyNonceOffset, XChaCha20Poly1305.NonceSize);
        Assert.True(XChaCha20Poly1305.TryOpen(key, nonce, CookieLayout.Mac1(message), reply.AsSpan(CookieLayout.ReplyCookieOffset), cookie));
        return cookie;
    }

    /// <summary>Lets the session grow too old; then a packet makes the node call. Returns the identity it calls by.</summary>
    private PublicKey CallAfterExpiry()
    {
        _world.RunFor(TimeSpan.FromSeconds(200));
        _node.Send(InnerPackets.Udp(Duo.RightIp, "10.9.0.1"));
        _hand.Response(_hand.Last(MessageType.Initiation));
        return _hand.CalledBy;
    }

    private PublicKey Add()
    {
        using PrivateKey key = NewKey();
        Assert.True(_node.Engine.TryAddIdentity(key));
        return key.DerivePublicKey();
    }

    private PrivateKey NewKey()
    {
        byte[] seed = new byte[SecretKey.Size];
        _world.Random.Fill(seed);
        return new PrivateKey(seed);
    }
}
