using Apex.Vpn.Protocol.Buffers;

namespace Apex.Vpn.Protocol;

/// <summary>
/// Lays packets out in a batch one close behind the other, each at a multiple of 64 with headroom before and tailroom behind it: what
/// counts on the data path is how much memory a batch touches.
/// </summary>
internal ref struct TunBatchPacker(PacketBatch batch)
{
    private int _free;

    /// <summary>How many more packets the batch takes.</summary>
    internal readonly int SlotsLeft => batch.Capacity - batch.Count;

    /// <summary>Finds the place for a packet of at most so many bytes.</summary>
    /// <param name="bytes">The longest that it may turn out to be.</param>
    /// <param name="offset">Where it goes.</param>
    /// <returns>False when the slots or the slab are used up.</returns>
    internal readonly bool TryPlace(int bytes, out int offset)
    {
        offset = PacketBatch.PlaceAfter(_free);
        return batch.Count < batch.Capacity && offset + bytes + PacketBatch.Tailroom <= batch.Slab.Length;
    }

    /// <summary>Adds the packet that was put at the place.</summary>
    internal void Add(int offset, int length)
    {
        ref PacketSlot slot = ref batch.Add();
        slot.Offset = offset;
        slot.Length = length;
        _free = offset + length + PacketBatch.Tailroom;
    }
}
