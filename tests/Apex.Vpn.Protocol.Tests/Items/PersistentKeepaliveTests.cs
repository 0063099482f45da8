using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Tests.Simulation;

namespace Apex.Vpn.Protocol.Tests.Items;

/// <summary>Keepalives that are sent whatever happens, to keep mappings of NATs alive.</summary>
public sealed class PersistentKeepaliveTests
{
    private const double Tick = 0.0042;

    [Fact]
    [Trait("Item", "27")]
    public void Item27_an_idle_peer_is_sent_one_each_interval()
    {
        using Duo duo = new Duo().Established();
        duo.RunTo(20);
        duo.Log.Clear();
        duo.ChangeRight(static update => update.PersistentKeepalive = 25);
        Assert.Single(duo.Keepalives(duo.Left)); // at once
        duo.RunTo(119);
        List<Sent> keepalives = duo.Keepalives(duo.Left);
        Assert.Equal(4, keepalives.Count);
        for (int i = 1; i < 4; i++) Assert.InRange(keepalives[i].Seconds - keepalives[i - 1].Seconds, 25, 25 + Tick);
        Assert.Equal(4, duo.Log.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Item", "27")]
    public void Item27_packets_sent_or_received_put_it_off(bool sent)
    {
        using Duo duo = new Duo().Established();
        duo.ChangeRight(static update => update.PersistentKeepalive = 8);
        Assert.Single(duo.Keepalives(duo.Left));
        for (int second = 5; second < 60; second += 5)
        {
            duo.RunTo(second);
            if (sent) duo.Left.Send(Duo.ToRight());
            else duo.ChangeLeft(static update => update.PersistentKeepalive = 5); // it sends nothing that is to be answered
        }
        Assert.Single(duo.Keepalives(duo.Left));
    }

    [Fact]
    [Trait("Item", "27")]
    public void Item27_it_begins_when_the_device_comes_up()
    {
        using var duo = new Duo(left: new NodeOptions { IsUp = false });
        duo.ChangeRight(static update => update.PersistentKeepalive = 25);
        duo.Run(100);
        Assert.Empty(duo.Log);
        duo.Left.Engine.Up();
        duo.Left.RunControl();
        Assert.Equal(1, duo.Initiations(duo.Left));
        duo.Run(1);
        Assert.Single(duo.Keepalives(duo.Left));
    }

    [Fact]
    [Trait("Item", "27")]
    public void Item27_it_begins_when_a_private_key_is_set_later()
    {
        using var duo = new Duo();
        PrivateKey key = duo.Left.PrivateKey;
        duo.Left.Engine.SetPrivateKey(null);
        duo.ChangeRight(static update => update.PersistentKeepalive = 25);
        duo.Run(30);
        Assert.Empty(duo.Log);
        duo.Left.SetPrivateKey(key);
        Assert.Equal(1, duo.Initiations(duo.Left));
    }

    [Fact]
    [Trait("Item", "27")]
    public void Item27_to_set_it_again_or_longer_sends_nothing_extra_and_0_ends_it()
    {
        using Duo duo = new Duo().Established();
        duo.ChangeRight(static update => update.PersistentKeepalive = 25);
        duo.ChangeRight(static update => update.PersistentKeepalive = 25);
        duo.ChangeRight(static update => update.PersistentKeepalive = 30);
        duo.ChangeRight(static update => update.PersistentKeepalive = null); // unchanged
        Assert.Single(duo.Keepalives(duo.Left));
        Assert.Equal(30, duo.Left.Status(duo.Right).PersistentKeepalive);
        duo.Run(20);
        duo.ChangeRight(static update => update.PersistentKeepalive = 0);
        duo.Run(100);
        Assert.Single(duo.Keepalives(duo.Left));
        duo.ChangeRight(static update => update.PersistentKeepalive = 1);
        Assert.Equal(2, duo.Keepalives(duo.Left).Count);
    }

    [Fact]
    [Trait("Item", "27")]
    public void Item27_the_longest_interval_is_65535_seconds()
    {
        using Duo duo = new Duo().Established();
        duo.ChangeRight(static update => update.PersistentKeepalive = ushort.MaxValue);
        duo.Run(1);
        duo.Log.Clear();
        duo.RunTo(65_000);
        Assert.Equal(0, duo.Initiations(duo.Left));
        duo.RunTo(65_600); // the data at the start put the clock forward last at 10 s
        Assert.Equal(1, duo.Initiations(duo.Left));
    }

    [Fact]
    [Trait("Item", "27")]
    public void Item27_it_keeps_a_session_for_ever()
    {
        using var duo = new Duo();
        duo.ChangeRight(static update => update.PersistentKeepalive = 25);
        duo.Run(3600);
        Assert.InRange(duo.Initiations(duo.Left), 3600 / 150, 3600 / 120);
        Assert.Equal(0, duo.Initiations(duo.Right));
        duo.Right.Send(Duo.ToLeft());
        duo.Run(0.1);
        Assert.Single(duo.Left.Delivered);
    }

    [Fact]
    [Trait("Item", "27")]
    public void Item27_a_new_peer_with_an_interval_is_greeted_at_once()
    {
        using var world = new World(1);
        Node left = world.AddNode("192.0.2.1:1000"), right = world.AddNode("192.0.2.2:2000");
        right.AddPeer(left, "10.0.0.1/32", withEndpoint: false);
        left.Apply(new PeerUpdate(right.PublicKey) { PersistentKeepalive = 25, Endpoint = right.Address });
        Assert.Equal(MessageType.Initiation, Assert.Single(world.Wire).Type);
    }
}
