using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Tests.Simulation;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Items;

/// <summary>What floods do to those who have a session already, and what not.</summary>
public sealed class HandshakeLaneTests : IDisposable
{
    private readonly Duo _duo = new Duo(seed: 7).Established();
    private readonly Burst _burst;

    public HandshakeLaneTests() => _burst = new Burst(_duo.World, _duo.Right);

    private delegate IEnumerable<Datagram> Gust(int number);

    [Fact]
    [Trait("Item", "50")]
    public void Item50_a_known_client_renews_its_session_at_once_while_strangers_flood()
    {
        RenewDuring(_ => Strangers.Initiations(_duo.Right, 250));
        Assert.Equal(1, _duo.Initiations(_duo.Left));
        Assert.True(_duo.Right.Events.Load is [true, ..]);
        Assert.DoesNotContain(_duo.SentBy(_duo.Right, MessageType.CookieReply), ToLeft);
    }

    [Fact]
    [Trait("Item", "50")]
    public void Item50_a_known_client_renews_its_session_while_its_first_initiation_is_replayed_from_everywhere()
    {
        byte[] recorded = _duo.World.Wire.First(static datagram => datagram.Type == MessageType.Initiation).Bytes;
        RenewDuring(_ => Strangers.Initiations(_duo.Right, 250).Select(datagram => datagram with { Bytes = [.. recorded] }));
        Assert.Equal(1, _duo.Initiations(_duo.Left));
    }

    [Fact]
    [Trait("Item", "50")]
    public void Item50_who_pretends_to_be_at_the_clients_address_does_not_use_up_its_share()
    {
        var address = (uint)_duo.Left.Address.AddressBits;
        RenewDuring(number => Enumerable.Range(0, 250).Select(i =>
            Strangers.Initiation(_duo.Right, UdpEndpoint.FromIPv4(address, (ushort)(2000 + (250 * (number % 200)) + i)))));
        Assert.Equal(1, _duo.Initiations(_duo.Left));
    }

    [Fact]
    [Trait("Item", "50")]
    public void Item50_a_client_whose_very_endpoint_is_forged_gets_through_by_a_cookie()
    {
        RenewDuring(_ => Enumerable.Repeat(Strangers.Initiation(_duo.Right, _duo.Left.Address), 250));
        Assert.InRange(_duo.Initiations(_duo.Left), 1, 2);
        // The forger got the share of one source, and answers that do not reach it.
        Assert.InRange(_duo.Right.Dropped(DropReason.HandshakeUnauthentic), 1, 1000);
        Assert.Contains(_duo.SentBy(_duo.Right, MessageType.CookieReply), ToLeft);
    }

    [Fact]
    public void Junk_waits_nowhere_and_is_no_load()
    {
        byte[] junk = new byte[InitiationMessage.Size];
        junk[0] = 1;
        for (int i = 0; i < 20; i++)
            _burst.Arrive(Enumerable.Repeat(new Datagram(_duo.Left.Address, _duo.Right.Address, TrafficClass: 0, junk), 256));
        Assert.Equal(0, _duo.Right.Engine.Context.Handshakes.Count);
        Assert.Equal(20 * 256, _burst.Worker.Counters.Dropped(DropReason.InvalidMac1));
        _duo.Right.RunControl();
        Assert.Empty(_duo.Right.Events.Load);
    }

    [Fact]
    public void What_a_lane_has_no_room_for_is_dropped_and_counted()
    {
        for (int i = 0; i < 5; i++) _burst.Arrive(Strangers.Initiations(_duo.Right, 250));
        Assert.Equal((5 * 250) - 1024, _burst.Worker.Counters.Dropped(DropReason.HandshakeQueueFull));
        Assert.Equal(1024, _duo.Right.Engine.Context.Handshakes.Count);
    }

    [Fact]
    public void Answers_to_nothing_wait_nowhere()
    {
        byte[] response = new byte[ResponseMessage.Size], reply = new byte[CookieReplyMessage.Size];
        new ResponseMessage(response) { Receiver = 12345 }.WriteType();
        reply[0] = 3;
        reply[4] = 77;
        Strangers.WithMac1(_duo.Right, response);
        _burst.Arrive([.. new[] { response, reply }.Select(bytes => new Datagram(_duo.Left.Address, _duo.Right.Address, TrafficClass: 0, bytes))]);
        Assert.Equal(0, _duo.Right.Engine.Context.Handshakes.Count);
        Assert.Equal(1, _burst.Worker.Counters.Dropped(DropReason.UnexpectedResponse));
        Assert.Equal(1, _burst.Worker.Counters.Dropped(DropReason.UnexpectedCookie));
    }

    [Fact]
    public void A_client_that_moved_is_known_where_it_is_now_and_not_where_it_was()
    {
        UdpEndpoint home = _duo.Left.Address;
        _duo.Left.MoveTo("198.51.100.7:77");
        _duo.Left.Send(Duo.ToRight());
        _duo.Run(0.1);
        Assert.True(_duo.Right.Engine.Context.Gate.Known.TryFind(_duo.Left.Address, out _));
        Assert.False(_duo.Right.Engine.Context.Gate.Known.TryFind(home, out _));
    }

    [Fact]
    public void A_removed_client_is_a_stranger()
    {
        _duo.Right.Apply(new PeerUpdate(_duo.Left.PublicKey) { Remove = true });
        Assert.Equal(0, _duo.Right.Engine.Context.Gate.Known.Count);
    }

    [Fact]
    public void A_message_for_a_key_that_was_replaced_while_it_waited_is_refused()
    {
        _burst.Arrive([Strangers.Initiation(_duo.Right, _duo.Left.Address)]);
        using PrivateKey successor = PrivateKey.Generate();
        _duo.Right.SetPrivateKey(successor);
        Assert.Equal(1, _duo.Right.Dropped(DropReason.InvalidMac1));
        Assert.Equal(0, _duo.Right.Dropped(DropReason.HandshakeUnauthentic));
    }

    public void Dispose()
    {
        _burst.Dispose();
        _duo.Dispose();
    }

    private bool ToLeft(Sent sent) => sent.Datagram.To == _duo.Left.Address;

    /// <summary>A renewal is due after 120 s, and from 119 s on a gust arrives 20 times a second until it is done.</summary>
    private void RenewDuring(Gust gust)
    {
        _duo.RunTo(119);
        _duo.Log.Clear();
        var before = _duo.LeftSession;
        for (int i = 0; i < 200 && _duo.LeftSession == before; i++)
        {
            _burst.Arrive(gust(i));
            _duo.Right.RunControl();
            if (i % 10 == 0) _duo.Left.Send(Duo.ToRight());
            _duo.Run(0.05);
        }
        Assert.NotEqual(before, _duo.LeftSession);
    }
}
