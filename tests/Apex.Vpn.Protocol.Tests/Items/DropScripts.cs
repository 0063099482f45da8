using Apex.Vpn.Protocol.Admission;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Admission;
using Apex.Vpn.Protocol.Engine.Inner;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Engine.Notices;
using Apex.Vpn.Protocol.Tests.Notices;
using Apex.Vpn.Protocol.Tests.Probes;
using Apex.Vpn.Protocol.Tests.Simulation;

namespace Apex.Vpn.Protocol.Tests.Items;

/// <summary>How to have one packet dropped for each reason: a script sets the scene and returns the last step.</summary>
internal static class DropScripts
{
    internal delegate Action Script(DropScene scene);

    internal static readonly Dictionary<DropReason, Script> All = new()
    {
        // Outer datagrams.
        [DropReason.MalformedMessage] = static scene => () => scene.Hand.Deliver([9, 0, 0, 0]),
        [DropReason.UnknownReceiver] = static scene => Spoiled(scene, static data => data[4] ^= 1),

        // Handshake messages.
        [DropReason.HandshakeQueueFull] = static scene =>
        {
            for (int i = 0; i < 4; i++) scene.Burst.Arrive(scene.Junk(256));
            return () => scene.Burst.Arrive(scene.Junk(1));
        },
        [DropReason.InvalidMac1] = static scene =>
        {
            byte[] initiation = scene.Hand.Initiation();
            initiation[^17] ^= 1;
            return () => scene.Hand.Deliver(initiation);
        },
        [DropReason.CookieRequired] = static scene =>
        {
            scene.Flood();
            return () => scene.Hand.Deliver(scene.Hand.Initiation());
        },
        [DropReason.HandshakeRateLimited] = static scene =>
        {
            scene.Flood();
            scene.Hand.Deliver(scene.Hand.Initiation());
            Assert.True(scene.Hand.Cookies.TryConsumeReply(scene.Hand.Last(MessageType.CookieReply).Bytes, scene.World.Now));
            // The first makes a session, five are then a known sender's share, and four more the rest of a stranger's with a cookie.
            for (int i = 0; i < 10; i++) scene.Hand.Deliver(scene.Hand.Initiation());
            return () => scene.Hand.Deliver(scene.Hand.Initiation());
        },
        [DropReason.HandshakeUnauthentic] = static scene =>
            () => scene.Hand.Deliver(scene.Hand.Initiation(spoil: static bytes => bytes[100] ^= 1)),
        [DropReason.LowOrderKey] = static scene =>
            () => scene.Hand.Deliver(scene.Hand.Initiation(spoil: static bytes => bytes.AsSpan(8, 32).Clear())),
        [DropReason.UnknownPeer] = static scene => () => scene.Stranger.Deliver(scene.Stranger.Initiation()),
        [DropReason.Unauthorized] = static scene =>
        {
            scene.Options = new NodeOptions { Clerk = new Clerk() };
            return () => scene.Stranger.Deliver(scene.Stranger.Initiation());
        },
        [DropReason.StaleTimestamp] = static scene =>
        {
            byte[] initiation = scene.Hand.Initiation();
            scene.Hand.Deliver(initiation);
            return () => scene.Hand.Deliver(initiation);
        },
        [DropReason.InitiationFlood] = static scene =>
        {
            scene.Hand.Deliver(scene.Hand.Initiation());
            return () => scene.Hand.Deliver(scene.Hand.Initiation());
        },
        [DropReason.UnexpectedResponse] = static scene =>
        {
            byte[] response = scene.Hand.Response(scene.BeginByNode());
            scene.Hand.Deliver(response);
            return () => scene.Hand.Deliver(response);
        },
        [DropReason.UnexpectedCookie] = static scene =>
        {
            byte[] reply = scene.Hand.CookieReply(scene.BeginByNode(), receiver: 1);
            return () => scene.Hand.Deliver(reply);
        },
        [DropReason.InvalidCookie] = static scene =>
        {
            byte[] reply = scene.Hand.CookieReply(scene.BeginByNode());
            reply[^1] ^= 1;
            return () => scene.Hand.Deliver(reply);
        },

        // Transport data.
        [DropReason.SessionExpired] = static scene =>
        {
            Action last = Spoiled(scene, static _ => { });
            scene.World.RunFor(TimeSpan.FromSeconds(180));
            return last;
        },
        [DropReason.CounterExhausted] = static scene =>
        {
            scene.Hand.Connect();
            scene.Hand.Deliver(scene.Hand.Data(Limits.RejectAfterMessages - 1, [])); // the last one that is taken
            return () => scene.Hand.Deliver(scene.Hand.Data(Limits.RejectAfterMessages, []));
        },
        [DropReason.Unauthentic] = static scene => Spoiled(scene, static data => data[20] ^= 1),
        [DropReason.Replayed] = static scene =>
        {
            scene.Hand.Connect();
            byte[] data = scene.Hand.Data(1, DropScene.FromPeer);
            scene.Hand.Deliver(data);
            return () => scene.Hand.Deliver(data);
        },
        [DropReason.MalformedInnerPacket] = static scene => Inner(scene, [0x75, .. DropScene.FromPeer[1..]]),
        [DropReason.SourceNotAllowed] = static scene => Inner(scene, InnerPackets.Udp("10.8.0.1", DropScene.NodeIp)),
        [DropReason.CongestionNotEcnCapable] = static scene =>
        {
            byte[] data = scene.Hand.Connect().Data(1, DropScene.FromPeer);
            return () => scene.Node.Receive(new Datagram(scene.Hand.Address, scene.Node.Address, Ecn.CongestionExperienced, data));
        },
        [DropReason.FilteredInbound] = static scene =>
        {
            scene.Options = new NodeOptions { Filter = new Wall() };
            return Inner(scene, DropScene.FromPeer);
        },

        // From the TUN outwards.
        [DropReason.MalformedOutbound] = static scene => () => scene.Node.Send(new byte[20]),
        [DropReason.NoRoute] = static scene => () => scene.Node.Send(InnerPackets.Udp(DropScene.NodeIp, "10.8.0.1")),
        [DropReason.NoEndpoint] = static scene =>
        {
            Assert.False(scene.Hand.PublicKey.IsZero); // it is a peer now, from nowhere
            return () => scene.Node.Send(DropScene.ToPeer);
        },
        [DropReason.FilteredOutbound] = static scene =>
        {
            scene.Options = new NodeOptions { Filter = new Wall() };
            scene.Introduce();
            return () => scene.Node.Send(DropScene.ToPeer);
        },
        [DropReason.StagedOverflow] = static scene =>
        {
            scene.Introduce();
            for (int i = 0; i < Limits.MaxStagedPackets; i++) scene.Node.Send(DropScene.ToPeer);
            return () => scene.Node.Send(DropScene.ToPeer);
        },
        [DropReason.StagedMemory] = static scene =>
        {
            scene.Options = new NodeOptions { StagingBytes = 64 * 1024 };
            scene.Introduce();
            while (scene.Node.Dropped(DropReason.StagedMemory) == 0) scene.Node.Send(DropScene.ToPeer);
            return () => scene.Node.Send(DropScene.ToPeer);
        },
        [DropReason.StagedAbandoned] = static scene =>
        {
            scene.BeginByNode();
            return () => scene.Node.Apply(new PeerUpdate(scene.Hand.PublicKey) { Remove = true });
        },
        [DropReason.SendFailed] = static scene =>
        {
            scene.Hand.Connect();
            scene.Node.IsCutOff = true;
            return () => scene.Node.Send(DropScene.ToPeer);
        },

        // Latency probes.
        [DropReason.ProbeUnauthentic] = static scene => Probe(scene, static prober => [.. prober.Request()[..^17], 0, .. new byte[16]]),
        [DropReason.ProbeUntimely] = static scene => Probe(scene, static prober => prober.Request(prober.Seconds + 121)),
        [DropReason.ProbeRateLimited] = static scene =>
        {
            Action last = Probe(scene, static prober => prober.Request());
            last();
            return last;
        },

        // Notices in the tunnel.
        [DropReason.InvalidNotice] = static scene =>
        {
            scene.Options = ControlPlane.NodeAt(DropScene.NodeIp);
            return Inner(scene, ControlPlane.Packet(DropScene.PeerIp, DropScene.NodeIp, [.. ControlPlane.Hello(), 0]));
        },
        [DropReason.StaleNotice] = static scene =>
        {
            scene.Options = ControlPlane.NodeAt(DropScene.NodeIp);
            byte[] hello = ControlPlane.Packet(DropScene.PeerIp, DropScene.NodeIp, ControlPlane.Hello());
            Inner(scene, hello)();
            return () => scene.Hand.Deliver(scene.Hand.Data(2, hello));
        },
        [DropReason.NoticeFlood] = static scene =>
        {
            scene.Options = new NodeOptions { NoticeClient = new ControlPlane().Client };
            scene.Node.Engine.Notices!.SetGateways([ControlPlane.Gateway(scene.Hand.PublicKey, DropScene.PeerIp, DropScene.NodeIp)]);
            byte[] notice = ControlPlane.Packet(DropScene.PeerIp, DropScene.NodeIp, NoticeLayout.Closing());
            scene.Hand.Connect();
            Datagram Notice(int counter) => new(scene.Hand.Address, scene.Node.Address, TrafficClass: 0, scene.Hand.Data((ulong)counter, notice));
            scene.Node.Take([.. Enumerable.Range(1, NoticeInbox.Capacity).Select(Notice)]);
            return () => scene.Node.Take(Notice(NoticeInbox.Capacity + 1));
        },

        // Just-in-time peers.
        [DropReason.NotMember] = static scene =>
        {
            scene.Options = new NodeOptions { Clerk = new Clerk(), MembershipFilter = new Nobody() };
            return () => scene.Stranger.Deliver(scene.Stranger.Initiation());
        },
        [DropReason.StampBelowMark] = static scene =>
        {
            Granted(scene);
            byte[] initiation = scene.Stranger.Initiation();
            scene.Stranger.Deliver(initiation);
            scene.World.RunFor(Limits.EraseAdmittedAfter + TimeSpan.FromSeconds(1));
            return () => scene.Stranger.Deliver(initiation);
        },
        [DropReason.ParkingFull] = static scene =>
        {
            scene.Options = new NodeOptions { Clerk = new Clerk { Answers = ClerkAnswers.Never } };
            for (int i = 0; i < ParkingLot.NetworkShare; i++)
            {
                using var crowd = new HandPeer(scene.World, scene.Node, $"198.51.100.{i % 250}:{1000 + i}");
                crowd.Deliver(crowd.Initiation());
            }
            return () => scene.Stranger.Deliver(scene.Stranger.Initiation());
        },
        [DropReason.ParkedAbandoned] = static scene =>
        {
            scene.Options = new NodeOptions { Clerk = new Clerk { Answers = ClerkAnswers.Never } };
            scene.Stranger.Deliver(scene.Stranger.Initiation());
            scene.World.RunFor(TimeSpan.FromMilliseconds(100));
            return () => scene.Stranger.Deliver(scene.Stranger.Initiation());
        },
        [DropReason.AuthorizerLate] = static scene =>
        {
            scene.Options = new NodeOptions { Clerk = new Clerk { Answers = ClerkAnswers.Never } };
            scene.Stranger.Deliver(scene.Stranger.Initiation());
            return () => scene.World.RunFor(TimeSpan.FromSeconds(3));
        },
        [DropReason.AuthorizerAway] = static scene =>
        {
            scene.Options = new NodeOptions { Clerk = new Clerk { Answers = ClerkAnswers.Fails } };
            return () => scene.Stranger.Deliver(scene.Stranger.Initiation());
        },
        [DropReason.GrantOverlaps] = static scene =>
        {
            var clerk = new Clerk();
            Granted(scene, clerk);
            clerk.Grant(scene.Stranger.PublicKey, "10.9.0.0/24");
            Assert.False(scene.Hand.PublicKey.IsZero); // has 10.9.0.0/16
            return () => scene.Stranger.Deliver(scene.Stranger.Initiation());
        },
        [DropReason.NoSession] = static scene =>
        {
            Granted(scene);
            scene.Stranger.Connect();
            scene.World.RunFor(TimeSpan.FromSeconds(181));
            return () => scene.Node.Send(InnerPackets.Udp(DropScene.NodeIp, "10.77.0.1"));
        },
    };

    /// <summary>A data message that is changed after it was made.</summary>
    private static Action Spoiled(DropScene scene, Action<byte[]> spoil)
    {
        byte[] data = scene.Hand.Connect().Data(1, DropScene.FromPeer);
        spoil(data);
        return () => scene.Hand.Deliver(data);
    }

    /// <summary>A data message with such a plaintext.</summary>
    private static Action Inner(DropScene scene, byte[] plaintext)
    {
        byte[] data = scene.Hand.Connect().Data(1, plaintext);
        return () => scene.Hand.Deliver(data);
    }

    /// <summary>A probe to a node that answers one a second.</summary>
    private static Action Probe(DropScene scene, Func<Prober, byte[]> make)
    {
        using Prober prober = new Prober(scene.World, scene.Node).Enable(perNetwork: 1);
        var probe = new Datagram(prober.Address, scene.Node.Address, TrafficClass: 0, make(prober));
        return () => scene.Node.Receive(probe);
    }

    /// <summary>The stranger is nobody's peer and has a grant.</summary>
    private static Clerk Granted(DropScene scene, Clerk? clerk = null)
    {
        clerk ??= new Clerk();
        scene.Options = new NodeOptions { Clerk = clerk, MaxReplayMarks = 4 };
        clerk.Grant(scene.Stranger.PublicKey, "10.77.0.1/32");
        return clerk;
    }

    private sealed class Nobody : IMembershipFilter
    {
        public bool MayBeMember(PublicKey publicKey) => false;
    }

    private sealed class Wall : IPacketFilter
    {
        public bool AllowOutbound(PublicKey peer, ReadOnlySpan<byte> packet) => false;

        public bool AllowInbound(PublicKey peer, ReadOnlySpan<byte> packet) => false;
    }
}
