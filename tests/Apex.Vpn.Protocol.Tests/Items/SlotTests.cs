using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Engine.Sessions;
using Apex.Vpn.Protocol.Tests.Simulation;

namespace Apex.Vpn.Protocol.Tests.Items;

/// <summary>Which session is used for sending, and from when.</summary>
public sealed class SlotTests
{
    [Fact]
    [Trait("Item", "19")]
    public void Item19_the_responder_waits_for_data_before_it_sends()
    {
        using var duo = new Duo { Lose = static datagram => datagram.Type == MessageType.Transport };
        duo.Left.Send(Duo.ToRight());
        duo.Run(0.1);
        Assert.NotNull(duo.RightPeer.Sessions.Next);
        Assert.Null(duo.RightPeer.Sessions.Current);
        Assert.Equal(0, duo.Right.Events.Sessions); // not complete for this side

        duo.Right.Send(Duo.ToLeft(), Duo.ToLeft());
        Assert.Equal(0, duo.Count(duo.Right, MessageType.Transport));
        Assert.Equal(2, duo.RightPeer.Staged.Count);

        duo.Lose = null;
        Keypair next = duo.RightPeer.Sessions.Next;
        duo.Left.Send(Duo.ToRight());
        duo.Run(0.1);
        Assert.Same(next, duo.RightPeer.Sessions.Current);
        Assert.Equal(1, duo.Right.Events.Sessions);
        Assert.Equal(2, duo.Left.Delivered.Count);
        Assert.Equal(0, duo.Initiations(duo.Right));
    }

    [Fact]
    [Trait("Item", "18")]
    [Trait("Item", "19")]
    public void Item18_Item19_until_then_the_responder_goes_on_with_the_session_before()
    {
        using Duo duo = new Duo().Established();
        Keypair old = duo.RightSession;
        duo.RunTo(121);
        duo.Left.Send(Duo.ToRight());
        duo.Lose = datagram => datagram.From == duo.Left.Address && datagram.Type == MessageType.Transport;
        duo.Run(0.1);
        Assert.Same(old, duo.RightSession);
        duo.Right.Send(Duo.ToLeft());
        Assert.Equal(old.RemoteIndex, TransportMessage.Receiver(duo.Log[^1].Datagram.Bytes));
        duo.Run(0.1);
        Assert.Single(duo.Left.Delivered); // under the left node's previous session

        duo.Lose = null;
        duo.Left.Send(Duo.ToRight());
        duo.Run(0.1);
        Assert.NotSame(old, duo.RightSession);
        Assert.Same(old, duo.RightPeer.Sessions.Previous);
    }

    [Fact]
    [Trait("Item", "21")]
    public void Item21_the_initiator_confirms_at_once_by_a_keepalive_if_nothing_waits()
    {
        using var duo = new Duo();
        duo.ChangeRight(static update => update.PersistentKeepalive = 25);
        duo.Run(0.1);
        Assert.Equal(
            [MessageType.Initiation, MessageType.Response, MessageType.Transport],
            duo.Log.Select(static sent => sent.Datagram.Type));
        Assert.Equal(duo.Log[1].At + TimeSpan.FromMilliseconds(10), duo.Log[2].At);
        Assert.True(duo.Log[2].Datagram.IsKeepalive);
        Assert.NotNull(duo.RightPeer.Sessions.Current);
    }

    [Fact]
    [Trait("Item", "21")]
    public void Item21_the_initiator_confirms_at_once_by_what_waits()
    {
        using var duo = new Duo();
        duo.Left.Send(Duo.ToRight(), Duo.ToRight());
        duo.Run(0.1);
        Assert.Equal(4, duo.Log.Count);
        Assert.All(duo.Log[2..], sent => Assert.True(sent.Datagram.IsData && sent.At == duo.Log[2].At));
        Assert.Equal(duo.Log[1].At + TimeSpan.FromMilliseconds(10), duo.Log[2].At);
    }

    [Fact]
    [Trait("Item", "16")]
    public void Item16_crossing_initiations_end_in_sessions_that_both_can_use()
    {
        using var duo = new Duo(rightKnowsLeft: true);
        duo.Left.Send(Duo.ToRight());
        duo.Right.Send(Duo.ToLeft());
        duo.Run(0.2);
        Assert.Equal(1, duo.Initiations(duo.Left));
        Assert.Equal(1, duo.Initiations(duo.Right));
        Assert.Single(duo.Left.Delivered);
        Assert.Single(duo.Right.Delivered);
        for (int i = 0; i < 400; i++)
        {
            duo.Left.Send(Duo.ToRight());
            duo.Right.Send(Duo.ToLeft());
            duo.Run(1);
        }
        Assert.Equal(401, duo.Left.Delivered.Count);
        Assert.Equal(401, duo.Right.Delivered.Count);
    }

    [Fact]
    [Trait("Item", "16")]
    public void Item16_an_initiation_that_overtakes_our_own_makes_a_session_although_ours_is_pending()
    {
        using var duo = new Duo(rightKnowsLeft: true);
        duo.Lose = datagram => datagram.From == duo.Left.Address && datagram.Type == MessageType.Initiation;
        duo.Left.Send(Duo.ToRight());
        duo.Run(1);
        duo.Right.Send(Duo.ToLeft());
        duo.Run(0.1);
        Assert.Single(duo.Left.Delivered);
        Assert.Single(duo.Right.Delivered); // what waited for the left node's own handshake went over the right one's
        duo.Run(30);
        Assert.Equal(1, duo.Initiations(duo.Left));
    }

    [Fact]
    [Trait("Item", "16")]
    public void Item16_a_response_is_taken_once_and_only_for_the_pending_initiation()
    {
        using Duo duo = new Duo().Established();
        Keypair session = duo.LeftSession;
        Datagram response = duo.World.Wire.Single(static datagram => datagram.Type == MessageType.Response);
        duo.Left.Receive(response);
        Assert.Same(session, duo.LeftSession);
        Assert.Equal(1, duo.Left.Dropped(DropReason.UnexpectedResponse));
    }
}
