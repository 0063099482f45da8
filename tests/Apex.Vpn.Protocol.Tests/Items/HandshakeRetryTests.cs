using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Tests.Simulation;

namespace Apex.Vpn.Protocol.Tests.Items;

/// <summary>Initiations that are not answered: when they are repeated, how often, and what comes after.</summary>
public sealed class HandshakeRetryTests
{
    /// <summary>The wheel's resolution.</summary>
    private const double Tick = 0.0042;

    [Fact]
    [Trait("Item", "2")]
    [Trait("Item", "3")]
    public void Item2_Item3_an_attempt_is_20_initiations_5_seconds_apart_and_then_given_up()
    {
        using var duo = new Duo { Lose = static _ => true };
        duo.Left.Send(Duo.ToRight(), Duo.ToRight());
        duo.Run(600);

        List<Sent> initiations = duo.SentBy(duo.Left, MessageType.Initiation);
        Assert.Equal(20, initiations.Count);
        Assert.Equal(0, initiations[0].Seconds);
        for (int i = 1; i < 20; i++) Assert.InRange(initiations[i].Seconds - initiations[i - 1].Seconds, 5, 5.333 + Tick);
        Assert.Equal(20, duo.Left.Events.LastAttempt);
        Assert.Equal(1, duo.Left.Events.Abandoned);
        Assert.Equal(2, duo.Left.Dropped(DropReason.StagedAbandoned));
        Assert.Equal(0, duo.LeftPeer.Staged.Count);
        Assert.Equal(0, duo.Left.Engine.Context.Staging.UsedBytes);
    }

    [Fact]
    [Trait("Item", "3")]
    public void Item3_packets_wait_until_the_last_retry_was_not_answered_either()
    {
        using var duo = new Duo { Lose = static _ => true };
        duo.Left.Send(Duo.ToRight());
        duo.World.RunUntil(() => duo.Initiations(duo.Left) == 20, TimeSpan.FromSeconds(110));
        double last = duo.Log[^1].Seconds;
        duo.RunTo(last + 4.9);
        Assert.Equal(0, duo.Left.Events.Abandoned);
        Assert.Equal(1, duo.LeftPeer.Staged.Count);
        duo.RunTo(last + 5.34);
        Assert.Equal(1, duo.Left.Events.Abandoned);
        Assert.Equal(0, duo.LeftPeer.Staged.Count);
    }

    [Fact]
    [Trait("Item", "3")]
    public void Item3_after_giving_up_the_handshakes_secrets_are_erased_540_seconds_later()
    {
        using var duo = new Duo { Lose = static _ => true };
        duo.Left.Send(Duo.ToRight());
        duo.World.RunUntil(() => duo.Left.Events.Abandoned == 1, TimeSpan.FromSeconds(120));
        double abandoned = duo.World.Elapsed.TotalSeconds;
        duo.RunTo(abandoned + 539.9);
        Assert.NotNull(duo.LeftPeer.Active.Pending);
        Assert.Equal(1, duo.Left.Engine.Context.HandshakeSecrets.Live);
        duo.RunTo(abandoned + 540 + Tick);
        Assert.Null(duo.LeftPeer.Active.Pending);
        Assert.Equal(0, duo.Left.Engine.Context.HandshakeSecrets.Live);
        Assert.Equal(0, duo.Left.Engine.Context.Indices.Count);
    }

    [Fact]
    [Trait("Item", "3")]
    public void Item3_giving_up_does_not_put_off_an_erasure_that_is_due_earlier()
    {
        using Duo duo = new Duo().Established();
        duo.RunTo(300);
        duo.Lose = static _ => true;
        duo.Left.Send(Duo.ToRight());
        duo.World.RunUntil(() => duo.Left.Events.Abandoned == 1, TimeSpan.FromSeconds(120));
        duo.RunTo(540.02 + Tick);
        Assert.Equal(1, duo.Left.Events.Erased);
    }

    [Fact]
    [Trait("Item", "3")]
    public void Item3_a_packet_that_comes_while_an_attempt_goes_on_begins_it_anew()
    {
        // WG 6.4: "If a packet is explicitly queued up to be sent, then this timer is reset."
        using var duo = new Duo { Lose = static _ => true };
        duo.Left.Send(Duo.ToRight());
        duo.World.RunUntil(() => duo.Initiations(duo.Left) == 11, TimeSpan.FromSeconds(60));
        duo.Run(1);
        int before = duo.Initiations(duo.Left);
        duo.Left.Send(Duo.ToRight());
        Assert.Equal(before, duo.Initiations(duo.Left)); // not at once: the last one was less than 5 s ago
        duo.Run(300);
        Assert.Equal(before + 19, duo.Initiations(duo.Left));
        Assert.Equal(1, duo.Left.Events.Abandoned);
    }

    [Fact]
    [Trait("Item", "4")]
    public void Item4_the_jitter_of_retransmissions_fills_0_to_333_milliseconds()
    {
        var gaps = new List<double>();
        for (ulong seed = 1; seed <= 10; seed++)
        {
            using var duo = new Duo(seed: seed) { Lose = static _ => true };
            duo.Left.Send(Duo.ToRight());
            duo.Run(120);
            List<Sent> initiations = duo.SentBy(duo.Left, MessageType.Initiation);
            for (int i = 1; i < initiations.Count; i++) gaps.Add(initiations[i].Seconds - initiations[i - 1].Seconds);
        }
        Assert.Equal(190, gaps.Count);
        Assert.InRange(gaps.Min(), 5, 5.02);
        Assert.InRange(gaps.Max(), 5.31, 5.333 + Tick);
        Assert.InRange(gaps.Average(), 5.13, 5.2);
    }

    [Fact]
    [Trait("Item", "13")]
    public void Item13_however_much_waits_there_is_one_initiation_in_5_seconds()
    {
        using var duo = new Duo { Lose = static _ => true };
        for (int i = 0; i < 1000; i++)
        {
            duo.Left.Send(Duo.ToRight());
            duo.Run(0.02);
        }
        List<Sent> initiations = duo.SentBy(duo.Left, MessageType.Initiation);
        Assert.Equal(4, initiations.Count);
        for (int i = 1; i < initiations.Count; i++) Assert.True(initiations[i].Seconds - initiations[i - 1].Seconds >= 5);
    }

    [Fact]
    [Trait("Item", "13")]
    public void Item13_a_response_counts_as_well()
    {
        using var duo = new Duo { Lose = static datagram => datagram.Type == MessageType.Response };
        duo.Left.Send(Duo.ToRight());
        duo.World.RunUntil(() => duo.Count(duo.Right, MessageType.Response) == 1, TimeSpan.FromSeconds(1));
        double responded = duo.Log[^1].Seconds;
        duo.Lose = datagram => datagram.From == duo.Left.Address; // from now on the right one must help itself
        duo.RunTo(responded + 4.9);
        duo.Right.Send(Duo.ToLeft());
        Assert.Equal(0, duo.Initiations(duo.Right));
        duo.RunTo(responded + 5);
        duo.Right.Send(Duo.ToLeft());
        Assert.Equal(1, duo.Initiations(duo.Right));
    }

    [Fact]
    [Trait("Item", "13")]
    public void Item13_down_and_up_and_another_key_begin_at_once()
    {
        using var duo = new Duo { Lose = static _ => true };
        duo.Left.Send(Duo.ToRight());
        duo.Left.Engine.Down();
        duo.Left.Engine.Up();
        duo.Left.Send(Duo.ToRight());
        Assert.Equal(2, duo.Initiations(duo.Left));
        duo.Left.SetPrivateKey(PrivateKey.Generate());
        duo.Left.Send(Duo.ToRight());
        Assert.Equal(3, duo.Initiations(duo.Left));
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(2)]
    [InlineData(4.9)]
    [Trait("Item", "49")]
    public void Item49_a_round_trip_may_take_long(double roundTrip)
    {
        using var duo = new Duo();
        duo.World.Link = new Link { Latency = TimeSpan.FromSeconds(roundTrip / 2) };
        duo.Left.Send(Duo.ToRight());
        duo.Run((2 * roundTrip) + 0.1);
        Assert.Single(duo.Right.Delivered);
        Assert.Equal(1, duo.Initiations(duo.Left));
        duo.Right.Send(Duo.ToLeft());
        duo.Run(roundTrip);
        Assert.Single(duo.Left.Delivered);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(31)]
    [InlineData(89)]
    [Trait("Item", "49")]
    public void Item49_a_loss_of_many_seconds_only_delays(double seconds)
    {
        using var duo = new Duo { Lose = static _ => true };
        byte[] packet = Duo.ToRight();
        duo.Left.Send(packet);
        duo.Run(seconds);
        duo.Lose = null;
        duo.Run(5.5);
        Assert.Equal([packet], duo.Right.Delivered);
        Assert.Equal(0, duo.Left.Events.Abandoned);
    }
}
