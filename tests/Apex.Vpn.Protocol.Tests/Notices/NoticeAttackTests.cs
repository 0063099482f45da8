using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Engine.Notices;
using Apex.Vpn.Protocol.Notices;
using Apex.Vpn.Protocol.Tests.Items;
using Apex.Vpn.Protocol.Tests.Simulation;

namespace Apex.Vpn.Protocol.Tests.Notices;

/// <summary>What a node can do to its clients that the control plane did not sign, and clients to a node.</summary>
public sealed class NoticeAttackTests : IDisposable
{
    private readonly NoticeScene _scene = new NoticeScene().Connected();

    private ControlPlane Plane => _scene.Plane;

    private Node Client => _scene.Client;

    private Node Node => _scene.Node;

    public static TheoryData<int> Bytes => [.. Enumerable.Range(0, ControlPlane.Drain(1).ToUnsignedBytes().Length + NoticeLayout.SignatureSize)];

    [Theory]
    [MemberData(nameof(Bytes))]
    public void A_notice_with_one_bit_changed_is_never_believed(int at)
    {
        byte[] forged = Plane.Sign(ControlPlane.Drain(1));
        forged[at] ^= 1;
        _scene.FromNode(forged);
        Assert.Empty(Client.Heard);
        // Without the magic it is the host's; with it, it is dropped.
        Assert.Equal(at < NoticeLayout.MagicSize ? 1 : 0, Client.Delivered.Count);
        Assert.Equal(at < NoticeLayout.MagicSize ? 0 : 1, Client.Dropped(DropReason.InvalidNotice) + Client.Dropped(DropReason.StaleNotice));

        // What was refused is not held against the real one.
        _scene.FromNode(Plane.Sign(ControlPlane.Drain(1)));
        Assert.Single(Client.Heard);
    }

    [Fact]
    public void A_notice_that_somebody_else_signed_is_not_believed()
    {
        using var key = NSec.Cryptography.Key.Create(NSec.Cryptography.SignatureAlgorithm.Ed25519);
        byte[] unsigned = ControlPlane.Drain(1).ToUnsignedBytes();
        _scene.FromNode([.. unsigned, .. NSec.Cryptography.SignatureAlgorithm.Ed25519.Sign(key, unsigned)]);
        Assert.Empty(Client.Heard);
        Assert.Equal((1, 0, 0), NoticeScene.Dropped(Client));
        Assert.Equal(1, Plane.Verified);
    }

    [Fact]
    public void Truncated_and_oversized_notices_are_dropped_without_a_look_at_the_signature()
    {
        byte[] signed = Plane.Sign(ControlPlane.Drain(1));
        int sent = 0;
        for (int length = NoticeLayout.MagicSize; length < signed.Length; length++, sent++) _scene.FromNode(signed[..length]);
        foreach (int more in new[] { 1, 16, 64, 1000 })
        {
            _scene.FromNode([.. signed, .. new byte[more]]);
            sent++;
        }
        Assert.Equal((sent, 0, 0), NoticeScene.Dropped(Client));
        Assert.Equal(0, Plane.Verified);
        Assert.Empty(Client.Heard);
        Assert.Empty(Client.Delivered);
    }

    [Fact]
    public void A_replayed_notice_counts_once_also_in_a_later_session()
    {
        byte[] drain = Plane.Sign(ControlPlane.Drain(5));
        _scene.FromNode(drain);
        _scene.FromNode(drain);
        Assert.Single(Client.Heard);
        Assert.Equal((0, 1, 0), NoticeScene.Dropped(Client));

        Client.Engine.EraseSessions();
        Client.Send(Duo.ToRight());
        _scene.Duo.Run(1);
        Assert.Equal(2, Client.Events.Sessions);
        _scene.FromNode(drain);
        _scene.FromNode(Plane.Sign(ControlPlane.Drain(4))); // older, never heard
        Assert.Single(Client.Heard);
        Assert.Equal((0, 3, 0), NoticeScene.Dropped(Client));
        Assert.Equal(1, Plane.Verified); // what is not higher is not looked at

        _scene.FromNode(Plane.Sign(ControlPlane.Drain(6)));
        Assert.Equal(2, Client.Heard.Count);
    }

    [Fact]
    public void A_node_that_was_left_and_comes_back_cannot_repeat_itself()
    {
        byte[] drain = Plane.Sign(ControlPlane.Drain(5));
        _scene.FromNode(drain);
        NoticeControl notices = Client.Engine.Notices!;
        notices.SetGateways([]);
        notices.SetGateways([ControlPlane.Gateway(Node.PublicKey, _scene.NodeIp, _scene.ClientIp)]);
        Client.RunControl();
        _scene.FromNode(drain);
        Assert.Single(Client.Heard);
        Assert.Equal((0, 1, 0), NoticeScene.Dropped(Client));
    }

    [Fact]
    public void A_notice_about_another_node_is_not_believed_though_it_was_signed()
    {
        _scene.FromNode(Plane.Sign(ControlPlane.Drain(1) with { Node = ControlPlane.Instance }));
        Assert.Empty(Client.Heard);
        Assert.Equal((1, 0, 0), NoticeScene.Dropped(Client));
    }

    [Theory]
    [InlineData(NoticeKind.LimitReached)]
    [InlineData(NoticeKind.Superseded)]
    public void A_notice_for_another_client_is_not_believed_though_it_was_signed(NoticeKind kind)
    {
        _scene.FromNode(Plane.Sign(ControlPlane.Other(kind, 9, ControlPlane.Instance)));
        Assert.Empty(Client.Heard);
        Assert.Equal((1, 0, 0), NoticeScene.Dropped(Client));
        // Nor does its sequence stand in the way of ours.
        _scene.FromNode(Plane.Sign(ControlPlane.Other(kind, 8, _scene.Instance)));
        Assert.Single(Client.Heard);
    }

    [Fact]
    public void Another_peer_cannot_send_from_the_gateways_address()
    {
        using HandPeer other = new HandPeer(_scene.Duo.World, Client, "192.0.2.9:9").Join().Connect();
        byte[] closing = ControlPlane.Packet(_scene.NodeIp, _scene.ClientIp, NoticeLayout.Closing());
        other.Deliver(other.Data(1, closing));
        Assert.Equal(1, Client.Dropped(DropReason.SourceNotAllowed));
        Assert.Equal((0, 0, 0), NoticeScene.Dropped(Client));
        Assert.Empty(Client.Heard);

        // Not even when the address was given to it: then the configuration has two minds, and nobody is believed.
        other.Join(_scene.NodeIp + "/32");
        other.Deliver(other.Data(2, closing));
        Assert.Equal((1, 0, 0), NoticeScene.Dropped(Client));
        Assert.Empty(Client.Heard);
        _scene.FromNode(NoticeLayout.Closing());
        Assert.Equal(2, Client.Dropped(DropReason.SourceNotAllowed));
        Assert.Empty(Client.Heard);
    }

    [Fact]
    public void A_flood_of_forged_notices_costs_ten_signatures_a_second()
    {
        byte[] forged = Plane.Sign(ControlPlane.Drain(1));
        forged[^1] ^= 1;
        byte[] packet = ControlPlane.Packet(_scene.NodeIp, _scene.ClientIp, forged);
        for (int millisecond = 0; millisecond < 10_000; millisecond++)
        {
            Node.Send(packet);
            _scene.Duo.World.RunFor(TimeSpan.FromMilliseconds(1));
        }
        _scene.Duo.Run(0.05); // the last ones arrive
        Assert.InRange(Plane.Verified, 100, 10 * 10 + NodeMark.Burst);
        Assert.Equal(10_000, Plane.Verified + Client.Dropped(DropReason.NoticeFlood));
        Assert.Empty(Client.Heard);
        _scene.Duo.Run(1);
        _scene.FromNode(Plane.Sign(ControlPlane.Drain(1)));
        Assert.Single(Client.Heard);
    }

    [Fact]
    public void A_flood_of_closings_is_told_once_and_answered_no_faster_than_it_is_looked_at()
    {
        byte[] packet = ControlPlane.Packet(_scene.NodeIp, _scene.ClientIp, NoticeLayout.Closing());
        for (int i = 0; i < 1000; i++)
        {
            Node.Send(packet);
            _scene.Duo.World.RunFor(TimeSpan.FromMilliseconds(1));
        }
        Assert.Single(Client.Heard);
        Assert.InRange(_scene.Duo.Log.Count(sent => sent.Datagram.IsData && sent.Datagram.From == Client.Address), 1, 10 + NodeMark.Burst);
    }

    [Fact]
    public void A_client_that_says_hello_a_thousand_times_is_noted_once()
    {
        for (int i = 0; i < 1000; i++) Client.Send(ControlPlane.Packet(_scene.ClientIp, _scene.NodeIp, ControlPlane.Hello()));
        _scene.Duo.Run(1);
        Assert.Equal([_scene.Instance], Node.Events.Hellos);
        Assert.Equal((0, 1000, 0), NoticeScene.Dropped(Node));
        Assert.Empty(Node.Delivered);
    }

    [Fact]
    public void An_acknowledgement_of_something_else_ends_nothing()
    {
        _scene.Duo.Lose = datagram => datagram.From == Node.Address;
        _scene.Notify(ControlPlane.Drain(7));
        foreach (ulong sequence in new ulong[] { 0, 6, 8, ulong.MaxValue })
            Client.Send(ControlPlane.Packet(_scene.ClientIp, _scene.NodeIp, ControlPlane.Ack(sequence)));
        _scene.Duo.Run(0.1);
        Assert.Equal((0, 4, 0), NoticeScene.Dropped(Node));
        Assert.Empty(Node.Events.Ended);
        Client.Send(ControlPlane.Packet(_scene.ClientIp, _scene.NodeIp, ControlPlane.Ack(7)));
        _scene.Duo.Run(0.1);
        Assert.Equal([(NoticeKind.Drain, true)], Node.Events.Ended);
    }

    [Fact]
    public void A_client_cannot_tell_a_node_anything()
    {
        Client.Send(ControlPlane.Packet(_scene.ClientIp, _scene.NodeIp, NoticeLayout.Closing()));
        Client.Send(ControlPlane.Packet(_scene.ClientIp, _scene.NodeIp, Plane.Sign(ControlPlane.Drain(1))));
        _scene.Duo.Run(1);
        Assert.Equal((2, 0, 0), NoticeScene.Dropped(Node));
        Assert.Empty(Node.Delivered);
        Assert.Empty(Node.Heard);
    }

    [Fact]
    public void A_hello_in_one_session_is_not_one_in_the_next()
    {
        // The same key on a stock engine, later: it must not see a packet that it has no use for.
        using HandPeer hand = new HandPeer(_scene.Duo.World, Node, "192.0.2.9:9").Join().Connect();
        hand.Deliver(hand.Data(1, ControlPlane.Packet("10.9.0.1", _scene.NodeIp, ControlPlane.Hello())));
        Assert.True(Node.Engine.Notices!.Notify(hand.PublicKey, NoticeKind.Closing, [], _scene.Duo.World.Now));
        _scene.Duo.Run(0.1);
        byte[] closing = ControlPlane.Packet(_scene.NodeIp, "10.9.0.1", NoticeLayout.Closing());
        Assert.Equal(closing, hand.Open(hand.Last(MessageType.Transport))![..closing.Length]);

        hand.Connect();
        int received = hand.Received(MessageType.Transport);
        _scene.Duo.Run(5); // the closing, not acknowledged, would come again
        Assert.Equal(received, hand.Received(MessageType.Transport));
        Assert.False(Node.Engine.Notices!.Notify(hand.PublicKey, NoticeKind.Closing, [], _scene.Duo.World.Now));
    }

    public void Dispose() => _scene.Dispose();
}
