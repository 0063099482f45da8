using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Apex.Vpn.Protocol.Buffers;

namespace Apex.Vpn.Protocol.Transports.Linux;

/// <summary>
/// Lets the kernel write straight into the places of a batch, and makes slots of what it wrote: one of each datagram, or one of each segment
/// where it delivered many datagrams as one (UDP_GRO).
/// </summary>
internal sealed unsafe class ReceiveBatchHeaders
{
    /// <summary>
    /// How many messages to ask for while they bring many datagrams each. A full socket buffer would else be copied at once, through and out
    /// of the processor's cache.
    /// </summary>
    private const int MessagesWhenCoalesced = 4;

    private readonly MessageArray _messages = new();
    private PacketBatch? _batch;
    private bool _ipv6;
    private bool _coalesced;
    private int _received;
    private int _nextMessage;
    private int _nextByte;

    /// <summary>Whether a call brought more than the batch had slots for. It lies in the batch's places; <see cref="Deliver"/> goes on.</summary>
    internal bool HasMore(PacketBatch batch) => _nextMessage < _received && batch == _batch;

    /// <summary>Headers for a call that fills the batch's places.</summary>
    /// <param name="batch">The batch. What was left of the call before is lost if this is another one.</param>
    /// <param name="count">How many messages to ask for.</param>
    /// <returns>The first header.</returns>
    internal MultiMessageHeader* Prepare(PacketBatch batch, out int count)
    {
        count = Math.Min(batch.Places, _coalesced ? MessagesWhenCoalesced : MessageArray.Capacity);
        if (batch == _batch) return _messages.First; // the ones used last time were made ready again

        byte* slab = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(batch.Slab));
        for (int i = 0; i < Math.Min(batch.Places, MessageArray.Capacity); i++)
        {
            _messages.Vector(i) = new IoVector { Base = slab + ((nint)i * batch.Stride), Length = (nuint)batch.Stride };
            Rearm(i);
        }

        _batch = batch;
        return _messages.First;
    }

    /// <summary>Takes note of what a call brought.</summary>
    /// <param name="received">How many messages.</param>
    /// <param name="ipv6">The socket's family.</param>
    internal void Begin(int received, bool ipv6)
    {
        (_received, _nextMessage, _nextByte, _ipv6) = (received, 0, 0, ipv6);
        _coalesced = false;
    }

    /// <summary>Adds slots until there are no more or the batch is full. An empty datagram says nothing to anybody and is passed over.</summary>
    /// <returns>The number of datagrams that were longer than their place.</returns>
    internal int Deliver()
    {
        PacketBatch batch = _batch!;
        int truncated = 0;
        while (_nextMessage < _received)
        {
            ref MultiMessageHeader message = ref _messages.First[_nextMessage];
            if ((message.Header.Flags & LinuxNative.MessageTruncated) != 0) truncated++;
            else if (!TryDeliver(batch, in message)) return truncated;
            Rearm(_nextMessage++);
            _nextByte = 0;
        }

        return truncated;
    }

    /// <returns>False when the batch is full before the message is at its end.</returns>
    private bool TryDeliver(PacketBatch batch, in MultiMessageHeader message)
    {
        int length = (int)message.Length;
        ControlMessages.Read(
            _messages.Control(_nextMessage)[..(int)message.Header.ControlLength],
            out UInt128 localAddress, out int localInterface, out byte trafficClass, out int segmentSize);
        if (segmentSize <= 0) segmentSize = length;
        _coalesced |= segmentSize < length;
        var path = new UdpPath(SocketAddresses.Read(_messages.Address(_nextMessage), _ipv6), localAddress, localInterface);
        int place = _nextMessage * batch.Stride;
        for (; _nextByte < length; _nextByte += segmentSize)
        {
            if (batch.Count == batch.Capacity) return false;
            ref PacketSlot slot = ref batch.Add();
            slot.Offset = place + _nextByte;
            slot.Length = Math.Min(segmentSize, length - _nextByte);
            slot.TrafficClass = trafficClass;
            slot.Path = path;
        }

        return true;
    }

    /// <summary>The kernel overwrites these with what it delivered; they are limits again for the next call.</summary>
    private void Rearm(int index)
    {
        ref MessageHeader header = ref _messages.First[index].Header;
        header.NameLength = SocketAddresses.IPv6Bytes;
        header.ControlLength = ControlMessages.MaxBytes;
        header.Flags = 0;
    }
}
