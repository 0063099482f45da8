using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Tests.Simulation;

namespace Apex.Vpn.Protocol.Tests.Items;

/// <summary>How long data messages are on the wire.</summary>
public sealed class WireLengthTests
{
    [Theory]
    [InlineData(1420, 29, 32)]
    [InlineData(1420, 32, 32)]
    [InlineData(1420, 33, 48)]
    [InlineData(1420, 1408, 1408)]
    [InlineData(1420, 1409, 1420)] // to a multiple of 16 would be beyond the MTU
    [InlineData(1420, 1420, 1420)]
    [InlineData(1420, 1500, 1500)] // beyond the MTU: its last unit of 80 bytes counts
    [InlineData(0, 1409, 1424)]
    [InlineData(0, 29, 32)]
    [InlineData(65535, 65535, 65535)]
    [Trait("Item", "31")]
    [Trait("Item", "32")]
    public void Item31_Item32_plaintext_is_padded_to_16_but_not_beyond_the_MTU(int mtu, int length, int padded)
    {
        using Duo duo = new Duo().Established();
        duo.Left.Engine.Context.Mtu = mtu; // it may change while the session stands
        byte[] packet = Duo.ToRight(payload: length - 28);
        duo.Left.Send(packet);
        duo.Run(0.1);
        Assert.Equal(padded + 32, duo.SentBy(duo.Left, MessageType.Transport)[0].Datagram.Bytes.Length);
        Assert.Equal(packet, Assert.Single(duo.Right.Delivered));
    }

    [Fact]
    [Trait("Item", "31")]
    public void Item31_padding_is_zero()
    {
        using var world = new World(1);
        Node node = world.AddNode("192.0.2.2:2000");
        using HandPeer hand = new HandPeer(world, node, "192.0.2.9:9").Join().Connect();
        for (int payload = 40; payload >= 0; payload--) // each one lies where a longer one was
        {
            byte[] packet = InnerPackets.Udp(Duo.RightIp, "10.9.0.1", payload, fill: 0xFF);
            node.Send(packet);
            byte[] plaintext = hand.Open(hand.Last(MessageType.Transport))!;
            Assert.Equal(0, plaintext.Length % 16);
            Assert.InRange(plaintext.Length - packet.Length, 0, 15);
            Assert.Equal([.. packet, .. new byte[plaintext.Length - packet.Length]], plaintext);
        }
    }

    [Fact]
    [Trait("Item", "31")]
    public void Item31_a_keepalive_is_32_bytes_whatever_the_MTU()
    {
        using var duo = new Duo(left: new NodeOptions { Mtu = 0 });
        duo.ChangeRight(static update => update.PersistentKeepalive = 25);
        duo.Run(0.1);
        Assert.Equal(32, duo.SentBy(duo.Left, MessageType.Transport)[0].Datagram.Bytes.Length);
    }
}
