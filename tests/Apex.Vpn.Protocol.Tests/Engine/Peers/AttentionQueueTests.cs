using Apex.Vpn.Protocol.Engine.Peers;

namespace Apex.Vpn.Protocol.Tests.Engine.Peers;

public sealed class AttentionQueueTests
{
    private readonly Peer[] _peers = [new(default), new(default), new(default), new(default)];
    private readonly AttentionQueue _queue;
    private int _wakes;

    public AttentionQueueTests() => _queue = new AttentionQueue(() => Interlocked.Increment(ref _wakes));

    [Fact]
    public void Peers_come_out_in_the_order_in_which_they_asked()
    {
        foreach (Peer peer in _peers) _queue.Raise(peer, Attention.Staged);
        Assert.False(_queue.IsEmpty);
        Assert.Equal(_peers, Take());
        Assert.True(_queue.IsEmpty);
        Assert.Null(_queue.TakeAll());
    }

    [Fact]
    public void A_peer_stands_in_it_once_with_all_its_wishes_and_wakes_once()
    {
        _queue.Raise(_peers[0], Attention.Staged);
        _queue.Raise(_peers[0], Attention.Handshake);
        _queue.Raise(_peers[0], Attention.Staged);
        Assert.Equal(1, _wakes);
        Assert.Equal([_peers[0]], Take());
        Assert.Equal(Attention.Staged | Attention.Handshake, _peers[0].Active.TakeAttention());
        Assert.Equal(Attention.None, _peers[0].Active.TakeAttention());
    }

    [Fact]
    public void After_its_wishes_were_taken_a_peer_may_ask_again()
    {
        _queue.Raise(_peers[0], Attention.Staged);
        ActivePeer active = _queue.TakeAll()!;
        active.TakeAttention();
        _queue.Raise(active.Peer, Attention.Keepalive);
        Assert.Equal(2, _wakes);
        Assert.Equal([active.Peer], Take());
    }

    [Fact]
    public void No_wish_is_lost_among_threads()
    {
        const int PerThread = 20_000;
        int raised = 0, seen = 0;
        var raisers = new Thread[3];
        for (int t = 0; t < raisers.Length; t++)
        {
            int first = t;
            raisers[t] = new Thread(() =>
            {
                for (int i = 0; i < PerThread; i++)
                {
                    Peer peer = _peers[(first + i) % _peers.Length];
                    _queue.Raise(peer, (Attention)(1 << (i % 6)));
                }
                Interlocked.Increment(ref raised);
            });
            raisers[t].Start();
        }
        bool last = false;
        while (!last)
        {
            last = Volatile.Read(ref raised) == raisers.Length; // then one more round takes the rest
            foreach (Peer peer in Take())
            {
                Assert.NotEqual(Attention.None, peer.Active.TakeAttention());
                seen++;
            }
        }
        foreach (Thread thread in raisers) thread.Join();
        Assert.Equal(_wakes, seen);
        Assert.All(_peers, static peer => Assert.Equal(Attention.None, peer.Active.TakeAttention()));
    }

    private List<Peer> Take()
    {
        var peers = new List<Peer>();
        // The link is read before the wishes are taken, as the engine does: then the peer may be pushed again.
        for (ActivePeer? active = _queue.TakeAll(), next; active is not null; active = next)
        {
            next = active.NextInAttention;
            peers.Add(active.Peer);
        }
        return peers;
    }
}
