using Apex.Vpn.Protocol.Engine.Peers;

namespace Apex.Vpn.Protocol.Tests.Engine.Peers;

public sealed class ActivePeerTests
{
    [Fact]
    public void Who_only_looks_leaves_a_peer_idle()
    {
        var peer = new Peer(default);
        Assert.Equal(0, peer.StagedCount);
        Assert.False(peer.HasStaged);
        Assert.Equal(0, peer.SentBytes + peer.ReceivedBytes);
        peer.ForgetSource();
        Assert.True(peer.IsIdle);
        peer.AddSent(1);
        Assert.False(peer.IsIdle);
        Assert.Same(peer, peer.Active.Peer);
    }

    [Fact]
    public void All_who_activate_a_peer_at_once_get_the_same_object_and_lose_nothing()
    {
        const int Rounds = 2000, Threads = 4, Together = 50;
        var budget = new StagingBudget(1 << 20);
        var peers = new Peer[Rounds];
        for (int i = 0; i < Rounds; i++) peers[i] = new Peer(default);
        using var start = new Barrier(Threads);
        var seen = new ActivePeer[Threads, Rounds];
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(number => new Thread(() =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                if (i % Together == 0) start.SignalAndWait();
                peers[i].AddSent(1);
                peers[i].Staged.Enqueue([1, 2, 3], budget, out _);
                seen[number, i] = peers[i].Active;
            }
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        for (int i = 0; i < Rounds; i++)
        {
            for (int t = 0; t < Threads; t++) Assert.Same(peers[i].Active, seen[t, i]);
            Assert.Equal(Threads, peers[i].SentBytes);
            Assert.Equal(Threads, peers[i].Staged.Clear());
        }
        Assert.Equal(0, budget.UsedBytes);
    }
}
