using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Tests.Simulation;

namespace Apex.Vpn.Protocol.Tests.Identities;

/// <summary>An identity is retired while many use it.</summary>
public sealed class RetirementTests
{
    private const int Clients = 50;

    [Fact]
    public void No_session_is_lost_before_its_age()
    {
        using var world = new World(7);
        Node node = world.AddNode("192.0.2.1:1000");
        PublicKey retiring = node.PublicKey;
        var clients = new Node[Clients];
        for (int i = 0; i < Clients; i++)
        {
            clients[i] = world.AddNode($"198.51.100.{i + 1}:2000");
            node.AddPeer(clients[i], $"10.0.1.{i + 1}/32", withEndpoint: false);
            clients[i].AddPeer(node, "10.0.0.1/32");
            clients[i].Send(InnerPackets.Udp($"10.0.1.{i + 1}", "10.0.0.1"));
        }
        world.RunUntil(() => node.Delivered.Count == Clients, TimeSpan.FromSeconds(1));
        Span<byte> seed = stackalloc byte[SecretKey.Size];
        world.Random.Fill(seed);
        using var successor = new PrivateKey(seed);
        Assert.True(node.Engine.TryAddIdentity(successor));
        Assert.True(node.Engine.TryRetireIdentity(retiring));
        Assert.Equal(successor.DerivePublicKey(), node.Engine.PublicKey);

        node.Delivered.Clear();
        const int Seconds = 178; // of the 180 that a session may last
        for (int second = 0; second < Seconds; second++)
        {
            for (int i = 0; i < Clients; i++)
            {
                clients[i].Send(InnerPackets.Udp($"10.0.1.{i + 1}", "10.0.0.1"));
                node.Send(InnerPackets.Udp("10.0.0.1", $"10.0.1.{i + 1}"));
            }
            world.RunFor(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(Clients * Seconds, node.Delivered.Count);
        Assert.All(clients, client => Assert.Equal(Seconds, client.Delivered.Count));

        world.RunFor(TimeSpan.FromSeconds(20));
        foreach (Node client in clients) client.Send(InnerPackets.Udp($"10.0.1.{Array.IndexOf(clients, client) + 1}", "10.0.0.1"));
        int before = node.Delivered.Count;
        world.RunFor(TimeSpan.FromSeconds(30));
        Assert.Equal(before, node.Delivered.Count); // and none lasts longer
        Assert.DoesNotContain(world.Wire.Skip(world.Wire.Count / 2), packet => packet.Type == MessageType.Response);
    }
}
