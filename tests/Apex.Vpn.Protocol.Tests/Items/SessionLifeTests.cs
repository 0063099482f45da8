using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Engine.Sessions;
using Apex.Vpn.Protocol.Tests.Simulation;

namespace Apex.Vpn.Protocol.Tests.Items;

/// <summary>How long sessions are used and kept.</summary>
/// <remarks>Those of an established <see cref="Duo"/> were made at 0.02 s (left) and 0.01 s (right).</remarks>
public sealed class SessionLifeTests : IDisposable
{
    private const double Tick = 0.0042;

    private readonly Duo _duo = new Duo().Established();

    [Fact]
    [Trait("Item", "2")]
    [Trait("Item", "20")]
    public void Item2_Item20_data_is_taken_until_180_seconds_after_the_session_was_made()
    {
        _duo.Lose = static datagram => datagram.Type == MessageType.Initiation;
        _duo.RunTo(179.999);
        _duo.Left.Send(Duo.ToRight()); // arrives 1 ms before the right node's session ends
        _duo.RunTo(180.001);
        _duo.Left.Send(Duo.ToRight()); // the left node's still holds, but this arrives 1 ms after the end
        _duo.RunTo(180.02);
        Assert.Single(_duo.Right.Delivered);
        Assert.Equal(1, _duo.Right.Dropped(DropReason.SessionExpired));
    }

    [Fact]
    [Trait("Item", "20")]
    public void Item20_all_three_slots_receive()
    {
        using var hand = new HandPeer(_duo.World, _duo.Right, "192.0.2.9:9");
        byte[] packet = InnerPackets.Udp("10.9.0.1", Duo.RightIp);
        hand.Join().Connect();
        byte[] underFirst = hand.Data(1, packet);
        _duo.Run(1);
        hand.Connect();
        hand.Deliver(underFirst); // the previous session now
        Assert.Single(_duo.Right.Delivered);
        byte[] underSecond = hand.Data(1, packet);
        _duo.Run(1);
        hand.Deliver(hand.Initiation());
        Assert.True(hand.Finish(hand.Last(MessageType.Response)));
        hand.Deliver(underSecond); // current: the third is not confirmed
        Assert.Equal(2, _duo.Right.Delivered.Count);
        hand.Deliver(hand.Data(0, packet)); // next
        Assert.Equal(3, _duo.Right.Delivered.Count);
    }

    [Fact]
    [Trait("Item", "28")]
    public void Item28_keys_are_erased_540_seconds_after_the_last_session_was_made()
    {
        SecretSlab keys = _duo.Left.Engine.Context.Keys;
        _duo.RunTo(540.0);
        Assert.Equal(0, _duo.Left.Events.Erased);
        Assert.NotNull(_duo.LeftPeer.Sessions.Current);
        _duo.RunTo(540.02 + Tick);
        Assert.Equal(1, _duo.Left.Events.Erased);
        Assert.Equal(1, _duo.Right.Events.Erased);
        Assert.False(_duo.LeftPeer.Sessions.HasAny);
        Assert.Equal(0, _duo.Left.Engine.Context.Indices.Count);
        Assert.Equal(1, keys.Live); // the agreement of the static keys, which belongs to the configuration
        Assert.Equal(0, _duo.Left.Engine.Context.Counters.Read(CounterKind.ActivePeers));
    }

    [Fact]
    [Trait("Item", "28")]
    public void Item28_a_new_session_starts_the_540_seconds_anew()
    {
        Renew(at: 130);
        _duo.RunTo(669);
        Assert.Equal(0, _duo.Left.Events.Erased);
        _duo.RunTo(671);
        Assert.Equal(1, _duo.Left.Events.Erased);
    }

    [Theory]
    [InlineData("down")]
    [InlineData("suspend")]
    [InlineData("removal")]
    [Trait("Item", "28")]
    public void Item28_keys_are_erased_at_once(string why)
    {
        Renew(at: 130); // there are two sessions now
        _duo.Left.Engine.Context.Quiescence.Collect();
        Assert.Equal(5, _duo.Left.Engine.Context.Keys.Live);
        switch (why)
        {
            case "down":
                _duo.Left.Engine.Down();
                break;
            case "suspend":
                _duo.Left.Engine.EraseSessions();
                break;
            default:
                _duo.ChangeRight(static update => update.Remove = true);
                break;
        }
        _duo.Left.RunControl();
        Assert.Equal(why == "removal" ? 0 : 1, _duo.Left.Engine.Context.Keys.Live);
        Assert.Equal(0, _duo.Left.Engine.Context.Indices.Count);
        Assert.Equal(1, _duo.Left.Events.Erased);
        Assert.Equal(0, _duo.Left.Engine.Context.Counters.Read(CounterKind.ActivePeers));
    }

    [Fact]
    [Trait("Item", "28")]
    public void Item28_after_a_suspension_traffic_makes_a_new_session()
    {
        _duo.RunTo(10);
        _duo.Left.Engine.EraseSessions();
        _duo.Left.Send(Duo.ToRight());
        _duo.Run(1);
        Assert.Single(_duo.Right.Delivered);
        Assert.Equal(1, _duo.Initiations(_duo.Left));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Item", "28")]
    public void Item28_after_a_sleep_longer_than_keys_live_there_is_a_session_at_once(bool keepalive)
    {
        if (keepalive) _duo.ChangeRight(static update => update.PersistentKeepalive = 25);
        _duo.Left.IsAsleep = true;
        _duo.Run(700);
        _duo.Log.Clear();
        _duo.Right.Delivered.Clear();
        _duo.Left.IsAsleep = false;
        if (!keepalive) _duo.Left.Send(Duo.ToRight());
        _duo.Run(0.5);
        Assert.Equal(1, _duo.Initiations(_duo.Left));
        Assert.Equal(3, _duo.Left.Engine.Context.Keys.Live); // of the new session and the agreement of static keys: the old one is gone
        _duo.Left.Send(Duo.ToRight());
        _duo.Run(0.1);
        Assert.Equal(keepalive ? 1 : 2, _duo.Right.Delivered.Count);
    }

    [Fact]
    [Trait("Item", "28")]
    [Trait("Item", "42")]
    public void Item28_Item42_another_private_key_erases_ephemerals_and_ends_sending()
    {
        _duo.RunTo(10);
        _duo.Lose = static datagram => datagram.Type == MessageType.Initiation;
        _duo.LeftSession.SkipTo(ulong.MaxValue / 2);
        _duo.Left.Send(Duo.ToRight()); // asks for renewal, so that an initiation is pending
        Assert.NotNull(_duo.LeftPeer.Active.Pending);
        Keypair old = _duo.LeftSession;
        _duo.Left.SetPrivateKey(PrivateKey.Generate());
        Assert.Null(_duo.LeftPeer.Active.Pending);
        Assert.Equal(0, _duo.Left.Engine.Context.HandshakeSecrets.Live);
        Assert.False(old.CanSend(_duo.World.Now));
        Assert.Equal(2, _duo.Left.Engine.Context.Keys.Live); // to receive with; the static agreement is gone
    }

    [Fact]
    [Trait("Item", "17")]
    public void Item17_the_initiations_index_becomes_the_sessions_and_goes_with_it()
    {
        using var duo = new Duo();
        duo.Left.Send(Duo.ToRight());
        uint index = TransportMessage.Receiver(duo.Log[0].Datagram.Bytes); // the sender's index lies in the same place
        Assert.Same(duo.LeftPeer.Active.Pending, duo.Left.Engine.Context.Indices.Find(index));
        duo.Run(0.1);
        Assert.Same(duo.LeftSession, duo.Left.Engine.Context.Indices.Find(index));
        Assert.Equal(index, duo.LeftSession.LocalIndex);
        Assert.Equal(index, duo.RightSession.RemoteIndex);
        Assert.Equal(1, duo.Left.Engine.Context.Indices.Count);
        duo.Left.Engine.EraseSessions();
        Assert.Null(duo.Left.Engine.Context.Indices.Find(index));
    }

    [Fact]
    [Trait("Item", "17")]
    public void Item17_indices_are_random_and_all_different()
    {
        using var duo = new Duo { Lose = static _ => true };
        duo.Left.Send(Duo.ToRight());
        duo.Run(120);
        uint[] indices = [.. duo.Log.Select(static sent => TransportMessage.Receiver(sent.Datagram.Bytes))];
        Assert.Equal(20, indices.Distinct().Count());
        Assert.True(indices.Count(static index => index > int.MaxValue) is > 3 and < 17);
        Assert.Equal(1, duo.Left.Engine.Context.Indices.Count); // those of the others were given back
    }

    [Fact]
    [Trait("Item", "48")]
    public void Item48_time_asleep_counts()
    {
        _duo.World.Sleep(TimeSpan.FromSeconds(200));
        _duo.Left.Send(Duo.ToRight());
        Assert.Equal(1, _duo.Initiations(_duo.Left));
        Assert.Equal(0, _duo.Count(_duo.Left, MessageType.Transport));
        _duo.Run(1);
        Assert.Single(_duo.Right.Delivered);
    }

    [Fact]
    [Trait("Item", "48")]
    public void Item48_keys_do_not_outlive_a_long_sleep()
    {
        _duo.World.Sleep(TimeSpan.FromHours(8));
        Assert.Equal(1, _duo.Left.Events.Erased);
        Assert.Equal(1, _duo.Right.Events.Erased);
        Assert.Equal(1, _duo.Left.Engine.Context.Keys.Live);
    }

    public void Dispose() => _duo.Dispose();

    /// <summary>Makes a second session while the first is still there.</summary>
    private void Renew(double at)
    {
        _duo.RunTo(at);
        if (at < 121) _duo.LeftSession.SkipTo(1UL << 61);
        _duo.Left.Send(Duo.ToRight());
        _duo.Run(1);
        Assert.NotNull(_duo.LeftPeer.Sessions.Previous);
        _duo.Right.Delivered.Clear();
        _duo.Log.Clear();
    }
}
