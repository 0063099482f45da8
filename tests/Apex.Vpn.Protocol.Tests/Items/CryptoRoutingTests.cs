using System.Buffers.Binary;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Tests.Simulation;

namespace Apex.Vpn.Protocol.Tests.Items;

/// <summary>What may come out of a session, and in which order.</summary>
public sealed class CryptoRoutingTests : IDisposable
{
    private readonly World _world = new(1);
    private readonly Node _node;
    private readonly HandPeer _hand;
    private ulong _counter = 1;

    public CryptoRoutingTests()
    {
        _node = _world.AddNode("192.0.2.2:2000");
        _hand = new HandPeer(_world, _node, "192.0.2.9:9").Join("10.9.0.0/16,fd09::/16").Connect();
    }

    [Fact]
    [Trait("Item", "33")]
    public void Item33_a_packet_is_cut_to_the_length_it_tells()
    {
        byte[] ipv4 = InnerPackets.Udp("10.9.0.1", Duo.RightIp, payload: 5), ipv6 = InnerPackets.Udp("fd09::1", "fd00::2", payload: 7);
        Deliver([.. ipv4, .. new byte[15]]);
        Deliver([.. ipv6, 1, 2, 3]);
        Deliver(ipv4);
        Assert.Equal([ipv4, ipv6, ipv4], _node.Delivered);
    }

    [Fact]
    [Trait("Item", "33")]
    public void Item33_what_is_no_packet_of_its_length_is_dropped()
    {
        byte[] ipv4 = InnerPackets.Udp("10.9.0.1", Duo.RightIp), ipv6 = InnerPackets.Udp("fd09::1", "fd00::2");
        Deliver([0x75, .. ipv4[1..]]);                   // version 7
        Deliver([0]);
        Deliver(ipv4[..19]);
        Deliver(WithLength(ipv4, 2, 19));                // shorter than its header
        Deliver(WithLength(ipv4, 2, ipv4.Length + 1));   // longer than what came
        Deliver(ipv6[..39]);
        Deliver(WithLength(ipv6, 4, ipv6.Length - 39));
        Deliver(WithLength(ipv6, 4, ushort.MaxValue));   // + 40 would wrap in 16 bits to 39
        Assert.Empty(_node.Delivered);
        Assert.Equal(8, _node.Dropped(DropReason.MalformedInnerPacket));
    }

    [Fact]
    [Trait("Item", "34")]
    public void Item34_the_source_must_be_the_peers_by_the_longest_prefix_of_all_peers()
    {
        using var other = new HandPeer(_world, _node, "192.0.2.10:9");
        other.Join("10.9.7.0/24").Connect();
        Deliver(InnerPackets.Udp("10.9.8.1", Duo.RightIp));
        Deliver(InnerPackets.Udp("10.9.7.1", Duo.RightIp));  // within the peer's own /16, but the /24 is another one's
        Deliver(InnerPackets.Udp("10.10.0.1", Duo.RightIp)); // nobody's
        Deliver(InnerPackets.Udp("fd10::1", "fd00::2"));
        Assert.Single(_node.Delivered);
        Assert.Equal(3, _node.Dropped(DropReason.SourceNotAllowed));
        other.Deliver(
            other.Data(1, InnerPackets.Udp("10.9.7.1", Duo.RightIp)),
            other.Data(2, InnerPackets.Udp("10.9.8.1", Duo.RightIp)));
        Assert.Equal(2, _node.Delivered.Count);
        Assert.Equal(4, _node.Dropped(DropReason.SourceNotAllowed));
    }

    [Fact]
    [Trait("Item", "24")]
    public void Item24_packets_of_a_peer_are_delivered_as_they_arrived()
    {
        using var other = new HandPeer(_world, _node, "192.0.2.10:9");
        other.Join("10.10.0.0/16").Connect();
        ulong[] counters = [5, 3, 4, 1, 9, 8, 7, 2, 6];
        var datagrams = new List<Datagram>();
        foreach (ulong counter in counters)
        {
            datagrams.Add(new Datagram(_hand.Address, _node.Address, 0, _hand.Data(counter, Numbered("10.9.0.1", (byte)counter))));
            datagrams.Add(new Datagram(other.Address, _node.Address, 0, other.Data(counter, Numbered("10.10.0.1", (byte)counter))));
        }
        _node.Receive([.. datagrams]);
        Assert.Equal(counters, Order(9));
        Assert.Equal(counters, Order(10));
    }

    [Fact]
    [Trait("Item", "23")]
    public void Item23_the_window_moves_only_for_what_is_authentic_and_is_8128_wide()
    {
        byte[] packet = InnerPackets.Udp("10.9.0.1", Duo.RightIp);
        byte[] forged = _hand.Data(1UL << 50, packet);
        forged[^1] ^= 1;
        _hand.Deliver(forged); // would push the window far ahead
        foreach (ulong counter in (ulong[])[10_000, 10_000 - 8128, 10_000 - 8129, 10_000]) _hand.Deliver(_hand.Data(counter, packet));
        Assert.Equal(2, _node.Delivered.Count);
        Assert.Equal(2, _node.Dropped(DropReason.Replayed));
    }

    public void Dispose()
    {
        _hand.Dispose();
        _world.Dispose();
    }

    private static byte[] Numbered(string source, byte number) => InnerPackets.Udp(source, Duo.RightIp, payload: 1, fill: number);

    /// <summary>The numbers of a peer's packets as they were delivered; the second byte of its addresses tells whose they are.</summary>
    private IEnumerable<ulong> Order(byte peer) =>
        _node.Delivered.Where(packet => packet[13] == peer).Select(static packet => (ulong)packet[^1]);

    private static byte[] WithLength(byte[] packet, int offset, int length)
    {
        byte[] copy = [.. packet];
        BinaryPrimitives.WriteUInt16BigEndian(copy.AsSpan(offset), (ushort)length);
        return copy;
    }

    private void Deliver(byte[] plaintext) => _hand.Deliver(_hand.Data(_counter++, plaintext));
}
