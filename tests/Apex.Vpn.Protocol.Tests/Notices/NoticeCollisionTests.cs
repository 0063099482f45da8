using System.Buffers.Binary;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Inner;
using Apex.Vpn.Protocol.Engine.Notices;
using Apex.Vpn.Protocol.Notices;
using Apex.Vpn.Protocol.Tests.Items;
using Apex.Vpn.Protocol.Tests.Simulation;

namespace Apex.Vpn.Protocol.Tests.Notices;

/// <summary>Real traffic that looks like notices, all but one thing, reaches the host as it is.</summary>
public sealed class NoticeCollisionTests : IDisposable
{
    private readonly NoticeScene _scene = new NoticeScene().Connected();

    private byte[] Notice => _scene.Plane.Sign(ControlPlane.Drain(1));

    [Theory]
    [InlineData("APXM")]
    [InlineData("apxn")]
    [InlineData("APX")]
    [InlineData("")]
    [InlineData("\0APXN")]
    [InlineData("an application's own protocol on port 51819")]
    public void The_right_ports_and_another_magic_are_the_hosts(string payload)
    {
        byte[] bytes = [.. payload.Select(static character => (byte)character)];
        PassesToClient(ControlPlane.Packet(_scene.NodeIp, _scene.ClientIp, bytes));
        PassesToNode(ControlPlane.Packet(_scene.ClientIp, _scene.NodeIp, bytes));
    }

    [Fact]
    public void An_application_of_the_clients_may_use_the_port_with_anybody_else()
    {
        _scene.Duo.ChangeRight(static right => right.AllowedIps.Add(AllowedIpChange.Add(System.Net.IPNetwork.Parse("0.0.0.0/0"))));
        PassesToClient(ControlPlane.Packet("203.0.113.7", _scene.ClientIp, Notice));
        PassesToNode(ControlPlane.Packet(_scene.ClientIp, "203.0.113.7", ControlPlane.Hello()));
    }

    [Theory]
    [InlineData(20, 51819, 51818)] // from another port
    [InlineData(22, 51819, 51820)] // to another port
    public void The_right_magic_on_other_ports_is_the_hosts(int at, ushort before, ushort after)
    {
        byte[] packet = ControlPlane.Packet(_scene.NodeIp, _scene.ClientIp, Notice);
        Assert.Equal(before, BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(at)));
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(at), after);
        PassesToClient(packet);
    }

    [Theory]
    [InlineData(9, 6)] // TCP
    [InlineData(9, 136)] // UDP-Lite
    [InlineData(6, 0x20)] // the first fragment of more
    [InlineData(7, 1)] // a later fragment
    public void What_is_no_whole_UDP_packet_is_the_hosts(int at, byte value)
    {
        byte[] packet = ControlPlane.Packet(_scene.NodeIp, _scene.ClientIp, Notice);
        packet[at] = value;
        PassesToClient(packet);
    }

    [Fact]
    public void A_packet_with_IP_options_is_the_hosts()
    {
        byte[] plain = ControlPlane.Packet(_scene.NodeIp, _scene.ClientIp, Notice);
        byte[] packet = [.. plain[..20], 1, 1, 1, 1, .. plain[20..]];
        packet[0] = 0x46;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        PassesToClient(packet);
    }

    [Theory]
    [InlineData(24, 1)] // UDP length
    [InlineData(26, 0x5A)] // UDP checksum
    public void The_right_magic_in_a_broken_datagram_is_dropped(int at, byte change)
    {
        byte[] packet = ControlPlane.Packet(_scene.NodeIp, _scene.ClientIp, Notice);
        packet[at] ^= change;
        _scene.Node.Send(packet);
        _scene.Duo.Run(0.1);
        Assert.Empty(_scene.Client.Heard);
        Assert.Empty(_scene.Client.Delivered);
        Assert.Equal((1, 0, 0), NoticeScene.Dropped(_scene.Client));
    }

    [Fact]
    public void A_datagram_without_checksum_is_good_in_IPv4()
    {
        byte[] packet = ControlPlane.Packet(_scene.NodeIp, _scene.ClientIp, Notice);
        packet.AsSpan(26, 2).Clear();
        _scene.Node.Send(packet);
        _scene.Duo.Run(0.1);
        Assert.Single(_scene.Client.Heard);
    }

    [Fact]
    public void A_device_that_hears_no_notices_hands_them_to_its_host()
    {
        using Duo duo = new Duo().Established();
        byte[] notice = ControlPlane.Packet(Duo.RightIp, Duo.LeftIp, Notice), hello = ControlPlane.Packet(Duo.LeftIp, Duo.RightIp, ControlPlane.Hello());
        duo.Right.Send(notice);
        duo.Left.Send(hello);
        duo.Run(0.1);
        Assert.Equal([notice], duo.Left.Delivered);
        Assert.Equal([hello], duo.Right.Delivered);
    }

    [Fact]
    public void Notices_pass_by_a_filter_that_lets_nothing_through()
    {
        using NoticeScene scene = new NoticeScene(client: new NodeOptions { Filter = new Wall() }).Connected();
        Assert.True(scene.Notify(ControlPlane.Drain(1)));
        scene.Duo.Run(1);
        Assert.Single(scene.Client.Heard);
        Assert.Equal([(NoticeKind.Drain, true)], scene.Node.Events.Ended);
        scene.Node.Send(Duo.ToLeft());
        scene.Duo.Run(1);
        Assert.Equal(1, scene.Client.Dropped(DropReason.FilteredInbound));
    }

    [Theory]
    [InlineData("10.0.0.1", "10.0.0.2")]
    [InlineData("fd00::1", "fd00::2")]
    public void No_checksum_is_written_as_none(string source, string destination)
    {
        // Among 65 536 payloads that differ in one word, one makes the checksum zero, which would mean "none".
        byte[] message = ControlPlane.Hello();
        int header = source.Contains(':', StringComparison.Ordinal) ? 40 : 20;
        bool seen = false;
        for (int word = 0; word <= ushort.MaxValue; word++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(20), (ushort)word);
            byte[] packet = ControlPlane.Packet(source, destination, message);
            ushort checksum = BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(header + 6));
            Assert.NotEqual(0, checksum);
            seen |= checksum == ushort.MaxValue;
            Assert.True(InnerPacket.TryParse(packet, out InnerPacket parsed));
            Assert.True(NoticePacket.TryRead(packet, parsed.IsIPv4, out ReadOnlySpan<byte> read) && read.SequenceEqual(message));
        }
        Assert.True(seen);
    }

    public void Dispose() => _scene.Dispose();

    private void PassesToClient(byte[] packet) => Passes(_scene.Node, _scene.Client, packet);

    private void PassesToNode(byte[] packet) => Passes(_scene.Client, _scene.Node, packet);

    private void Passes(Node from, Node to, byte[] packet)
    {
        from.Send(packet);
        _scene.Duo.Run(0.1);
        Assert.Equal([packet], to.Delivered);
        Assert.Equal((0, 0, 0), NoticeScene.Dropped(to));
        Assert.Empty(_scene.Client.Heard);
    }

    private sealed class Wall : IPacketFilter
    {
        public bool AllowOutbound(PublicKey peer, ReadOnlySpan<byte> packet) => true;

        public bool AllowInbound(PublicKey peer, ReadOnlySpan<byte> packet) => false;
    }
}
