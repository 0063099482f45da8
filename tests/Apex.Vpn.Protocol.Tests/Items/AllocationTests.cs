using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Tests.Probes;
using Apex.Vpn.Protocol.Tests.Simulation;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Items;

/// <summary>A live session carries packets without allocating.</summary>
[Collection(Alone.Name)]
public sealed class AllocationTests : IDisposable
{
    private const int Slots = 64, Rounds = 2000;

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
        Assert.Equal(2L * 2 * Rounds * Slots, _carrier.Delivered);
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
        Assert.Equal(2L * Rounds * Slots, _duo.Left.Dropped(DropReason.NoRoute));
        Assert.Equal(2L * Rounds * Slots, _duo.Left.Dropped(DropReason.MalformedOutbound));
        Assert.Equal(2L * Rounds * Slots, _duo.Right.Dropped(DropReason.Unauthentic));
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
        Assert.Equal(2L * 2 * Rounds * Slots, _duo.Right.Dropped(DropReason.CookieRequired));
        Assert.Equal(2L * 2 * Rounds * Slots, _duo.Right.Dropped(DropReason.InvalidMac1));
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
        Assert.Equal(2L * Rounds * Slots, _duo.Right.Engine.Context.Counters.Read(CounterKind.ProbesAnswered)); // of two batches at once, one fits
        Assert.Equal(2L * 2 * Rounds * Slots, _duo.Right.Dropped(DropReason.ProbeUnauthentic));
        Assert.Equal(2L * 2 * Rounds * Slots, _duo.Right.Dropped(DropReason.ProbeUntimely));
    }

    public void Dispose()
    {
        _carrier.Dispose();
        _duo.Dispose();
    }

    private static void AssertAllocatesNothing(Action round)
    {
        for (int i = 0; i < Rounds; i++) round();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Rounds; i++) round();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>Takes batches from the one engine to the other, as a device's workers and a network would.</summary>
    private sealed class Carrier(Duo duo) : IDisposable
    {
        private readonly PacketBatch _batch = new(Slots, Slots * 2048);
        private readonly PacketBatch _control = WireGuardEngine.CreateControlBatch();
        private readonly Worker _left = duo.Left.Engine.CreateWorker(Slots), _right = duo.Right.Engine.CreateWorker(Slots);
        private readonly byte[] _forged = [4, 0, 0, 0, .. BitConverter.GetBytes(duo.RightSession.LocalIndex), .. new byte[40]];
        private Instant _now = duo.World.Now;

        internal long Delivered { get; private set; }

        internal void Carry(byte[] packet, bool toRight)
        {
            (Node from, Node to) = toRight ? (duo.Left, duo.Right) : (duo.Right, duo.Left);
            _now += TimeSpan.FromMicroseconds(500);
            _batch.Clear();
            for (int i = 0; i < Slots; i++) _batch.Add(packet);
            Worker sender = toRight ? _left : _right;
            from.Engine.Outbound.Process(_batch, sender, _now);
            OutboundPath.AfterSend(_batch, sender, Filled());
            sender.Replies.Clear();
            Arrive(from, to, toRight ? _right : _left);
            Delivered += Filled();
        }

        internal void Forge()
        {
            _batch.Clear();
            for (int i = 0; i < Slots; i++) _batch.Add(_forged);
            Arrive(duo.Left, duo.Right, _right);
        }

        /// <summary>Two full batches at once: an eighth of the lane, and so load.</summary>
        internal void Flood(byte[] message, UdpEndpoint from)
        {
            _now += TimeSpan.FromMilliseconds(1);
            for (int turn = 0; turn < 2; turn++)
            {
                _batch.Clear();
                for (int i = 0; i < Slots; i++) _batch.Add(message).Path = new UdpPath(from);
                duo.Right.Engine.Inbound.Process(_batch, _right, _now);
            }
            Step(duo.Right);
        }

        public void Dispose()
        {
            _left.Dispose();
            _right.Dispose();
        }

        private void Arrive(Node from, Node to, Worker receiver)
        {
            foreach (ref PacketSlot slot in _batch.Slots) slot.Path = new UdpPath(from.Address, to.Address.AddressBits, LocalInterface: 1);
            to.Engine.Inbound.Process(_batch, receiver, _now);
            Step(from);
            Step(to);
        }

        private int Filled()
        {
            int filled = 0;
            foreach (ref PacketSlot slot in _batch.Slots)
            {
                if (slot.Length != 0) filled++;
            }
            return filled;
        }

        private void Step(Node node)
        {
            for (bool more = true; more;)
            {
                more = node.Engine.Step(_now, _control);
                node.Engine.AfterSend(_control, _control.Count);
            }
        }
    }
}
