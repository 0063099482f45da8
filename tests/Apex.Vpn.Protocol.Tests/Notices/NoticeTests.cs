using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Notices;
using Apex.Vpn.Protocol.Tests.Items;

namespace Apex.Vpn.Protocol.Tests.Notices;

/// <summary>Hello, notice, acknowledgement: between a node and a client that both know them.</summary>
public sealed class NoticeTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_notice_reaches_a_client_that_said_hello_and_its_host_sees_nothing(bool isIPv6)
    {
        using NoticeScene scene = new NoticeScene(isIPv6).Connected();
        Assert.Equal([scene.Instance], scene.Node.Events.Hellos);

        Notice drain = ControlPlane.Drain(7);
        Assert.True(scene.Notify(drain));
        scene.Duo.Run(5);

        Notice heard = Assert.Single(scene.Client.Heard);
        Assert.Equal(drain.Alternatives, heard.Alternatives);
        Assert.Equal(drain with { Peer = scene.Node.PublicKey }, heard with { Alternatives = drain.Alternatives });
        Assert.Equal([(NoticeKind.Drain, true)], scene.Node.Events.Ended);
        Assert.Equal(1, scene.Node.Settled);
        Assert.Empty(scene.Client.Delivered);
        Assert.Empty(scene.Node.Delivered);
        Assert.Empty(scene.Client.Events.Drops);
        Assert.Empty(scene.Node.Events.Drops);
        // One notice, one acknowledgement, nothing more.
        Assert.Equal(2, scene.Duo.Log.Count(static sent => sent.Datagram.IsData));
    }

    [Theory]
    [InlineData(NoticeKind.LimitReached)]
    [InlineData(NoticeKind.MaintenanceOver)]
    [InlineData(NoticeKind.Superseded)]
    public void Every_other_kind_reaches_whom_it_is_for(NoticeKind kind)
    {
        using NoticeScene scene = new NoticeScene().Connected();
        Guid? instance = kind == NoticeKind.MaintenanceOver ? null : scene.Instance;
        Assert.True(scene.Notify(ControlPlane.Other(kind, 1, instance)));
        scene.Duo.Run(1);
        Notice heard = Assert.Single(scene.Client.Heard);
        Assert.Equal((kind, instance), (heard.Kind, heard.Instance));
    }

    [Fact]
    public void A_client_says_hello_once_in_each_new_session()
    {
        using NoticeScene scene = new NoticeScene().Connected();
        for (int second = 0; second < 600; second++)
        {
            scene.Client.Send(Duo.ToRight());
            scene.Duo.Run(1);
        }
        Assert.InRange(scene.Client.Events.Sessions, 5, 7);
        Assert.Equal(scene.Client.Events.Sessions, scene.Node.Events.Hellos.Count);
        Assert.All(scene.Node.Events.Hellos, hello => Assert.Equal(scene.Instance, hello));
        Assert.Empty(scene.Node.Events.Drops);
    }

    [Fact]
    public void A_client_says_hello_also_in_a_session_that_the_node_began()
    {
        using var scene = new NoticeScene();
        scene.Duo.ChangeLeft(left => left.Endpoint = scene.Client.Address);
        scene.Node.Send(Duo.ToLeft());
        scene.Duo.Run(1);
        Assert.Single(scene.Node.Events.Hellos);
        Assert.True(scene.Notify(ControlPlane.Drain(1)));
        scene.Duo.Run(1);
        Assert.Single(scene.Client.Heard);
    }

    [Fact]
    public void Hellos_and_notices_make_no_session_and_keep_none_alive()
    {
        using NoticeScene scene = new NoticeScene().Connected();
        scene.Notify(ControlPlane.Drain(1));
        scene.Duo.Run(1200);
        Assert.Equal(1, scene.Client.Events.Sessions);
        Assert.Equal(0, scene.Duo.Initiations(scene.Client) + scene.Duo.Initiations(scene.Node));
        // The session is over: there is nobody to hear, and nothing is sent to find out.
        scene.Duo.Log.Clear();
        Assert.False(scene.Notify(ControlPlane.Drain(2)));
        Assert.Equal(0, scene.Sender.Pending);
        scene.Duo.Run(10);
        Assert.Empty(scene.Duo.Log);
    }

    [Fact]
    public void A_notice_that_is_not_acknowledged_is_sent_three_times()
    {
        using NoticeScene scene = new NoticeScene().Connected();
        double began = scene.Duo.World.Elapsed.TotalSeconds;
        scene.Duo.Lose = datagram => datagram.From == scene.Node.Address;
        Assert.True(scene.Notify(ControlPlane.Drain(1)));
        scene.Duo.Run(3.4);
        Assert.Equal(1, scene.Sender.Pending);
        scene.Duo.Run(0.2);
        Assert.Equal(0, scene.Sender.Pending);
        Assert.Equal([(NoticeKind.Drain, false)], scene.Node.Events.Ended);
        Assert.Equal(1, scene.Node.Settled);
        scene.Duo.Run(60);
        double[] at = [.. scene.Duo.Log.Where(sent => sent.Datagram.IsData && sent.Datagram.From == scene.Node.Address).Select(sent => sent.Seconds - began)];
        Assert.Equal(3, at.Length);
        Assert.Equal(0, at[0], 0.01);
        Assert.Equal(0.5, at[1], 0.01);
        Assert.Equal(1.5, at[2], 0.01);
        Assert.Empty(scene.Client.Heard);
    }

    [Fact]
    public void A_lost_notice_is_sent_again_and_a_lost_acknowledgement_said_again()
    {
        using NoticeScene scene = new NoticeScene().Connected();
        int lost = 0;
        // The notice itself, then the acknowledgement of the second one.
        scene.Duo.Lose = datagram => datagram.IsData && lost < 2 && (lost == 0) == (datagram.From == scene.Node.Address) && ++lost <= 2;
        Assert.True(scene.Notify(ControlPlane.Drain(1)));
        scene.Duo.Run(5);
        Assert.Equal(2, lost);
        Assert.Single(scene.Client.Heard);
        Assert.Equal([(NoticeKind.Drain, true)], scene.Node.Events.Ended);
        Assert.Equal(3, scene.Duo.Log.Count(sent => sent.Datagram.IsData && sent.Datagram.From == scene.Node.Address));
        Assert.Equal((0, 1, 0), NoticeScene.Dropped(scene.Client)); // the third, which was heard before
    }

    [Fact]
    public void A_newer_notice_takes_the_place_of_one_that_is_on_its_way()
    {
        using NoticeScene scene = new NoticeScene().Connected();
        scene.Duo.Lose = static _ => true;
        scene.Notify(ControlPlane.Drain(1));
        scene.Duo.Run(0.1);
        scene.Notify(ControlPlane.Other(NoticeKind.MaintenanceOver, 2));
        scene.Duo.Lose = null;
        scene.Duo.Run(5);
        Assert.Equal([NoticeKind.MaintenanceOver], scene.Client.Heard.Select(static notice => notice.Kind));
        Assert.Equal([(NoticeKind.Drain, false), (NoticeKind.MaintenanceOver, true)], scene.Node.Events.Ended);
    }

    [Fact]
    public void A_notice_goes_on_in_the_session_that_comes_meanwhile()
    {
        using NoticeScene scene = new NoticeScene().Connected();
        scene.Duo.Lose = datagram => datagram.From == scene.Node.Address && datagram.IsData;
        scene.Notify(ControlPlane.Drain(1));
        scene.Duo.Run(0.1);
        scene.Duo.Lose = null;
        scene.Client.Engine.EraseSessions();
        scene.Client.Send(Duo.ToRight());
        scene.Duo.Run(1);
        Assert.Equal(2, scene.Node.Events.Hellos.Count);
        Assert.Single(scene.Client.Heard);
        Assert.Equal([(NoticeKind.Drain, true)], scene.Node.Events.Ended);
    }

    [Fact]
    public void A_peer_that_is_removed_hears_nothing_more()
    {
        using NoticeScene scene = new NoticeScene().Connected();
        scene.Duo.Lose = static _ => true;
        scene.Notify(ControlPlane.Drain(1));
        scene.Node.Apply(new PeerUpdate(scene.Client.PublicKey) { Remove = true });
        scene.Duo.Log.Clear();
        scene.Duo.Run(10);
        Assert.Empty(scene.Duo.Log);
        Assert.Equal([(NoticeKind.Drain, false)], scene.Node.Events.Ended);
        Assert.False(scene.Notify(ControlPlane.Drain(2)));
    }

    [Fact]
    public void A_closing_is_believed_without_a_signature_and_once_in_ten_minutes()
    {
        using NoticeScene scene = new NoticeScene().Connected();
        for (int minute = 1; minute <= 11; minute++)
        {
            scene.Client.Send(Duo.ToRight());
            scene.Duo.Run(1);
            Assert.True(scene.Notify(NoticeKind.Closing, []));
            scene.Duo.Run(59);
            Assert.Equal(minute < 11 ? 1 : 2, scene.Client.Heard.Count);
        }
        Notice closing = scene.Client.Heard[0];
        Assert.Equal((NoticeKind.Closing, ControlPlane.NodeId, scene.Node.PublicKey), (closing.Kind, closing.Node, closing.Peer));
        Assert.Equal((null, null, null, 0ul), (closing.Issued, closing.Deadline, closing.Instance, closing.Sequence));
        Assert.Empty(closing.Alternatives);
        // All were acknowledged, so none was sent twice.
        Assert.Equal(Enumerable.Repeat((NoticeKind.Closing, true), 11), scene.Node.Events.Ended);
        Assert.Equal((0, 9, 0), NoticeScene.Dropped(scene.Client));
        Assert.Equal(0, scene.Plane.Verified);
    }

    [Fact]
    public void All_are_told_and_only_those_who_said_hello()
    {
        using NoticeScene scene = new NoticeScene().Connected();
        using var hand = new HandPeer(scene.Duo.World, scene.Node, "192.0.2.9:9");
        hand.Join().Connect();
        Assert.Equal(1, scene.Node.Engine.Notices!.NotifyAll(NoticeKind.Drain, scene.Plane.Sign(ControlPlane.Drain(1)), scene.Duo.World.Now));
        int sent = hand.Received(MessageType.Transport);
        scene.Duo.Run(5);
        Assert.Single(scene.Client.Heard);
        Assert.Equal(sent, hand.Received(MessageType.Transport));
        Assert.False(scene.Node.Engine.Notices!.Notify(hand.PublicKey, NoticeKind.Closing, [], scene.Duo.World.Now));
    }
}
