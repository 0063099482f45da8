using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Engine.Sessions;

namespace Apex.Vpn.Protocol.Tests.Items;

/// <summary>A peer is removed while packets of it are under way.</summary>
public sealed class RemovalTests : IDisposable
{
    private readonly Duo _duo = new Duo().Established();

    [Fact]
    [Trait("Item", "52")]
    public void Item52_keys_are_released_only_when_no_worker_may_hold_them()
    {
        using var burst = new Burst(_duo.World, _duo.Left);
        EngineContext context = _duo.Left.Engine.Context;
        byte[] key = [.. _duo.LeftSession.SendKey];
        Keypair session = _duo.LeftSession;
        burst.Worker.Ticket.Online(); // a batch is being worked on
        Remove();
        _duo.Left.RunControl();
        Assert.Equal(1, context.Quiescence.Pending);
        Assert.Equal(2, context.Keys.Live);
        Assert.Equal(key, session.SendKey.ToArray());
        Deadline next = _duo.Left.Engine.NextDeadline(_duo.World.Now);
        Assert.Equal(DeadlineReason.ReleaseKeys, next.Reason);
        Assert.InRange(next.At - _duo.World.Now, TimeSpan.Zero, TimeSpan.FromMilliseconds(10));

        _duo.Run(5);
        Assert.Equal(2, context.Keys.Live);
        burst.Worker.Ticket.Offline();
        _duo.Run(0.011);
        Assert.Equal(0, context.Keys.Live);
        Assert.Equal(0, context.Quiescence.Pending);
        Assert.NotEqual(key, session.SendKey.ToArray());
    }

    [Fact]
    [Trait("Item", "52")]
    public void Item52_a_worker_that_comes_later_does_not_hold_the_release_up()
    {
        using var burst = new Burst(_duo.World, _duo.Left);
        Remove();
        burst.Worker.Ticket.Online();
        _duo.Left.RunControl();
        Assert.Equal(0, _duo.Left.Engine.Context.Keys.Live);
        burst.Worker.Ticket.Offline();
    }

    [Fact]
    [Trait("Item", "52")]
    public void Item52_packets_from_and_to_a_removed_peer_are_dropped()
    {
        _duo.Right.Send(Duo.ToLeft());
        Remove();
        _duo.Run(0.1);
        Assert.Equal(1, _duo.Left.Dropped(DropReason.UnknownReceiver));
        Assert.Empty(_duo.Left.Delivered);
        _duo.Left.Send(Duo.ToRight());
        Assert.Equal(1, _duo.Left.Dropped(DropReason.NoRoute));
    }

    [Fact]
    [Trait("Item", "52")]
    public void Item52_a_response_that_still_waits_in_the_queue_meets_no_handshake()
    {
        using var duo = new Duo();
        duo.Left.Send(Duo.ToRight());
        duo.World.RunUntil(() => duo.Count(duo.Right, MessageType.Response) == 1, TimeSpan.FromSeconds(1));
        duo.Left.Take(duo.Log[^1].Datagram);
        duo.Left.Engine.ApplyPeers([new PeerUpdate(duo.Right.PublicKey) { Remove = true }]);
        duo.Left.RunControl();
        Assert.Equal(1, duo.Left.Dropped(DropReason.UnexpectedResponse));
        Assert.Equal(1, duo.Left.Dropped(DropReason.StagedAbandoned));
        Assert.Equal(0, duo.Left.Engine.Context.HandshakeSecrets.Live);
        Assert.Equal(0, duo.Left.Engine.Context.Indices.Count);
    }

    [Fact]
    [Trait("Item", "52")]
    public void Item52_what_a_worker_staged_for_a_peer_that_went_meanwhile_is_given_back()
    {
        using var duo = new Duo();
        using var burst = new Burst(duo.World, duo.Left);
        burst.Leave([Duo.ToRight(), Duo.ToRight()]); // the control worker has not looked yet
        Peer peer = duo.LeftPeer;
        duo.Left.Engine.ApplyPeers([new PeerUpdate(duo.Right.PublicKey) { Remove = true }]);
        // A worker that found the peer before it was taken out comes only now.
        peer.Staged.Enqueue(Duo.ToRight(), duo.Left.Engine.Context.Staging, out _);
        duo.Left.Engine.Context.Attention.Raise(peer, Attention.Staged);
        duo.Left.RunControl();
        Assert.Equal(3, duo.Left.Dropped(DropReason.StagedAbandoned));
        Assert.Equal(0, duo.Left.Engine.Context.Staging.LentBuffers);
        Assert.Empty(duo.Log);
    }

    [Fact]
    [Trait("Item", "52")]
    public void Item52_a_removed_peer_that_comes_back_begins_anew()
    {
        Remove();
        _duo.Left.AddPeer(_duo.Right, "10.0.0.2/32");
        _duo.Left.Send(Duo.ToRight());
        _duo.Run(0.1);
        Assert.Single(_duo.Right.Delivered);
        Assert.Equal(1, _duo.Initiations(_duo.Left));
    }

    public void Dispose() => _duo.Dispose();

    private void Remove() => _duo.Left.Engine.ApplyPeers([new PeerUpdate(_duo.Right.PublicKey) { Remove = true }]);
}
