using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Engine.Sessions;

namespace Apex.Vpn.Protocol.Tests.Items;

/// <summary>When a session is renewed, and by whom.</summary>
/// <remarks>The left node's session of an established <see cref="Duo"/> was made at 0.02 s.</remarks>
public sealed class RekeyTests : IDisposable
{
    private readonly Duo _duo = new Duo().Established();

    [Fact]
    [Trait("Item", "2")]
    [Trait("Item", "22")]
    public void Item2_Item22_the_initiator_that_sends_renews_after_120_seconds()
    {
        _duo.RunTo(120.0);
        _duo.Left.Send(Duo.ToRight());
        Assert.Equal(0, _duo.Initiations(_duo.Left));
        _duo.RunTo(120.021);
        _duo.Left.Send(Duo.ToRight());
        Assert.Equal(1, _duo.Initiations(_duo.Left));
        Keypair old = _duo.LeftSession;
        _duo.Run(1);
        Assert.NotSame(old, _duo.LeftSession);
        Assert.Equal(2, _duo.Right.Delivered.Count);
    }

    [Fact]
    [Trait("Item", "22")]
    public void Item22_the_responder_that_sends_does_not_renew_before_the_session_ends()
    {
        _duo.Lose = datagram => datagram.From == _duo.Left.Address; // the left one's keepalives would be sending, too
        for (int second = 1; second < 180; second++)
        {
            _duo.RunTo(second);
            _duo.Right.Send(Duo.ToLeft());
        }
        // Its only initiations are those of the new-handshake timer: 15 s after data that nothing answered. The first is not due to age.
        Assert.All(_duo.SentBy(_duo.Right, MessageType.Initiation), static sent => Assert.True(sent.Seconds < 120 || sent.Seconds > 121));

    }

    [Fact]
    [Trait("Item", "22")]
    public void Item22_a_responder_with_an_initiator_that_only_receives_is_served_by_the_initiator()
    {
        for (int second = 1; second <= 400; second++)
        {
            _duo.RunTo(second);
            _duo.Right.Send(Duo.ToLeft());
        }
        _duo.Run(1);
        Assert.Equal(400, _duo.Left.Delivered.Count);
        Assert.Equal(0, _duo.Initiations(_duo.Right));
        Assert.InRange(_duo.Initiations(_duo.Left), 2, 3);
    }

    [Fact]
    [Trait("Item", "22")]
    public void Item22_the_initiator_that_receives_renews_from_165_seconds_on()
    {
        _duo.RunTo(165.0); // arrives when the session is 164.99 s old
        _duo.Right.Send(Duo.ToLeft());
        _duo.Run(0.0101);
        Assert.Single(_duo.Left.Delivered);
        Assert.Equal(0, _duo.Initiations(_duo.Left));
        _duo.Right.Send(Duo.ToLeft()); // at 165.0101, arrives at an age of 165.0001 s
        _duo.Run(0.0101);
        Assert.Equal(1, _duo.Initiations(_duo.Left));
        Assert.Equal(0, _duo.Count(_duo.Left, MessageType.Transport)); // nothing was sent that could have asked for it
    }

    [Fact]
    [Trait("Item", "22")]
    public void Item22_receiving_asks_once_per_session()
    {
        _duo.Lose = static datagram => datagram.Type == MessageType.Initiation;
        _duo.RunTo(166);
        _duo.Right.Send(Duo.ToLeft());
        _duo.RunTo(167);
        Assert.Equal(1, _duo.Initiations(_duo.Left));
        int attemptsBefore = _duo.LeftPeer.Active.Attempts;
        for (int i = 0; i < 5; i++)
        {
            _duo.Run(1.2); // the fifth is more than 5 s after the initiation, when another one would be let through
            _duo.Right.Send(Duo.ToLeft());
        }
        _duo.Run(0.05);
        // What there is now is the retransmission of the first attempt, which counts up.
        Assert.Equal(attemptsBefore + 1, _duo.LeftPeer.Active.Attempts);
    }

    [Fact]
    [Trait("Item", "22")]
    public void Item22_a_packet_of_the_session_before_does_not_ask_for_renewal_of_the_new_one()
    {
        _duo.RunTo(160);
        Keypair responders = _duo.RightSession;
        _duo.Left.Send(Duo.ToRight()); // renews; the confirmation is lost, so that the right node goes on with the old session
        _duo.Lose = datagram => datagram.From == _duo.Left.Address && datagram.Type == MessageType.Transport;
        _duo.Run(1);
        Assert.Equal(1, _duo.Initiations(_duo.Left));
        _duo.RunTo(170);
        Assert.Same(responders, _duo.RightSession);
        _duo.Right.Send(Duo.ToLeft());
        _duo.Run(1);
        Assert.Single(_duo.Left.Delivered);
        Assert.Equal(1, _duo.Initiations(_duo.Left));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Item", "1")]
    [Trait("Item", "22")]
    public void Item1_Item22_either_side_renews_after_2_to_the_60_messages(bool left)
    {
        _duo.RunTo(10);
        (left ? _duo.LeftSession : _duo.RightSession).SkipTo(Limits.RekeyAfterMessages - 1);
        Send(left);
        Assert.Equal(0, _duo.Initiations(left ? _duo.Left : _duo.Right)); // that was number 2^60 - 1; the next one is 2^60
        Send(left);
        Assert.Equal(1, _duo.Initiations(left ? _duo.Left : _duo.Right));
        _duo.Run(1);
        Assert.True(_duo.LeftSession.Sent < 10 && _duo.RightSession.Sent < 10);
    }

    public void Dispose() => _duo.Dispose();

    private void Send(bool left)
    {
        if (left) _duo.Left.Send(Duo.ToRight());
        else _duo.Right.Send(Duo.ToLeft());
    }
}
