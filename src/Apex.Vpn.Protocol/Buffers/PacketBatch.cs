using System.Diagnostics;

namespace Apex.Vpn.Protocol.Buffers;

/// <summary>
/// Packets that travel together: one pinned slab of bytes, and slots that say where each packet lies in it. The same batch goes from the
/// TUN through the engine to the network, or the other way; packets are sealed and opened where they lie.
/// </summary>
/// <remarks>Owned by one worker at a time; not thread-safe. The slab is pinned, so that its address can be handed to the kernel.</remarks>
public sealed class PacketBatch
{
    /// <summary>Free bytes in front of every packet: the transport header (16), or a virtio-net header on the way to a TUN (10).</summary>
    public const int Headroom = 16;

    /// <summary>Free bytes behind every packet from a TUN: padding to 16 and the authentication tag (16).</summary>
    public const int Tailroom = 32;

    /// <summary>What packets from a TUN begin at a multiple of: a vector and a cache line.</summary>
    public const int Alignment = 64;

    /// <summary>The longest packet: what an IPv4 or IPv6 length field can say.</summary>
    public const int MaxPacket = 65535;

    /// <summary>The distance of slots that must each hold any datagram; an odd multiple of 64, so that slots do not share cache sets.</summary>
    public const int FullStride = 67648;

    private readonly byte[] _slab;
    private readonly PacketSlot[] _slots;

    /// <summary>A batch of equal places, one for each slot.</summary>
    /// <param name="slots">How many packets it holds at most.</param>
    /// <param name="slabBytes">The slab's size; each place has <paramref name="slabBytes"/> / <paramref name="slots"/> bytes.</param>
    public PacketBatch(int slots, int slabBytes)
        : this(slots, slots, slabBytes)
    {
    }

    /// <summary>A batch with more slots than places: a transport may find many packets in what the kernel wrote into one place.</summary>
    /// <param name="slots">How many packets it holds at most.</param>
    /// <param name="places">How many places there are, at most as many as slots.</param>
    /// <param name="slabBytes">The slab's size; each place has <paramref name="slabBytes"/> / <paramref name="places"/> bytes.</param>
    public PacketBatch(int slots, int places, int slabBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(places, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, places);
        ArgumentOutOfRangeException.ThrowIfLessThan(slabBytes / places, Headroom + Tailroom + 1);
        _slab = GC.AllocateUninitializedArray<byte>(slabBytes, pinned: true);
        _slots = new PacketSlot[slots];
        Places = places;
        Stride = slabBytes / places;
    }

    /// <summary>How many slots are in use; slots 0 to Count - 1.</summary>
    public int Count { get; private set; }

    /// <summary>In how many reads the packets came, where the reader says so: one read may have been cut into many packets.</summary>
    internal int Reads { get; set; }

    /// <summary>How many slots there are.</summary>
    public int Capacity => _slots.Length;

    /// <summary>How many equal places the slab has for those who give every packet one of its own.</summary>
    public int Places { get; }

    /// <summary>The distance between places.</summary>
    public int Stride { get; }

    /// <summary>All bytes. Pinned for the life of the batch.</summary>
    public Span<byte> Slab => _slab;

    /// <summary>The slots in use.</summary>
    public Span<PacketSlot> Slots => _slots.AsSpan(0, Count);

    /// <summary>The slot at an index.</summary>
    /// <param name="index">Less than <see cref="Count"/>.</param>
    public ref PacketSlot this[int index]
    {
        get
        {
            Debug.Assert((uint)index < (uint)Count);
            return ref _slots[index];
        }
    }

    /// <summary>The bytes of a slot.</summary>
    /// <param name="slot">A slot of this batch.</param>
    public Span<byte> Bytes(in PacketSlot slot) => _slab.AsSpan(slot.Offset, slot.Length);

    /// <summary>The bytes of the slot at an index.</summary>
    /// <param name="index">Less than <see cref="Count"/>.</param>
    public Span<byte> Bytes(int index) => Bytes(in this[index]);

    /// <summary>Takes the next slot, cleared; its bytes are for the caller to place.</summary>
    public ref PacketSlot Add()
    {
        ref PacketSlot slot = ref _slots[Count++];
        slot = default;
        return ref slot;
    }

    /// <summary>Where a packet goes whose predecessor, tailroom included, ends at a given offset: behind headroom, aligned.</summary>
    /// <param name="end">0 for the first packet.</param>
    public static int PlaceAfter(int end) => (end + Headroom + Alignment - 1) & -Alignment;

    /// <summary>Takes the next slot at its own place and copies a packet there, with headroom before it.</summary>
    /// <param name="packet">At most <see cref="Stride"/> - <see cref="Headroom"/> - <see cref="Tailroom"/> bytes. Fewer than
    /// <see cref="Places"/> slots are in use.</param>
    public ref PacketSlot Add(ReadOnlySpan<byte> packet)
    {
        int offset = (Count * Stride) + Headroom;
        packet.CopyTo(_slab.AsSpan(offset, Stride - Headroom - Tailroom));
        ref PacketSlot slot = ref Add();
        slot.Offset = offset;
        slot.Length = packet.Length;
        return ref slot;
    }

    /// <summary>Gives back the slot added last.</summary>
    public void RemoveLast() => Count--;

    /// <summary>Gives back all slots.</summary>
    public void Clear() => Count = Reads = 0;
}
