using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Messages;

namespace Apex.Vpn.Protocol.Tests.Simulation;

/// <summary>What the control worker does when several things come together.</summary>
public sealed class ControlWorkerTests
{
    [Fact]
    public void Staged_packets_leave_room_for_the_keepalive_of_the_same_moment()
    {
        using var world = new World(seed: 1);
        Node left = world.AddNode("192.0.2.1:1000"), right = world.AddNode("192.0.2.2:2000");
        left.AddPeer(right, "10.0.0.2/32");
        right.AddPeer(left, "10.0.0.1/32", withEndpoint: false);

        // The responder has a session that it may not use yet, and a full queue behind it.
        Datagram? confirmation = null;
        world.Filter = datagram => datagram.Type != MessageType.Transport || (confirmation = datagram) is null;
        left.Send(InnerPackets.Udp("10.0.0.1", "10.0.0.2"));
        world.RunUntil(() => confirmation is not null, TimeSpan.FromSeconds(1));
        byte[][] packets = [.. Enumerable.Range(0, Limits.MaxStagedPackets).Select(_ => InnerPackets.Udp("10.0.0.2", "10.0.0.1"))];
        right.Send(packets.AsSpan(0, 64));
        right.Send(packets.AsSpan(64));

        // In one step: the session is confirmed, the queue flows, and a keepalive is asked for.
        world.Filter = null;
        right.Engine.ApplyPeers([new PeerUpdate(left.PublicKey) { PersistentKeepalive = 25 }]);
        right.Receive(confirmation!);
        world.RunUntil(() => left.Delivered.Count == packets.Length, TimeSpan.FromSeconds(1));
        Assert.Equal(0, right.Engine.Context.Staging.LentBuffers);
    }

    [Fact]
    public void A_packet_behind_a_session_that_nobody_confirms_is_not_stuck()
    {
        using var world = new World(seed: 4);
        Node left = world.AddNode("192.0.2.1:1000"), right = world.AddNode("192.0.2.2:2000");
        left.AddPeer(right, "10.0.0.2/32");
        right.AddPeer(left, "10.0.0.1/32", withEndpoint: false);
        world.Filter = static datagram => datagram.Type == MessageType.Initiation;
        left.Send(InnerPackets.Udp("10.0.0.1", "10.0.0.2"));
        world.RunFor(TimeSpan.FromSeconds(1)); // the response is lost,
        left.Engine.EraseSessions(); // and who wanted it asks no more
        world.Filter = null;

        right.Send(InnerPackets.Udp("10.0.0.2", "10.0.0.1"));
        world.RunUntil(() => left.Delivered.Count == 1, TimeSpan.FromSeconds(6));
    }

    [Fact]
    public void A_device_that_is_down_answers_no_handshake_that_still_waited()
    {
        using var world = new World(seed: 2);
        Node left = world.AddNode("192.0.2.1:1000"), right = world.AddNode("192.0.2.2:2000");
        left.AddPeer(right, "10.0.0.2/32");
        right.AddPeer(left, "10.0.0.1/32");
        left.Send(InnerPackets.Udp("10.0.0.1", "10.0.0.2"));
        right.Take(world.Wire.Single());
        right.Engine.Down();
        right.RunControl();
        Assert.Equal(0, right.Engine.Context.Indices.Count);
        Assert.Equal(1, right.Dropped(DropReason.InvalidMac1));
    }

    [Fact]
    public void Workers_that_ended_hold_no_keys_back_and_are_forgotten()
    {
        using var world = new World(seed: 3);
        Node node = world.AddNode("192.0.2.1:1000");
        int before = node.Engine.Context.Quiescence.Workers;
        Worker worker = node.Engine.CreateWorker(batchCapacity: 16);
        Assert.Equal(before + 1, node.Engine.Context.Quiescence.Workers);
        worker.Dispose();
        Assert.Equal(before, node.Engine.Context.Quiescence.Workers);
    }
}
