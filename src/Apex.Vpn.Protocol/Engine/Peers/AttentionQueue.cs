using Apex.Vpn.Protocol.Engine.Sessions;

namespace Apex.Vpn.Protocol.Engine.Peers;

/// <summary>
/// Peers that data workers want looked at: a lock-free stack that any worker pushes to and the control worker takes as a whole. A peer
/// stands in it at most once.
/// </summary>
internal sealed class AttentionQueue(Action wakeControl)
{
    private ActivePeer? _top;

    internal bool IsEmpty => Volatile.Read(ref _top) is null;

    /// <summary>Asks for something; wakes the control worker if the peer was not already waiting.</summary>
    internal void Raise(Peer peer, Attention attention)
    {
        ActivePeer active = peer.Active;
        if (!active.TryRaise(attention)) return;
        InjectedYields.Here();
        ActivePeer? top;
        do
        {
            top = Volatile.Read(ref _top);
            active.NextInAttention = top;
            InjectedYields.Here();
        }
        while (Interlocked.CompareExchange(ref _top, active, top) != top);
        wakeControl();
    }

    /// <summary>Takes all waiting peers, in the order in which they came: a list linked by <see cref="ActivePeer.NextInAttention"/>.</summary>
    internal ActivePeer? TakeAll()
    {
        ActivePeer? peer = Interlocked.Exchange(ref _top, null);
        InjectedYields.Here();
        ActivePeer? ordered = null;
        while (peer is not null)
        {
            ActivePeer? next = peer.NextInAttention;
            peer.NextInAttention = ordered;
            ordered = peer;
            peer = next;
        }
        return ordered;
    }
}
