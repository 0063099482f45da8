using Apex.Vpn.Fuzz.Checks;
using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Messages;

namespace Apex.Vpn.Protocol.Tests.Simulation;

public sealed class ReorderTests
{
    [Theory]
    [InlineData(5)] // inside the window
    [InlineData(200)] // part of it beyond
    [InlineData(1000)]
    public void Out_of_order_exactly_what_the_window_holds_is_delivered_and_nothing_twice(int spreadMilliseconds) => Seeds.Run(seed =>
    {
        var window = new PlainWindow();
        int acceptable = 0;
        var aead = new WatchfulAead(AeadProviders.Select(AeadChoice.Libsodium));
        using var world = new World(seed) { Link = new Link { Latency = TimeSpan.FromMilliseconds(1) } };
        Node left = world.AddNode("192.0.2.1:1000", new NodeOptions { Aead = aead }), right = world.AddNode("192.0.2.2:2000", new NodeOptions { Aead = aead });
        left.AddPeer(right, "10.0.0.2/32");
        right.AddPeer(left, "10.0.0.1/32");
        var packets = new TracedPackets();
        byte[][] Burst() => [.. Enumerable.Range(0, 64).Select(_ => packets.Make(0, 1, InnerAddresses.HomeIPv4(0), InnerAddresses.HomeIPv4(1), payload: 0))];
        left.Send(Burst());
        world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(packets.Made, right.Delivered.Count);
        right.Delivered.Clear();

        // Everything that opens from here on is data of left's under one key.
        aead.Opened = (_, counter, authentic) => acceptable += authentic && window.TryAccept(counter) ? 1 : 0;
        world.Link = new Link { Spread = TimeSpan.FromMilliseconds(spreadMilliseconds), Duplication = 0.1 };
        for (int i = 0; i < 400; i++)
        {
            left.Send(Burst());
            world.RunFor(TimeSpan.FromMilliseconds(1));
        }
        world.RunFor(TimeSpan.FromSeconds(2));
        Assert.Equal(acceptable, right.Delivered.Count);
        Assert.All(right.Delivered, packet => packets.Arrive(packet, node: 1));
        Assert.Equal(spreadMilliseconds > 150, right.Delivered.Count < 400 * 64);

        // All of it again: nothing.
        long replayed = right.Dropped(DropReason.Replayed);
        Datagram[] recorded = [.. world.Wire.Where(datagram => datagram.From == left.Address && datagram.Type == MessageType.Transport)];
        right.Delivered.Clear();
        foreach (Datagram datagram in recorded) right.Receive(datagram);
        Assert.Empty(right.Delivered);
        Assert.Equal(recorded.Length, right.Dropped(DropReason.Replayed) - replayed);
        Assert.Empty(aead.Violations);
    });
}
