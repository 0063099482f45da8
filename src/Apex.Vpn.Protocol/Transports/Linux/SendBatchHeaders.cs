using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Apex.Vpn.Protocol.Buffers;

namespace Apex.Vpn.Protocol.Transports.Linux;

/// <summary>
/// Makes messages of the slots of one address family, a call's worth at a time: one of each slot, or one of consecutive slots that the
/// kernel cuts apart again (UDP_SEGMENT). One per sending thread.
/// </summary>
internal sealed unsafe class SendBatchHeaders
{
    /// <summary>Older kernels take no more datagrams in one message.</summary>
    private const int MaxSegments = 64;

    /// <summary>The longest payload of a UDP datagram over IPv4, which holds for all segments together.</summary>
    private const int MaxMessage = 65507;

    private const int MaxVectors = 512;

    [ThreadStatic]
    private static SendBatchHeaders? _ofThisThread;

    private readonly MessageArray _messages = new();
    private readonly IoVector[] _vectors = GC.AllocateArray<IoVector>(MaxVectors, pinned: true);
    private readonly SlotRange[] _ranges = new SlotRange[MessageArray.Capacity];
    private int _nextSlot;
    private int _singlyBefore;

    /// <summary>The calling thread's own.</summary>
    internal static SendBatchHeaders OfThisThread => _ofThisThread ??= new SendBatchHeaders();

    /// <summary>The headers in a row.</summary>
    internal MultiMessageHeader* First => _messages.First;

    /// <summary>Starts again at the first slot of a batch.</summary>
    internal void Begin() => _nextSlot = _singlyBefore = 0;

    /// <summary>Makes the next messages.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="ipv6">The family.</param>
    /// <param name="segment">Whether slots may share a message.</param>
    /// <returns>How many; 0 when the batch holds no more for this family.</returns>
    internal int Fill(PacketBatch batch, bool ipv6, bool segment)
    {
        int count = 0, vectors = 0;
        byte* slab = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(batch.Slab));
        var firstVector = (IoVector*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_vectors));
        for (; _nextSlot < batch.Count && count < MessageArray.Capacity && vectors <= MaxVectors - MaxSegments; _nextSlot++)
        {
            ref PacketSlot first = ref batch[_nextSlot];
            if (!IsOurs(in first, ipv6)) continue;
            if (_nextSlot >= _singlyBefore) first.SourceRejected = false;
            var range = new SlotRange { First = _nextSlot, Last = _nextSlot, Slots = 1, SegmentSize = first.Length };
            firstVector[vectors] = new IoVector { Base = slab + first.Offset, Length = (nuint)first.Length };
            if (segment && _nextSlot >= _singlyBefore) Extend(batch, ref range, ipv6, slab, firstVector + vectors);

            ref MessageHeader header = ref _messages.First[count].Header;
            header.Vectors = firstVector + vectors;
            header.VectorCount = (nuint)range.Slots;
            header.NameLength = (uint)SocketAddresses.Write(_messages.Address(count), first.Path.Remote);
            _ranges[count] = range;
            WriteControl(count, in first);
            vectors += range.Slots;
            count++;
            _nextSlot = range.Last;
        }

        return count;
    }

    /// <summary>How many slots a message has.</summary>
    internal int SlotsOf(int message) => _ranges[message].Slots;

    /// <summary>How many slots a range of messages has.</summary>
    internal int SlotsIn(int first, int count)
    {
        int slots = 0;
        for (int i = first; i < first + count; i++) slots += _ranges[i].Slots;
        return slots;
    }

    /// <summary>Goes back to a message and those behind it.</summary>
    /// <param name="message">The next <see cref="Fill"/> begins with it.</param>
    /// <param name="singly">Whether each of its slots then becomes a message of its own.</param>
    internal void Rewind(int message, bool singly)
    {
        _nextSlot = _ranges[message].First;
        if (singly) _singlyBefore = _ranges[message].Last + 1;
    }

    /// <summary>
    /// Takes the local address out of a message, and out of those behind it with the same path, since they would be refused as well.
    /// </summary>
    /// <returns>False when the message had none.</returns>
    internal bool DropSource(PacketBatch batch, int index, int count, bool ipv6)
    {
        ref PacketSlot first = ref batch[_ranges[index].First];
        UdpPath refused = first.Path;
        if (!refused.HasSource || first.SourceRejected) return false;
        for (int i = index; i < count; i++)
        {
            SlotRange range = _ranges[i];
            if (batch[range.First].Path != refused) continue;
            for (int slot = range.First; slot <= range.Last; slot++)
            {
                if (IsOurs(in batch[slot], ipv6)) batch[slot].SourceRejected = true;
            }
            WriteControl(i, in batch[range.First]);
        }

        return true;
    }

    /// <summary>Takes the slots behind the first that can go with it: as long as it, only the last may be shorter.</summary>
    private static void Extend(PacketBatch batch, ref SlotRange range, bool ipv6, byte* slab, IoVector* vectors)
    {
        ref PacketSlot first = ref batch[range.First];
        int length = first.Length;
        for (int i = range.First + 1; i < batch.Count && range.Slots < MaxSegments; i++)
        {
            ref PacketSlot slot = ref batch[i];
            if (!IsOurs(in slot, ipv6)) continue;
            if (slot.Length > first.Length || length + slot.Length > MaxMessage) return;
            if (slot.TrafficClass != first.TrafficClass || slot.Path != first.Path) return;
            slot.SourceRejected = false;
            vectors[range.Slots++] = new IoVector { Base = slab + slot.Offset, Length = (nuint)slot.Length };
            length += slot.Length;
            range.Last = i;
            if (slot.Length < first.Length) return;
        }
    }

    private static bool IsOurs(in PacketSlot slot, bool ipv6) =>
        slot.Length > 0 && (ipv6 ? slot.Path.Remote.IsIPv6 : slot.Path.Remote.IsIPv4);

    private void WriteControl(int message, in PacketSlot slot)
    {
        UdpPath path = slot.SourceRejected ? slot.Path.WithoutSource() : slot.Path;
        int segmentSize = _ranges[message].Slots > 1 ? _ranges[message].SegmentSize : 0;
        _messages.First[message].Header.ControlLength =
            (nuint)ControlMessages.Write(_messages.Control(message), path, slot.TrafficClass, segmentSize);
    }

    /// <summary>The slots of a message: those of our family from the first to the last.</summary>
    private struct SlotRange
    {
        internal int First, Last, Slots, SegmentSize;
    }
}
