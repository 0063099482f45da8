using System.Diagnostics;
using System.Numerics;

namespace Apex.Vpn.Protocol.Engine.Sessions;

/// <summary>What a receiver index names: a pending handshake or a session.</summary>
internal abstract class IndexOwner
{
    private uint _localIndex;

    /// <summary>The index by which the other side addresses this; 0 while it has none. Set by <see cref="IndexTable"/> alone.</summary>
    internal uint LocalIndex
    {
        get => Volatile.Read(ref _localIndex);
        set => Volatile.Write(ref _localIndex, value);
    }
}

/// <summary>Finds the handshake or session that a message's receiver index names.</summary>
/// <remarks>
/// <para>Any number of threads find, without locks; one thread (the control worker) changes.</para>
/// <para>Open addressing with linear probing over references. An owner carries its own index, so a slot is one word and a reader sees it
/// whole or not at all. Indices are random and ours, so they are their own hash. At most half of the slots are in use: an unknown index,
/// which anyone can send, costs two or three probes.</para>
/// </remarks>
internal sealed class IndexTable
{
    private const int MinCapacity = 16;

    // Keeps a probe going where an owner was. Its index is 0, which no one looks for.
    private static readonly IndexOwner Tombstone = new TombstoneOwner();

    private IndexOwner?[] _slots = new IndexOwner?[MinCapacity];
    private int _used; // owners and tombstones
    private int _changes; // counted before each begins

    /// <summary>How many indices are reserved.</summary>
    internal int Count { get; private set; }

    /// <summary>The size of the published array, for tests.</summary>
    internal int Capacity => _slots.Length;

    /// <summary>The owner of an index; null when it is no one's.</summary>
    internal IndexOwner? Find(uint index)
    {
        if (index == 0) return null;
        while (true)
        {
            int changes = Volatile.Read(ref _changes);
            InjectedYields.Here();
            IndexOwner? owner = Probe(Volatile.Read(ref _slots), index);
            InjectedYields.Here();
            // Not to be found while something changed says nothing: the array may have been replaced, or the owner that was looked at may
            // have handed its index over, got another one, and come back.
            if (owner is not null || changes == Volatile.Read(ref _changes)) return owner;
        }
    }

    /// <summary>Gives the owner a random index that no one has, and publishes it.</summary>
    /// <param name="owner">Not in the table.</param>
    /// <param name="random">The source of indices.</param>
    internal uint Reserve(IndexOwner owner, EngineRandom random)
    {
        Debug.Assert(owner.LocalIndex == 0 || !ReferenceEquals(Find(owner.LocalIndex), owner));
        uint index;
        do index = random.NextUInt32();
        while (index == 0 || Find(index) is not null);

        BeginChange();
        if ((_used + 1) * 2 > _slots.Length) Rehash(Count + 1);
        owner.LocalIndex = index;
        int slot = FirstFree(_slots, index);
        if (_slots[slot] is null) _used++;
        InjectedYields.Here();
        Volatile.Write(ref _slots[slot], owner);
        Count++;
        return index;
    }

    /// <summary>Lets the successor take over the index of an owner in one step: a reader finds the one or the other, never none.</summary>
    /// <param name="current">In the table. It keeps its number, since a reader may be looking at it, but is no longer found.</param>
    /// <param name="successor">Not in the table.</param>
    internal void Replace(IndexOwner current, IndexOwner successor)
    {
        int slot = SlotOf(current);
        if (slot < 0) throw new InvalidOperationException("The owner has no index to hand over.");
        BeginChange();
        successor.LocalIndex = current.LocalIndex;
        InjectedYields.Here();
        Volatile.Write(ref _slots[slot], successor);
    }

    /// <summary>Takes the owner out; nothing happens when it is not in.</summary>
    internal void Remove(IndexOwner owner)
    {
        BeginChange();
        int slot = SlotOf(owner);
        if (slot >= 0)
        {
            Vacate(slot);
            Count--;
            if (_slots.Length > MinCapacity && Count * 8 < _slots.Length) Rehash(Count);
        }
        InjectedYields.Here();
        owner.LocalIndex = 0;
    }

    // A full fence: who sees anything of the change sees that there is one.
    private void BeginChange() => Interlocked.Increment(ref _changes);

    private static IndexOwner? Probe(IndexOwner?[] slots, uint index)
    {
        int mask = slots.Length - 1;
        int slot = (int)index & mask;
        while (Volatile.Read(ref slots[slot]) is { } owner)
        {
            InjectedYields.Here();
            if (owner.LocalIndex == index) return owner;
            slot = (slot + 1) & mask;
        }
        return null;
    }

    private int SlotOf(IndexOwner owner)
    {
        if (owner.LocalIndex == 0) return -1;
        int mask = _slots.Length - 1;
        for (int i = (int)owner.LocalIndex & mask; _slots[i] is { } found; i = (i + 1) & mask)
        {
            if (ReferenceEquals(found, owner)) return i;
        }
        return -1;
    }

    // At the end of a run of slots no tombstone is needed, nor any of those that lead up to it.
    private void Vacate(int slot)
    {
        int mask = _slots.Length - 1;
        if (_slots[(slot + 1) & mask] is not null)
        {
            Volatile.Write(ref _slots[slot], Tombstone);
            return;
        }
        do
        {
            Volatile.Write(ref _slots[slot], null);
            _used--;
            slot = (slot - 1) & mask;
        }
        while (ReferenceEquals(_slots[slot], Tombstone));
    }

    // Readers keep the array they hold; the new one is complete before it is published.
    private void Rehash(int count)
    {
        int capacity = Math.Max(MinCapacity, (int)BitOperations.RoundUpToPowerOf2((uint)count * 3));
        var slots = new IndexOwner?[capacity];
        foreach (IndexOwner? owner in _slots)
        {
            if (owner is null || ReferenceEquals(owner, Tombstone)) continue;
            slots[FirstFree(slots, owner.LocalIndex)] = owner;
        }
        _used = Count;
        InjectedYields.Here();
        Volatile.Write(ref _slots, slots);
    }

    private static int FirstFree(IndexOwner?[] slots, uint index)
    {
        int mask = slots.Length - 1;
        int slot = (int)index & mask;
        while (slots[slot] is { } taken && !ReferenceEquals(taken, Tombstone)) slot = (slot + 1) & mask;
        return slot;
    }

    private sealed class TombstoneOwner : IndexOwner;
}
