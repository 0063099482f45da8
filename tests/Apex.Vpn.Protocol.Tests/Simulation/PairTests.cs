using Apex.Vpn.Protocol.Engine.Messages;

namespace Apex.Vpn.Protocol.Tests.Simulation;

public sealed class PairTests
{
    private static (World World, Node Left, Node Right) Pair(ulong seed = 1)
    {
        var world = new World(seed);
        Node left = world.AddNode("192.0.2.1:1000"), right = world.AddNode("192.0.2.2:2000");
        left.AddPeer(right, "10.0.0.2/32,fd00::2/128");
        right.AddPeer(left, "10.0.0.1/32,fd00::1/128", withEndpoint: false);
        return (world, left, right);
    }

    [Fact]
    public void A_packet_makes_a_handshake_and_arrives()
    {
        (World world, Node left, Node right) = Pair();
        byte[] packet = InnerPackets.Udp("10.0.0.1", "10.0.0.2");
        left.Send(packet);
        world.RunUntil(() => right.Delivered.Count == 1, TimeSpan.FromSeconds(1));
        Assert.Equal(packet, right.Delivered[0]);
        Assert.Equal([MessageType.Initiation, MessageType.Response, MessageType.Transport], world.Wire.Select(d => d.Type));

        byte[] answer = InnerPackets.Udp("10.0.0.2", "10.0.0.1");
        right.Send(answer);
        world.RunUntil(() => left.Delivered.Count == 1, TimeSpan.FromSeconds(1));
        Assert.Equal(answer, left.Delivered[0]);
        Assert.Empty(left.Events.Drops);
        Assert.Empty(right.Events.Drops);
    }

    [Fact]
    public void A_stream_of_an_hour_renews_its_session_without_a_loss()
    {
        (World world, Node left, Node right) = Pair();
        byte[] packet = InnerPackets.Udp("fd00::1", "fd00::2");
        for (int i = 0; i < 3600; i++)
        {
            left.Send(packet);
            world.RunFor(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(3600, right.Delivered.Count);
        Assert.InRange(left.Events.Sessions, 29, 31);
        Assert.Equal(left.Events.Sessions, right.Events.Sessions);
    }
}
