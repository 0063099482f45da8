using System.Buffers.Binary;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Engine.Sessions;
using Apex.Vpn.Protocol.Tests.Simulation;

namespace Apex.Vpn.Protocol.Tests.Items;

/// <summary>Packets that wait for a session.</summary>
public sealed class StagingTests
{
    [Fact]
    [Trait("Item", "29")]
    public void Item29_of_200_packets_the_last_128_arrive_in_order()
    {
        using var duo = new Duo();
        for (int i = 0; i < 200; i++) duo.Left.Send(Numbered(i));
        duo.Run(1);
        Assert.Equal(Enumerable.Range(72, 128), duo.Right.Delivered.Select(Number));
        Assert.Equal(72, duo.Left.Dropped(DropReason.StagedOverflow));
        Assert.Equal(1, duo.Initiations(duo.Left));
    }

    [Fact]
    [Trait("Item", "29")]
    public void Item29_a_keepalive_is_sent_after_the_handshake_only_if_nothing_waits()
    {
        using var duo = new Duo();
        duo.ChangeRight(static update => update.PersistentKeepalive = 25);
        duo.Left.Send(Duo.ToRight());
        duo.Run(1);
        Assert.Empty(duo.Keepalives(duo.Left));
        Assert.Single(duo.Right.Delivered);

        using var idle = new Duo();
        idle.ChangeRight(static update => update.PersistentKeepalive = 25);
        idle.Run(1);
        Assert.Single(idle.Keepalives(idle.Left));
    }

    [Fact]
    [Trait("Item", "29")]
    public void Item29_without_an_endpoint_there_is_no_handshake_until_one_is_set()
    {
        using var duo = new Duo();
        duo.ChangeLeft(static update => update.PersistentKeepalive = 1);
        duo.Right.Send(Duo.ToLeft());
        duo.Run(100);
        Assert.Empty(duo.Log);
        Assert.Equal(1, duo.Right.Dropped(DropReason.NoEndpoint));

        duo.ChangeLeft(update => update.Endpoint = duo.Left.Address);
        duo.Right.Send(Duo.ToLeft());
        duo.Run(6);
        Assert.Single(duo.Left.Delivered);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Item", "20")]
    public void Item20_what_an_expired_or_exhausted_session_cannot_send_waits_for_the_next_one(bool expired)
    {
        using Duo duo = new Duo().Established();
        if (expired) duo.RunTo(181);
        else duo.RunTo(6);
        if (!expired) duo.LeftSession.SkipTo(Limits.RejectAfterMessages);
        Keypair old = duo.LeftSession;
        ulong counter = old.Sent;
        duo.Left.Send(Numbered(1), Numbered(2));
        Assert.Equal(1, duo.Initiations(duo.Left));
        Assert.Equal(2, duo.LeftPeer.Staged.Count);
        Assert.Equal(counter, old.Sent);
        duo.Run(1);
        Assert.Equal([1, 2], duo.Right.Delivered.Select(Number));
        Assert.Empty(duo.Left.Events.Drops);
    }

    [Fact]
    [Trait("Item", "1")]
    [Trait("Item", "20")]
    public void Item1_Item20_the_last_counter_is_used_and_the_packet_after_it_waits()
    {
        using Duo duo = new Duo().Established();
        duo.RunTo(6);
        duo.LeftSession.SkipTo(Limits.RejectAfterMessages - 1);
        duo.Left.Send(Numbered(1));
        Datagram last = duo.SentBy(duo.Left, MessageType.Transport)[^1].Datagram;
        Assert.Equal(Limits.RejectAfterMessages - 1, TransportMessage.Counter(last.Bytes));
        duo.Left.Send(Numbered(2));
        duo.Run(1);
        Assert.Equal([1, 2], duo.Right.Delivered.Select(Number));
        Assert.True(duo.LeftSession.Sent < 10);
    }

    [Fact]
    [Trait("Item", "1")]
    [Trait("Item", "20")]
    public void Item1_Item20_waiting_packets_for_which_the_counters_do_not_suffice_go_on_waiting()
    {
        using Duo duo = new Duo().Established();
        duo.RunTo(6);
        using var burst = new Burst(duo.World, duo.Left);
        duo.LeftSession.SkipTo(Limits.RejectAfterMessages);
        burst.Leave([Numbered(1), Numbered(2)]);
        duo.LeftSession.SkipTo(Limits.RejectAfterMessages - 1); // usable when the control worker looks, but for one packet only
        duo.Left.RunControl();
        duo.Run(1);
        Assert.Equal([1, 2], duo.Right.Delivered.Select(Number));
        Assert.Empty(duo.Left.Events.Drops);
    }

    [Fact]
    [Trait("Item", "30")]
    public void Item30_waiting_packets_get_their_counters_in_order_and_later_ones_follow()
    {
        using var duo = new Duo();
        duo.Left.Send([.. Enumerable.Range(0, 50).Select(Numbered)]);
        duo.World.RunUntil(() => duo.Right.Delivered.Count != 0, TimeSpan.FromSeconds(1));
        duo.Left.Send(Numbered(50), Numbered(51));
        duo.Run(1);
        Assert.Equal(Enumerable.Range(0, 52), duo.Right.Delivered.Select(Number));
        Assert.Equal(
            Enumerable.Range(0, 52).Select(static i => (ulong)i),
            duo.SentBy(duo.Left, MessageType.Transport).Select(static sent => TransportMessage.Counter(sent.Datagram.Bytes)));
    }

    [Fact]
    [Trait("Item", "30")]
    public void Item30_counters_of_packets_that_could_not_be_sent_are_not_used_again()
    {
        using Duo duo = new Duo().Established();
        ulong before = duo.LeftSession.Sent;
        duo.Left.IsCutOff = true;
        duo.Left.Send(Numbered(1), Numbered(2), Numbered(3));
        Assert.Equal(3, duo.Left.Dropped(DropReason.SendFailed));
        duo.Left.IsCutOff = false;
        duo.Left.Send(Numbered(4));
        Assert.Equal(before + 3, TransportMessage.Counter(duo.Log[^1].Datagram.Bytes));
        duo.Run(1);
        Assert.Equal([4], duo.Right.Delivered.Select(Number));
    }

    [Fact]
    [Trait("Item", "51")]
    public void Item51_when_the_memory_for_waiting_packets_is_used_up_handshakes_go_on()
    {
        using var duo = new Duo(left: new NodeOptions { StagingBytes = 64 * 1024 });
        using var silent = new HandPeer(duo.World, duo.Left, "192.0.2.9:9");
        silent.Join("10.9.0.0/16", withEndpoint: true);
        while (duo.Left.Dropped(DropReason.StagedMemory) == 0) duo.Left.Send(InnerPackets.Udp(Duo.LeftIp, "10.9.0.1", payload: 1300));
        Assert.InRange(duo.Left.Engine.Context.Staging.UsedBytes, 30 * 1024, 32 * 1024); // half: the rest is for others

        duo.Left.Send(Numbered(1), Numbered(2));
        for (int i = 0; i < 100; i++) duo.Left.Send(InnerPackets.Udp(Duo.LeftIp, "10.9.0.1", payload: 1300)); // does not end
        duo.Run(1);
        Assert.NotNull(duo.LeftPeer.Sessions.Current);
        Assert.Equal([1, 2], duo.Right.Delivered.Select(Number));
        duo.Right.Send(Duo.ToLeft());
        duo.Run(1);
        Assert.Single(duo.Left.Delivered);
    }

    [Fact]
    [Trait("Item", "51")]
    public void Item51_a_packet_for_which_there_is_no_memory_at_all_still_asks_for_a_session()
    {
        using var duo = new Duo(left: new NodeOptions { StagingBytes = 64 * 1024 });
        StagingBudget staging = duo.Left.Engine.Context.Staging;
        while (staging.TryRent(1024, held: 0) is not null) { } // others
        duo.Left.Send(Duo.ToRight());
        Assert.Equal(1, duo.Left.Dropped(DropReason.StagedMemory));
        duo.Run(1);
        Assert.NotNull(duo.LeftPeer.Sessions.Current);
        duo.Left.Send(Numbered(1));
        duo.Run(1);
        Assert.Equal([1], duo.Right.Delivered.Select(Number));
    }

    [Fact]
    [Trait("Item", "30")]
    public void Item30_packets_that_come_while_the_waiting_ones_leave_do_not_overtake_them()
    {
        using var duo = new Duo(rightKnowsLeft: true);
        duo.Left.Send(Numbered(1), Numbered(2));
        duo.World.RunUntil(() => duo.Count(duo.Right, MessageType.Response) == 1, TimeSpan.FromSeconds(1));
        PacketBatch leaving = WireGuardEngine.CreateControlBatch();
        using var burst = new Burst(duo.World, duo.Left);
        duo.Left.Take(duo.Log[^1].Datagram);
        duo.Left.Engine.Step(duo.World.Now, leaving); // the session is there, and the packets are on their way
        Assert.Equal(2, leaving.Count);
        Assert.Empty(burst.Leave([Numbered(3)]));
        duo.Left.Engine.AfterSend(leaving, leaving.Count);
        duo.Left.RunControl();
        Assert.Single(burst.Leave([Numbered(4)]));
        ulong third = TransportMessage.Counter(duo.SentBy(duo.Left, MessageType.Transport)[0].Datagram.Bytes);
        Assert.Equal(2UL, third);
    }

    [Fact]
    [Trait("Item", "51")]
    public void Item51_memory_that_the_silent_ones_held_comes_back()
    {
        using var duo = new Duo(left: new NodeOptions { StagingBytes = 64 * 1024 }) { Lose = static _ => true };
        while (duo.Left.Dropped(DropReason.StagedMemory) == 0) duo.Left.Send(Duo.ToRight(1300));
        duo.Run(120);
        Assert.Equal(0, duo.Left.Engine.Context.Staging.UsedBytes);
        Assert.Equal(0, duo.Left.Engine.Context.Staging.LentBuffers);
    }

    [Fact]
    [Trait("Item", "19")]
    [Trait("Item", "29")]
    public void Item19_Item29_a_full_queue_and_a_keepalive_that_are_due_in_one_step_both_find_room()
    {
        using var duo = new Duo();
        using var burst = new Burst(duo.World, duo.Right);
        duo.Lose = static datagram => datagram.Type == MessageType.Transport;
        duo.Left.Send(Duo.ToRight());
        duo.Run(1);
        Datagram confirmation = duo.SentBy(duo.Left, MessageType.Transport)[0].Datagram;
        duo.Lose = null;
        for (int i = 0; i < 128; i++) duo.Right.Send(Numbered(i, toRight: false));

        Assert.Single(burst.Arrive([confirmation]));
        duo.Right.Engine.ApplyPeers([new PeerUpdate(duo.Left.PublicKey) { PersistentKeepalive = 25 }]);
        duo.Right.RunControl();
        duo.Run(1);
        Assert.Equal(Enumerable.Range(0, 128), duo.Left.Delivered.Select(Number));
    }

    private static byte[] Numbered(int number) => Numbered(number, toRight: true);

    private static byte[] Numbered(int number, bool toRight)
    {
        byte[] packet = toRight ? Duo.ToRight(payload: 4) : Duo.ToLeft(payload: 4);
        BinaryPrimitives.WriteInt32BigEndian(packet.AsSpan(28), number);
        return packet;
    }

    private static int Number(byte[] packet) => BinaryPrimitives.ReadInt32BigEndian(packet.AsSpan(28));
}
