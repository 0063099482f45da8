using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Apex.Vpn.Protocol.Buffers;

namespace Apex.Vpn.Protocol.Transports.Linux;

/// <summary>Makes messages of the slots of one address family, a call's worth at a time. One per sending thread.</summary>
internal sealed unsafe class SendBatchHeaders
{
    [ThreadStatic]
    private static SendBatchHeaders? _ofThisThread;

    private readonly MessageArray _messages = new();
    private readonly int[] _slots = new int[MessageArray.Capacity];
    private readonly bool[] _isLastOfSlot = new bool[MessageArray.Capacity];
    private int _nextSlot;
    private int _nextSegment;

    /// <summary>The calling thread's own.</summary>
    internal static SendBatchHeaders OfThisThread => _ofThisThread ??= new SendBatchHeaders();

    /// <summary>The headers in a row.</summary>
    internal MultiMessageHeader* First => _messages.First;

    /// <summary>Starts again at the first slot of a batch.</summary>
    internal void Begin() => (_nextSlot, _nextSegment) = (0, 0);

    /// <summary>Makes the next messages; a run of segments becomes as many datagrams.</summary>
    /// <returns>How many; 0 when the batch holds no more for this family.</returns>
    internal int Fill(PacketBatch batch, bool ipv6)
    {
        int count = 0;
        byte* slab = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(batch.Slab));
        while (_nextSlot < batch.Count && count < MessageArray.Capacity)
        {
            ref PacketSlot slot = ref batch[_nextSlot];
            bool ours = slot.Length > 0 && (ipv6 ? slot.Path.Remote.IsIPv6 : slot.Path.Remote.IsIPv4);
            if (ours)
            {
                if (_nextSegment == 0) slot.SourceRejected = false;
                int rest = slot.Length - _nextSegment;
                int length = slot.SegmentSize > 0 ? Math.Min(slot.SegmentSize, rest) : rest;
                _messages.Vector(count) = new IoVector { Base = slab + slot.Offset + _nextSegment, Length = (nuint)length };
                ref MessageHeader header = ref _messages.First[count].Header;
                header.NameLength = (uint)SocketAddresses.Write(_messages.Address(count), slot.Path.Remote);
                UdpPath path = slot.SourceRejected ? slot.Path.WithoutSource() : slot.Path;
                header.ControlLength = (nuint)ControlMessages.Write(_messages.Control(count), path, slot.TrafficClass);
                _slots[count] = _nextSlot;
                _isLastOfSlot[count] = length == rest;
                count++;
                _nextSegment += length;
                if (length < rest) continue;
            }

            _nextSlot++;
            _nextSegment = 0;
        }

        return count;
    }

    /// <summary>How many slots end within a range of messages.</summary>
    internal int SlotsIn(int first, int count) => _isLastOfSlot.AsSpan(first, count).Count(true);

    /// <summary>
    /// Takes the local address out of a message, and out of those behind it with the same path, since they would be refused as well.
    /// </summary>
    /// <returns>False when the message had none.</returns>
    internal bool DropSource(PacketBatch batch, int index, int count)
    {
        UdpPath refused = batch[_slots[index]].Path;
        if (!refused.HasSource || batch[_slots[index]].SourceRejected) return false;
        for (int i = index; i < count; i++)
        {
            ref PacketSlot slot = ref batch[_slots[i]];
            if (slot.Path != refused) continue;
            slot.SourceRejected = true;
            _messages.First[i].Header.ControlLength =
                (nuint)ControlMessages.Write(_messages.Control(i), slot.Path.WithoutSource(), slot.TrafficClass);
        }

        return true;
    }
}
