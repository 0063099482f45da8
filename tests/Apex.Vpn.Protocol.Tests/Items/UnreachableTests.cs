using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Inner;
using Apex.Vpn.Protocol.Tests.Simulation;

namespace Apex.Vpn.Protocol.Tests.Items;

/// <summary>What the sender of a packet is told that the tunnel cannot carry.</summary>
public sealed class UnreachableTests : IDisposable
{
    private readonly Duo _duo = new();

    [Theory]
    [InlineData("10.0.0.1", "10.99.0.1", 3, 1, 1)]
    [InlineData("fd00::1", "fd99::1", 1, 3, 58)]
    [Trait("Item", "39")]
    public void Item39_a_packet_to_nobody_is_answered_by_unreachable(string from, string to, byte type, byte code, byte protocol)
    {
        byte[] packet = InnerPackets.Udp(from, to);
        _duo.Left.Send(packet);
        AssertUnreachable(Assert.Single(_duo.Left.Delivered), packet, type, code, protocol);
        Assert.Equal(1, _duo.Left.Dropped(DropReason.NoRoute));
        Assert.Empty(_duo.Log);
    }

    [Fact]
    [Trait("Item", "39")]
    public void Item39_a_packet_to_a_peer_without_endpoint_is_answered_by_unreachable()
    {
        byte[] ipv4 = Duo.ToLeft(), ipv6 = InnerPackets.Udp("fd00::2", "fd00::1");
        _duo.Right.Send(ipv4, ipv6);
        AssertUnreachable(_duo.Right.Delivered[0], ipv4, 3, 1, 1);
        AssertUnreachable(_duo.Right.Delivered[1], ipv6, 1, 3, 58);
        Assert.Equal(2, _duo.Right.Dropped(DropReason.NoEndpoint));
        Assert.Equal(0, _duo.RightPeer.Staged.Count);
    }

    [Fact]
    [Trait("Item", "39")]
    public void Item39_errors_and_multicast_are_not_answered()
    {
        _duo.Left.Send(
            InnerPackets.Udp("10.0.0.1", "224.0.0.251"),
            InnerPackets.Udp("fd00::1", "ff02::1"),
            InnerPackets.Udp("10.0.0.1", "10.99.0.1"));
        byte[] error = Assert.Single(_duo.Left.Delivered);
        error[16] = 10; // an error, to where no peer is
        error[17] = 98;
        _duo.Left.Send(error);
        Assert.Single(_duo.Left.Delivered);
        Assert.Equal(4, _duo.Left.Dropped(DropReason.NoRoute));
    }

    [Fact]
    [Trait("Item", "39")]
    public void Item39_a_scan_gets_50_errors_at_once_and_1000_a_second()
    {
        byte[] packet = InnerPackets.Udp("10.0.0.1", "10.99.0.1");
        for (int i = 0; i < 100; i++) _duo.Left.Send(packet);
        Assert.Equal(50, _duo.Left.Delivered.Count);
        _duo.Run(0.010);
        for (int i = 0; i < 100; i++) _duo.Left.Send(packet);
        Assert.Equal(60, _duo.Left.Delivered.Count);
    }

    public void Dispose() => _duo.Dispose();

    private static void AssertUnreachable(byte[] error, byte[] packet, byte type, byte code, byte protocol)
    {
        Assert.True(InnerPacket.TryParse(error, out InnerPacket outer));
        Assert.True(InnerPacket.TryParse(packet, out InnerPacket inner));
        Assert.Equal(inner.Source, outer.Destination);
        Assert.Equal(inner.Destination, outer.Source);
        Assert.Equal(protocol, error[outer.IsIPv4 ? 9 : 6]);
        int header = outer.IsIPv4 ? InnerPacket.IPv4HeaderSize : InnerPacket.IPv6HeaderSize;
        Assert.Equal([type, code], error[header..(header + 2)]);
        Assert.Equal(packet, error[(header + 8)..]);
    }
}
