using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Notices;

namespace Apex.Vpn.Protocol.Engine.Notices;

/// <summary>Notices on their way from receiving workers to the control worker, which verifies them: few, and bounded, so that a node that
/// floods its clients costs them no memory. Room is set aside when it is made. Safe from any thread.</summary>
internal sealed class NoticeInbox
{
    internal const int Capacity = 16;

    private readonly Lock _lock = new();
    private readonly Item[] _ring = new Item[Capacity];
    private int _head;
    private int _count;

    internal NoticeInbox()
    {
        for (int i = 0; i < Capacity; i++) _ring[i].Buffer = new byte[NoticeLayout.MaxSize];
    }

    internal bool IsEmpty => Volatile.Read(ref _count) == 0;

    /// <summary>Copies a message in; false when there is no room.</summary>
    internal bool TryAdd(ReadOnlySpan<byte> message, Peer peer, NoticeGateway gateway)
    {
        lock (_lock)
        {
            if (_count == Capacity) return false;
            ref Item item = ref _ring[(_head + _count) % Capacity];
            message.CopyTo(item.Buffer);
            (item.Length, item.Peer, item.Gateway) = (message.Length, peer, gateway);
            Volatile.Write(ref _count, _count + 1);
            return true;
        }
    }

    /// <summary>Takes the oldest out.</summary>
    /// <param name="destination">At least <see cref="NoticeLayout.MaxSize"/> bytes.</param>
    /// <param name="length">The message's length.</param>
    /// <param name="peer">Whom it came from.</param>
    /// <param name="gateway">What that peer is known as.</param>
    internal bool TryTake(Span<byte> destination, out int length, out Peer? peer, out NoticeGateway? gateway)
    {
        lock (_lock)
        {
            if (_count == 0)
            {
                (length, peer, gateway) = (0, null, null);
                return false;
            }
            ref Item item = ref _ring[_head];
            item.Buffer.AsSpan(0, item.Length).CopyTo(destination);
            (length, peer, gateway) = (item.Length, item.Peer, item.Gateway);
            (item.Peer, item.Gateway) = (null, null);
            _head = (_head + 1) % Capacity;
            Volatile.Write(ref _count, _count - 1);
            return true;
        }
    }

    private struct Item
    {
        internal byte[] Buffer;
        internal int Length;
        internal Peer? Peer;
        internal NoticeGateway? Gateway;
    }
}
