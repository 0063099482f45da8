using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Admission;
using Apex.Vpn.Protocol.Engine.Defense;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Tests.Items;
using Apex.Vpn.Protocol.Tests.Simulation;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Admission;

/// <summary>What those can do who hold no key, somebody else's messages, or keys that nobody granted.</summary>
public sealed class AdmissionAttackTests
{
    private const long Now = 1_800_000_000;

    [Fact]
    public void Who_knows_a_public_key_and_not_its_private_one_causes_no_lookup_and_costs_the_key_nothing()
    {
        using var house = new Gatehouse();
        HandPeer victim = house.Client("10.77.0.1/32"), attacker = house.Client();
        for (int i = 0; i < 1000; i++)
        {
            attacker.Address = UdpEndpoint.FromIPv4(0xC6330000 + (uint)(i << 8), 9);
            attacker.Deliver(attacker.Initiation(claimed: victim.PublicKey));
        }
        Assert.Empty(house.Clerk.Asked);
        Assert.Equal(1000, house.Dropped(DropReason.HandshakeUnauthentic));
        Assert.True(house.Knock(victim)); // at the same moment
        Assert.Single(house.Clerk.Asked);
    }

    [Fact]
    public void Junk_with_a_valid_mac1_causes_no_lookup_and_parks_nothing()
    {
        using var house = new Gatehouse();
        using var burst = new Burst(house.World, house.Node);
        for (int i = 0; i < 20; i++)
        {
            burst.Arrive(Strangers.Initiations(house.Node, 250));
            house.Node.RunControl();
        }
        Assert.Empty(house.Clerk.Asked);
        Assert.Equal(0, house.Admission.Status.ParkedInitiations);
        Assert.Equal(0, house.Node.Engine.Context.HandshakeSecrets.Live);
    }

    [Fact]
    public void A_recorded_initiation_is_refused_before_and_after_erasure_and_uses_up_nothing_of_the_keys()
    {
        using var house = new Gatehouse();
        HandPeer client = house.Client("10.77.0.1/32"), replayer = house.Client();
        byte[] recorded = client.Initiation();
        Assert.True(house.Knock(client, recorded));
        replayer.Deliver(recorded);
        Assert.Equal(1, house.Dropped(DropReason.StaleTimestamp));
        house.Run(361);
        Assert.Null(house.Find(client));
        for (int i = 0; i < 100; i++) replayer.Deliver(recorded);
        Assert.Equal(100, house.Dropped(DropReason.StampBelowMark));
        Assert.True(house.Knock(client));
        Assert.Equal(2, house.Clerk.Asked.Count); // once, and once behind the return, as the grant was not fresh
    }

    [Fact]
    public void After_the_marks_overflowed_recorded_initiations_are_refused_all_the_same()
    {
        using var house = new Gatehouse(new NodeOptions { MaxReplayMarks = 3 });
        HandPeer[] clients = [.. Enumerable.Range(1, 6).Select(i => house.Client($"10.77.0.{i}/32"))];
        byte[][] recorded = [.. clients.Select((client, i) => client.Initiation(Stamp(Now + i)))];
        foreach ((HandPeer client, byte[] initiation) in clients.Zip(recorded)) Assert.True(house.Knock(client, initiation));
        house.Run(361);
        Assert.Equal(3, house.Admission.Status.ReplayMarks);
        foreach ((HandPeer client, byte[] initiation) in clients.Zip(recorded)) Assert.False(house.Knock(client, initiation));
        Assert.Equal(6, house.Dropped(DropReason.StampBelowMark));
        HandPeer slow = house.Client("10.77.0.9/32");
        Assert.False(house.Knock(slow, slow.Initiation(Stamp(Now - 1)))); // no mark of its own: below the highest that went
        Assert.True(house.Knock(slow, slow.Initiation(Stamp(Now + 100))));
        foreach (HandPeer client in clients) Assert.True(house.Knock(client, client.Initiation(Stamp(Now + 100))));
    }

    [Theory]
    [InlineData(0)] // the node's own clock plays no part
    [InlineData(Now)]
    [InlineData(4_000_000_000)]
    public void Clocks_that_jump_keep_out_only_what_is_older_than_what_was_seen(long nodeSeconds)
    {
        using var house = new Gatehouse(new NodeOptions { UnixNanoseconds = nodeSeconds * 1_000_000_000 });
        HandPeer router = house.Client("10.77.0.1/32"), dreamer = house.Client("10.77.0.2/32");
        Assert.True(house.Knock(router, router.Initiation(Stamp(5)))); // 1970, until it has the time
        house.Run(1);
        Assert.True(house.Knock(router, router.Initiation(Stamp(Now))));
        Assert.True(house.Knock(dreamer, dreamer.Initiation(Stamp(Now + 1_000_000))));
        house.Run(1);
        Assert.False(house.Knock(dreamer, dreamer.Initiation(Stamp(Now + 1))));
        Assert.Equal(1, house.Dropped(DropReason.StaleTimestamp));
        house.Run(361); // erased, both
        Assert.True(house.Knock(router, router.Initiation(Stamp(Now + 400))));
        Assert.False(house.Knock(router, router.Initiation(Stamp(6)))); // 1970 again, after a restart
        Assert.False(house.Knock(dreamer, dreamer.Initiation(Stamp(Now + 401))));
        Assert.Equal(1, house.Dropped(DropReason.StampBelowMark));
        house.Run(1);
        Assert.True(house.Knock(dreamer, dreamer.Initiation(Stamp(Now + 1_000_001))));
    }

    [Fact]
    public void A_full_parking_holds_4096_asks_for_cookies_and_is_empty_two_seconds_later()
    {
        var clerk = new Clerk { Answers = ClerkAnswers.Never };
        using var house = new Gatehouse(new NodeOptions { Clerk = clerk });
        HandPeer known = house.Client().Join("10.80.0.1/32").Connect();
        for (int i = 0; i < ParkingLot.Capacity + 300; i++)
        {
            HandPeer client = house.Client();
            client.Deliver(client.Initiation());
            if (i < ParkingLot.LoadThreshold) continue;
            house.World.Wire.RemoveRange(0, house.World.Wire.Count - 1);
            Assert.True(client.Cookies.TryConsumeReply(client.Last(MessageType.CookieReply).Bytes, house.World.Now));
            client.Deliver(client.Initiation());
        }
        Assert.Equal(ParkingLot.Capacity, house.Admission.Status.ParkedInitiations);
        Assert.Equal(ParkingLot.Capacity, house.Node.Engine.Context.HandshakeSecrets.Live);
        Assert.Equal(300, house.Dropped(DropReason.ParkingFull));
        Assert.Contains(true, house.Node.Events.Load);
        house.World.RunFor(TimeSpan.FromMilliseconds(50));
        Assert.True(house.Knock(known)); // without a cookie, at once
        house.Run(2.1);
        Assert.Equal(0, house.Admission.Status.ParkedInitiations);
        Assert.Equal(0, house.Node.Engine.Context.HandshakeSecrets.Live);
        Assert.Equal(ParkingLot.Capacity, house.Dropped(DropReason.AuthorizerLate));
    }

    [Fact]
    public void One_network_takes_a_sixteenth_of_the_parking()
    {
        using var house = new Gatehouse(new NodeOptions { Clerk = new Clerk { Answers = ClerkAnswers.Never } });
        for (int i = 0; i < ParkingLot.NetworkShare + 20; i++)
        {
            HandPeer client = house.Client();
            client.Address = UdpEndpoint.FromIPv6((UInt128)0x20010db8_00000000 << 64 | (UInt128)(uint)(i & 255) << 64, 9); // all the /64 of a /56
            client.Deliver(client.Initiation());
        }
        Assert.Equal(ParkingLot.NetworkShare, house.Admission.Status.ParkedInitiations);
        Assert.Equal(20, house.Dropped(DropReason.ParkingFull));
        HandPeer elsewhere = house.Client();
        elsewhere.Deliver(elsewhere.Initiation());
        Assert.Equal(ParkingLot.NetworkShare + 1, house.Admission.Status.ParkedInitiations);
    }

    [Fact]
    public void A_key_may_try_once_in_20_ms_and_20_times_a_second()
    {
        using var house = new Gatehouse(new NodeOptions { Clerk = new Clerk { Answers = ClerkAnswers.Never } });
        HandPeer client = house.Client();
        client.Deliver(client.Initiation());
        client.Deliver(client.Initiation());
        Assert.Equal(1, house.Dropped(DropReason.InitiationFlood));
        for (int i = 0; i < 40; i++)
        {
            house.Run(0.025);
            client.Deliver(client.Initiation());
        }
        Assert.InRange(house.Dropped(DropReason.InitiationFlood), 12, 20); // 20 and a burst of 5 of 42
        Assert.Single(house.Clerk.Asked);
    }

    [Fact]
    public void A_client_that_moved_renews_within_two_seconds_while_strangers_flood()
    {
        var clerk = new Clerk();
        using var house = new Gatehouse(new NodeOptions { Clerk = clerk });
        HandPeer client = house.Client("10.77.0.1/32").Connect();
        using var burst = new Burst(house.World, house.Node);
        client.Address = UdpEndpoint.FromIPv4(0xCB007107, 7);
        TimeSpan begun = house.World.Elapsed;
        bool renewed = false;
        for (ulong i = 0; i < 20 && !renewed; i++)
        {
            burst.Arrive(Strangers.Initiations(house.Node, 250));
            client.Deliver(client.Data(1 + i, [])); // as a client does that notices: its endpoint comes with data
            house.Run(0.1);
            burst.Arrive(Strangers.Initiations(house.Node, 250));
            renewed = house.Knock(client);
        }
        Assert.True(renewed);
        Assert.InRange((house.World.Elapsed - begun).TotalSeconds, 0, 2);
        Assert.Equal(0, client.Received(MessageType.CookieReply));
    }

    [Fact]
    public void Proven_unknown_keys_from_many_networks_do_not_keep_a_known_client_from_renewing()
    {
        const int Rounds = 60, PerRound = 50;
        using var house = new Gatehouse(new NodeOptions { Clerk = new Clerk { Answers = ClerkAnswers.Never } });
        HandPeer known = house.Client().Join().Connect();
        for (int round = 0; round < Rounds; round++)
        {
            house.Run(0.05);
            for (int i = 0; i < PerRound; i++)
            {
                HandPeer stranger = house.Client();
                stranger.Address = UdpEndpoint.FromIPv4(0x0B000000 + ((uint)((round * PerRound) + i) << 8), 9); // a /24 of its own
                house.Node.Take(new Datagram(stranger.Address, house.Node.Address, TrafficClass: 0, stranger.Initiation()));
            }
            Assert.True(house.Knock(known));
        }
        Assert.Equal(0, known.Received(MessageType.CookieReply));
        // A thousand a second that all prove their keys: the parking is an eighth full after half a second, and asks them for cookies.
        Assert.InRange(house.Clerk.Asked.Count, 1, ParkingLot.LoadThreshold + PerRound);
        Assert.True(house.Dropped(DropReason.CookieRequired) > Rounds * PerRound / 2);
    }

    private static Tai64n Stamp(long seconds) => Tai64n.FromUnix(seconds * 1_000_000_000);
}
