using System.Security.Cryptography;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Peers;
using FsCheck.Xunit;

namespace Apex.Vpn.Protocol.Tests.Engine.Peers;

public sealed class PeerTableTests
{
    [Property(MaxTest = 100)]
    public void It_agrees_with_a_dictionary_and_keeps_the_order_of_addition(int seed)
    {
        var random = new Random(seed);
        var table = new PeerTable(SecureRandom.Shared);
        var model = new Dictionary<PublicKey, Peer>();
        var order = new List<Peer>();
        for (int step = 0; step < 600; step++)
        {
            // Few keys, so that they come back; phases of growth and of decline.
            PublicKey key = Key((uint)random.Next(200));
            bool grows = step % 300 < 150;
            if (random.Next(4) == 0 == grows)
            {
                if (!model.Remove(key, out Peer? gone)) continue;
                order.Remove(gone);
                table.Remove(gone);
                Assert.True(gone.IsRemoved);
            }
            else if (!model.ContainsKey(key))
            {
                var peer = new Peer(key);
                model.Add(key, peer);
                order.Add(peer);
                table.Add(peer);
            }
            Assert.Equal(model.Count, table.Count);
        }
        for (uint i = 0; i < 200; i++)
        {
            Assert.Equal(model.TryGetValue(Key(i), out Peer? expected), table.TryFind(Key(i), out Peer? found));
            Assert.Same(expected, found);
        }
        Assert.Equal(order, InOrder(table));
    }

    [Fact]
    public void It_grows_and_shrinks_with_what_is_in_it()
    {
        var table = new PeerTable(SecureRandom.Shared);
        for (int i = 0; i < 10_000; i++) table.Add(new Peer(new PublicKey(RandomNumberGenerator.GetBytes(32))));
        Assert.Equal(16 * 1024, table.Capacity);
        while (table.Last is { } last) table.Remove(last);
        Assert.Equal(16, table.Capacity);
        Assert.Equal(0, table.Count);
        Assert.Null(table.First);
    }

    [Fact]
    public void A_key_cannot_be_added_twice()
    {
        var table = new PeerTable(SecureRandom.Shared);
        table.Add(new Peer(Key(7)));
        Assert.Throws<InvalidOperationException>(() => table.Add(new Peer(Key(7))));
        Assert.Equal(1, table.Count);
    }

    private static List<Peer> InOrder(PeerTable table)
    {
        var peers = new List<Peer>();
        for (Peer? peer = table.First; peer is not null; peer = peer.Later) peers.Add(peer);
        return peers;
    }

    private static PublicKey Key(uint number)
    {
        Span<byte> bytes = stackalloc byte[PublicKey.Size];
        bytes.Clear();
        BitConverter.TryWriteBytes(bytes, number);
        return new PublicKey(bytes);
    }
}
