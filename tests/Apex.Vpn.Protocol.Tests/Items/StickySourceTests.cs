using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Tests.Simulation;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Items;

/// <summary>From which local address a node sends: the one that its peer used, until there is a reason to choose again.</summary>
public sealed class StickySourceTests : IDisposable
{
    private readonly Duo _duo = new Duo().Established();

    [Fact]
    [Trait("Item", "36")]
    public void Item36_answers_come_from_the_address_that_was_spoken_to()
    {
        Assert.Equal(_duo.Right.Address.AddressBits, SentBy(_duo.Right).LocalAddress);
        Assert.Equal(1, SentBy(_duo.Right).LocalInterface);
        Assert.False(_duo.World.Wire[0].SentOn.HasSource); // nobody had spoken to the left node when it began
        Assert.Equal(_duo.Left.Address.AddressBits, SentBy(_duo.Left).LocalAddress);
    }

    [Fact]
    [Trait("Item", "36")]
    public void Item36_a_retransmitted_initiation_lets_the_kernel_choose()
    {
        _duo.RunTo(200);
        _duo.Lose = static _ => true;
        _duo.Left.Send(Duo.ToRight());
        _duo.Run(12);
        Assert.Equal(
            [true, false, false],
            _duo.SentBy(_duo.Left, MessageType.Initiation).Select(static sent => sent.Datagram.SentOn.HasSource));
    }

    [Fact]
    [Trait("Item", "36")]
    public void Item36_so_does_the_handshake_for_want_of_an_answer()
    {
        _duo.RunTo(30);
        _duo.Lose = datagram => datagram.From == _duo.Right.Address;
        _duo.Left.Send(Duo.ToRight());
        Assert.True(_duo.Log[^1].Datagram.SentOn.HasSource);
        _duo.Run(15.4);
        Assert.False(Assert.Single(_duo.SentBy(_duo.Left, MessageType.Initiation)).Datagram.SentOn.HasSource);
    }

    [Fact]
    [Trait("Item", "36")]
    public void Item36_an_address_that_the_kernel_refuses_is_forgotten()
    {
        _duo.Right.RefusesSources = true;
        _duo.Right.Send(Duo.ToLeft());
        Assert.False(_duo.RightPeer.Path!.Value.HasSource);
        _duo.Right.RefusesSources = false;
        _duo.Right.Send(Duo.ToLeft());
        Assert.False(_duo.Log[^1].Datagram.SentOn.HasSource);
        _duo.Run(0.1);
        Assert.Equal(2, _duo.Left.Delivered.Count);
    }

    [Fact]
    [Trait("Item", "36")]
    public void Item36_so_it_is_when_the_control_worker_finds_out()
    {
        _duo.RunTo(20);
        _duo.Right.RefusesSources = true;
        _duo.ChangeLeft(static update => update.PersistentKeepalive = 25); // the control worker sends a keepalive
        Assert.False(_duo.RightPeer.Path!.Value.HasSource);
    }

    [Fact]
    [Trait("Item", "36")]
    public void Item36_a_change_of_port_mark_or_routes_forgets_all_addresses_until_peers_are_heard_again()
    {
        _duo.Right.Engine.ForgetSources();
        Assert.Equal(_duo.Left.Address, _duo.RightPeer.Path!.Value.Remote);
        _duo.Right.Send(Duo.ToLeft());
        Assert.False(_duo.Log[^1].Datagram.SentOn.HasSource);
        _duo.Left.Send(Duo.ToRight());
        _duo.Run(0.1);
        _duo.Right.Send(Duo.ToLeft());
        Assert.True(_duo.Log[^1].Datagram.SentOn.HasSource);
        Assert.Single(_duo.Right.Events.Roamed); // at the start: an address of our own is no roaming
    }

    [Fact]
    [Trait("Item", "36")]
    public void Item36_the_same_endpoint_configured_again_keeps_the_address_and_another_one_does_not()
    {
        _duo.ChangeLeft(update => update.Endpoint = _duo.Left.Address);
        Assert.True(_duo.RightPeer.Path!.Value.HasSource);
        _duo.ChangeLeft(static update => update.Endpoint = UdpEndpoint.FromIPv4(0xC6336401, 9));
        Assert.False(_duo.RightPeer.Path!.Value.HasSource);
    }

    public void Dispose() => _duo.Dispose();

    private UdpPath SentBy(Node node) => _duo.World.Wire.Last(datagram => datagram.From == node.Address).SentOn;
}
