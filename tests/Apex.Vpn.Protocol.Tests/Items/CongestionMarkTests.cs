using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Inner;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Tests.Simulation;

namespace Apex.Vpn.Protocol.Tests.Items;

/// <summary>Traffic classes and congestion marks across the tunnel, from one host to the other.</summary>
public sealed class CongestionMarkTests : IDisposable
{
    private const byte ExpeditedForwarding = 46 << 2;

    private readonly Duo _duo = new();

    [Theory]
    [InlineData(Ecn.NotCapable)]
    [InlineData(Ecn.Capable0)]
    [InlineData(Ecn.Capable1)]
    [InlineData(Ecn.CongestionExperienced)]
    [Trait("Item", "38")]
    public void Item38_the_outer_packet_takes_the_mark_and_not_the_class(byte mark)
    {
        byte trafficClass = (byte)(ExpeditedForwarding | mark);
        byte[] ipv4 = InnerPackets.Udp(Duo.LeftIp, Duo.RightIp, trafficClass: trafficClass);
        byte[] ipv6 = InnerPackets.Udp("fd00::1", "fd00::2", trafficClass: trafficClass);
        _duo.Left.Send(ipv4, ipv6); // these wait for the session
        _duo.Run(0.1);
        _duo.Left.Send(ipv4, ipv6); // these do not
        _duo.Run(0.1);
        Assert.All(_duo.SentBy(_duo.Left, MessageType.Transport), sent => Assert.Equal(mark, sent.Datagram.TrafficClass));
        Assert.Equal([ipv4, ipv6, ipv4, ipv6], _duo.Right.Delivered);
    }

    [Fact]
    [Trait("Item", "38")]
    public void Item38_handshakes_are_marked_AF41_and_keepalives_not_at_all()
    {
        _duo.ChangeRight(static update => update.PersistentKeepalive = 25);
        _duo.Run(1);
        Assert.Equal([0x88, 0x88, 0], _duo.Log.Select(static sent => sent.Datagram.TrafficClass));
    }

    [Theory]
    [InlineData(Ecn.Capable0, Ecn.CongestionExperienced, Ecn.CongestionExperienced)]
    [InlineData(Ecn.Capable1, Ecn.CongestionExperienced, Ecn.CongestionExperienced)]
    [InlineData(Ecn.Capable0, Ecn.Capable1, Ecn.Capable1)]
    [InlineData(Ecn.Capable1, Ecn.Capable0, Ecn.Capable1)]
    [InlineData(Ecn.Capable0, Ecn.NotCapable, Ecn.Capable0)]
    [InlineData(Ecn.NotCapable, Ecn.Capable0, Ecn.NotCapable)]
    [Trait("Item", "38")]
    public void Item38_what_the_outer_packet_met_the_inner_one_tells(byte inner, byte outer, byte expected)
    {
        _duo.Established();
        foreach ((string from, string to) in (ReadOnlySpan<(string, string)>)[(Duo.LeftIp, Duo.RightIp), ("fd00::1", "fd00::2")])
        {
            Arrive(InnerPackets.Udp(from, to, trafficClass: (byte)(ExpeditedForwarding | inner)), outer);
            // The packet that the sender would have made with this mark, checksum included.
            Assert.Equal(InnerPackets.Udp(from, to, trafficClass: (byte)(ExpeditedForwarding | expected)), _duo.Right.Delivered[^1]);
        }
        Assert.Equal(2, _duo.Right.Delivered.Count);
    }

    [Fact]
    [Trait("Item", "38")]
    public void Item38_a_packet_that_cannot_tell_of_congestion_is_dropped()
    {
        _duo.Established();
        Arrive(InnerPackets.Udp(Duo.LeftIp, Duo.RightIp), Ecn.CongestionExperienced);
        Arrive(InnerPackets.Udp("fd00::1", "fd00::2"), Ecn.CongestionExperienced);
        Assert.Empty(_duo.Right.Delivered);
        Assert.Equal(2, _duo.Right.Dropped(DropReason.CongestionNotEcnCapable));
    }

    public void Dispose() => _duo.Dispose();

    private void Arrive(byte[] packet, byte outerClass)
    {
        _duo.Lose = static _ => true;
        _duo.Left.Send(packet);
        _duo.Right.Receive(_duo.Log[^1].Datagram with { TrafficClass = outerClass });
    }
}
