using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Defense;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Engine.Sessions;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Engine.Defense;

public sealed class KnownSourcesTests : IDisposable
{
    private readonly SecretSlab _keys = new();
    private readonly SeededRandom _random = new(1);
    private readonly KnownSources _known;
    private int _made;

    public KnownSourcesTests() => _known = new KnownSources(new SourceHash(_random));

    [Fact]
    public void A_peer_is_known_while_it_has_a_session()
    {
        Peer peer = Connected(Endpoint(1, 10));
        Assert.True(Knows(Endpoint(1, 10)));
        Assert.False(Knows(Endpoint(2, 10)));
        peer.Sessions.Clear();
        _known.Follow(peer);
        Assert.False(Knows(Endpoint(1, 10)));
        Assert.Equal(0, _known.Count);
    }

    [Fact]
    public void A_peer_that_has_a_path_and_no_session_is_not_known()
    {
        var peer = new Peer(Key()) { Path = new PeerPath(new UdpPath(Endpoint(1, 10))) };
        _known.Follow(peer);
        Assert.False(Knows(Endpoint(1, 10)));
    }

    [Fact]
    public void A_peer_that_roams_is_known_where_it_is_now()
    {
        Peer peer = Connected(Endpoint(1, 10));
        Move(peer, Endpoint(2, 20));
        Assert.False(Knows(Endpoint(1, 10)));
        Assert.True(Knows(Endpoint(2, 20)));
        Assert.Equal(2, _known.Count);
    }

    [Fact]
    public void Another_port_of_a_known_address_is_known_and_has_a_share_of_its_own()
    {
        Connected(Endpoint(1, 10));
        Assert.True(_known.TryFind(Endpoint(1, 10), out ulong own));
        Assert.True(_known.TryFind(Endpoint(1, 11), out ulong other));
        Assert.True(_known.TryFind(Endpoint(1, 12), out ulong third));
        Assert.NotEqual(own, other);
        Assert.Equal(other, third);
    }

    [Fact]
    public void An_IPv6_address_is_known_by_its_64_bits()
    {
        Connected(UdpEndpoint.FromIPv6((UInt128)0x20010db8 << 96 | 1, 10));
        Assert.True(Knows(UdpEndpoint.FromIPv6((UInt128)0x20010db8 << 96 | 2, 10)));
        Assert.False(Knows(UdpEndpoint.FromIPv6((UInt128)0x20010db9 << 96 | 1, 10)));
    }

    [Fact]
    public void An_address_is_known_until_the_last_peer_behind_it_has_gone()
    {
        Peer first = Connected(Endpoint(1, 10)), second = Connected(Endpoint(1, 20));
        first.Sessions.Clear();
        _known.Follow(first);
        Assert.True(Knows(Endpoint(1, 99)));
        second.Sessions.Clear();
        _known.Follow(second);
        Assert.False(Knows(Endpoint(1, 99)));
    }

    [Fact]
    public void The_table_says_what_a_list_says_whatever_comes_and_goes_and_gives_its_memory_back()
    {
        var peers = new List<Peer>();
        for (int round = 0; round < 4000; round++)
        {
            uint dice = _random.NextUInt32() % 8;
            if (dice < 4 || peers.Count == 0) peers.Add(Connected(Somewhere()));
            else if (dice < 6) Move(peers[(int)(_random.NextUInt32() % peers.Count)], Somewhere());
            else Forget(peers, (int)(_random.NextUInt32() % peers.Count));
            if (round % 40 != 0) continue;
            HashSet<UInt128> addresses = [.. peers.Select(static peer => peer.Path!.Value.Remote.AddressBits)];
            for (uint address = 0; address < 600; address++)
                Assert.Equal(addresses.Contains(Endpoint(address, 1).AddressBits), Knows(Endpoint(address, 1)));
            int endpoints = peers.Select(static peer => peer.Path!.Value.Remote).Distinct().Count();
            Assert.Equal(addresses.Count + endpoints, _known.Count);
            Assert.True(_known.Capacity >= 2 * _known.Count);
        }
        while (peers.Count != 0) Forget(peers, 0);
        Assert.Equal((0, 64), (_known.Count, _known.Capacity));

        UdpEndpoint Somewhere() => Endpoint(_random.NextUInt32() % 600, (ushort)(_random.NextUInt32() % 4));
    }

    public void Dispose() => _keys.Dispose();

    private static UdpEndpoint Endpoint(uint address, ushort port) => UdpEndpoint.FromIPv4(0xC0000200 + address, port);

    private bool Knows(UdpEndpoint source) => _known.TryFind(source, out _);

    private Peer Connected(UdpEndpoint endpoint)
    {
        var peer = new Peer(Key());
        peer.Sessions.InstallAsResponder(new Keypair(peer, _keys, isInitiator: false, remoteIndex: 1, Moment.At(0)));
        Move(peer, endpoint);
        return peer;
    }

    private void Move(Peer peer, UdpEndpoint endpoint)
    {
        peer.Path = new PeerPath(new UdpPath(endpoint));
        _known.Follow(peer);
    }

    private void Forget(List<Peer> peers, int index)
    {
        peers[index].Sessions.Clear();
        _known.Follow(peers[index]);
        peers.RemoveAt(index);
    }

    private PublicKey Key()
    {
        byte[] bytes = new byte[PublicKey.Size];
        BitConverter.TryWriteBytes(bytes, ++_made);
        return new PublicKey(bytes);
    }
}
