using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Engine.Control;

/// <summary>What one step of the control worker sends: messages placed densely in a batch.</summary>
internal readonly ref struct ControlOutput(PacketBatch batch, Worker worker)
{
    /// <summary>The most messages that one event (a handshake message, a deadline, a wish of a worker) makes besides staged packets.</summary>
    private const int SlotsPerEvent = 8;

    internal const int MinSlots = 2 * SlotsPerEvent;
    internal const int MinSlab = 2 * (PacketBatch.MaxPacket + 1 + PacketBatch.Headroom + PacketBatch.Alignment + PacketBatch.Tailroom + SpareBytes);

    /// <summary>What staged packets leave free, for the other messages of the same event: an initiation is the longest.</summary>
    internal const int SpareBytes = SlotsPerEvent * 256;

    /// <inheritdoc cref="SpareBytes"/>
    internal const int SpareSlots = SlotsPerEvent;

    internal PacketBatch Batch { get; } = batch;

    internal Worker Worker { get; } = worker;

    /// <summary>Whether there is room for all that one event may send, a longest packet included.</summary>
    internal bool HasRoom => Batch.Capacity - Batch.Count > SpareSlots && Batch.Slab.Length - NextPlace >= MinSlab / 2;

    private int NextPlace
    {
        get
        {
            if (Batch.Count == 0) return PacketBatch.PlaceAfter(0);
            ref PacketSlot last = ref Batch[Batch.Count - 1];
            return PacketBatch.PlaceAfter(last.Offset + last.Length + PacketBatch.Tailroom);
        }
    }

    /// <summary>Takes a place for a message and returns its bytes.</summary>
    internal Span<byte> Add(int length, Peer? owner, in UdpPath path, byte trafficClass)
    {
        int offset = NextPlace;
        Worker.Owners[Batch.Count] = owner;
        ref PacketSlot slot = ref Batch.Add();
        slot.Offset = offset;
        slot.Length = length;
        slot.Path = path;
        slot.TrafficClass = trafficClass;
        return Batch.Bytes(in slot);
    }
}
