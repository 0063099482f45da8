using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Tests.Probes;
using Apex.Vpn.Protocol.Tests.Simulation;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Items;

/// <summary>A live session carries packets without allocating.</summary>
[Collection(Alone.Name)]
public sealed class AllocationTests : IDisposable
{
    internal const int Rounds = 2000;

    private readonly Duo _duo = new Duo().Established();
    private readonly Carrier _carrier;

    public AllocationTests()
    {
        _duo.World.Records = false;
        _carrier = new Carrier(_duo);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(64)]
    [InlineData(1392)]
    public void Packets_from_tun_to_tun_allocate_nothing(int payload)
    {
        byte[] there = Duo.ToRight(payload), back = Duo.ToLeft(payload);
        AssertAllocatesNothing(() =>
        {
            _carrier.Carry(there, toRight: true);
            _carrier.Carry(back, toRight: false);
        });
        Assert.Equal(2L * 2 * Rounds * Carrier.Slots, _carrier.Delivered);
    }

    [Fact]
    public void Dropping_packets_allocates_nothing()
    {
        byte[] nowhere = InnerPackets.Udp(Duo.LeftIp, "10.99.0.1"), noPacket = new byte[40];
        AssertAllocatesNothing(() =>
        {
            _carrier.Carry(nowhere, toRight: true);
            _carrier.Carry(noPacket, toRight: true);
            _carrier.Forge();
        });
        Assert.Equal(2L * Rounds * Carrier.Slots, _duo.Left.Dropped(DropReason.NoRoute));
        Assert.Equal(2L * Rounds * Carrier.Slots, _duo.Left.Dropped(DropReason.MalformedOutbound));
        Assert.Equal(2L * Rounds * Carrier.Slots, _duo.Right.Dropped(DropReason.Unauthentic));
    }

    [Fact]
    public void A_flood_of_handshakes_allocates_nothing_not_even_for_its_cookies()
    {
        byte[] stranger = Strangers.Initiation(_duo.Right, _duo.Left.Address).Bytes, junk = [.. stranger];
        junk[^17] ^= 1;
        UdpEndpoint from = UdpEndpoint.FromIPv4(0xC6336401, 1);
        AssertAllocatesNothing(() =>
        {
            _carrier.Flood(stranger, from);
            _carrier.Flood(junk, from);
        });
        Assert.Equal(2L * 2 * Rounds * Carrier.Slots, _duo.Right.Dropped(DropReason.CookieRequired));
        Assert.Equal(2L * 2 * Rounds * Carrier.Slots, _duo.Right.Dropped(DropReason.InvalidMac1));
    }

    [Fact]
    public void Probes_and_what_is_wrong_with_them_allocate_nothing()
    {
        using Prober prober = new Prober(_duo.World, _duo.Right).Enable();
        byte[] probe = prober.Request(), forged = [.. probe], untimely = prober.Request(prober.Seconds + 10_000);
        forged[100] ^= 1;
        AssertAllocatesNothing(() =>
        {
            _carrier.Flood(probe, prober.Address);
            _carrier.Flood(forged, prober.Address);
            _carrier.Flood(untimely, prober.Address);
        });
        Assert.Equal(2L * Rounds * Carrier.Slots, _duo.Right.Engine.Context.Counters.Read(CounterKind.ProbesAnswered)); // of two batches at once, one fits
        Assert.Equal(2L * 2 * Rounds * Carrier.Slots, _duo.Right.Dropped(DropReason.ProbeUnauthentic));
        Assert.Equal(2L * 2 * Rounds * Carrier.Slots, _duo.Right.Dropped(DropReason.ProbeUntimely));
    }

    public void Dispose()
    {
        _carrier.Dispose();
        _duo.Dispose();
    }

    internal static void AssertAllocatesNothing(Action round)
    {
        for (int i = 0; i < Rounds; i++) round();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Rounds; i++) round();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
