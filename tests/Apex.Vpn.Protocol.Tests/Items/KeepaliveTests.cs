using Apex.Vpn.Protocol.Engine.Messages;

namespace Apex.Vpn.Protocol.Tests.Items;

/// <summary>Passive keepalives, and the handshake that comes when nothing answers.</summary>
/// <remarks>The last packet of an established <see cref="Duo"/> arrived at 0.03 s.</remarks>
public sealed class KeepaliveTests : IDisposable
{
    private const double Tick = 0.0042;

    private readonly Duo _duo = new Duo().Established();

    [Fact]
    [Trait("Item", "2")]
    [Trait("Item", "26")]
    public void Item2_Item26_data_that_nothing_answers_is_answered_by_a_keepalive_after_10_seconds()
    {
        _duo.Run(60);
        Sent keepalive = Assert.Single(_duo.Log);
        Assert.Equal(_duo.Right.Address, keepalive.Datagram.From);
        Assert.InRange(keepalive.Seconds, 10.03, 10.03 + Tick);
        Assert.Equal(32, keepalive.Datagram.Bytes.Length);
    }

    [Fact]
    [Trait("Item", "26")]
    public void Item26_a_keepalive_is_never_answered_by_a_keepalive()
    {
        _duo.ChangeRight(static update => update.PersistentKeepalive = 3); // one is sent at once
        _duo.Run(8);
        Assert.Equal(3, _duo.Keepalives(_duo.Left).Count);
        _duo.ChangeRight(static update => update.PersistentKeepalive = 0);
        _duo.Run(60);
        Assert.Equal(3, _duo.Keepalives(_duo.Left).Count);
        Assert.Single(_duo.Keepalives(_duo.Right)); // for the data at the start
    }

    [Fact]
    [Trait("Item", "26")]
    public void Item26_more_data_before_the_keepalive_makes_a_second_one_10_seconds_later()
    {
        _duo.RunTo(5);
        _duo.Left.Send(Duo.ToRight());
        _duo.RunTo(6);
        _duo.Left.Send(Duo.ToRight());
        _duo.Run(60);
        List<Sent> keepalives = _duo.Keepalives(_duo.Right);
        Assert.Equal(2, keepalives.Count);
        Assert.InRange(keepalives[0].Seconds, 10.03, 10.03 + Tick);
        Assert.InRange(keepalives[1].Seconds - keepalives[0].Seconds, 10, 10 + Tick);
    }

    [Fact]
    [Trait("Item", "26")]
    public void Item26_anything_authentic_that_is_sent_makes_the_keepalive_needless()
    {
        _duo.RunTo(9.9);
        _duo.Right.Send(Duo.ToLeft());
        _duo.RunTo(15);
        Assert.Empty(_duo.Keepalives(_duo.Right));
        _duo.Run(60);
        Assert.Single(_duo.Keepalives(_duo.Left)); // that packet's own
        Assert.Empty(_duo.Keepalives(_duo.Right));
    }

    [Fact]
    [Trait("Item", "4")]
    [Trait("Item", "25")]
    public void Item4_Item25_data_that_nothing_answers_for_15_seconds_begins_a_handshake()
    {
        var delays = new List<double>();
        for (ulong seed = 1; seed <= 60; seed++)
        {
            using Duo duo = new Duo(seed: seed).Established();
            duo.RunTo(30);
            duo.Lose = datagram => datagram.From == duo.Right.Address;
            duo.Left.Send(Duo.ToRight());
            duo.RunTo(40);
            duo.Left.Send(Duo.ToRight()); // does not put it off
            duo.RunTo(46);
            Sent initiation = Assert.Single(duo.SentBy(duo.Left, MessageType.Initiation));
            delays.Add(initiation.Seconds - 30);
        }
        Assert.InRange(delays.Min(), 15, 15.03);
        Assert.InRange(delays.Max(), 15.3, 15.333 + Tick);
    }

    [Fact]
    [Trait("Item", "25")]
    public void Item25_anything_authentic_that_is_received_makes_the_handshake_needless()
    {
        _duo.RunTo(30);
        _duo.Left.Send(Duo.ToRight());
        _duo.Run(60); // the keepalive after 10 s is the answer
        Assert.Equal(0, _duo.Initiations(_duo.Left));
    }

    [Fact]
    [Trait("Item", "25")]
    public void Item25_a_forged_packet_does_not_make_it_needless()
    {
        _duo.RunTo(30);
        _duo.Lose = datagram => datagram.From == _duo.Right.Address;
        _duo.Left.Send(Duo.ToRight());
        _duo.Run(5);
        _duo.Right.Send(Duo.ToLeft());
        Simulation.Datagram forged = _duo.Log[^1].Datagram;
        forged.Bytes[^1] ^= 1;
        _duo.Left.Receive(forged);
        _duo.RunTo(46);
        Assert.Equal(1, _duo.Initiations(_duo.Left));
    }

    [Fact]
    [Trait("Item", "25")]
    public void Item25_keepalives_alone_do_not_ask_for_an_answer()
    {
        _duo.RunTo(50); // the data at the start has been answered
        _duo.ChangeRight(static update => update.PersistentKeepalive = 5);
        _duo.Lose = datagram => datagram.From == _duo.Right.Address;
        _duo.RunTo(101);
        Assert.Equal(11, _duo.Keepalives(_duo.Left).Count);
        Assert.Equal(0, _duo.Initiations(_duo.Left));
    }

    public void Dispose() => _duo.Dispose();
}
