using System.Numerics;
using System.Runtime.InteropServices;
using Apex.Vpn.Protocol.Engine.Defense;

namespace Apex.Vpn.Protocol.Engine.Admission;

/// <summary>Time stamps by key, at most so many: when there is no room, the one that was set the longest time ago goes.</summary>
/// <remarks>
/// An entry takes 40 bytes, in parts of 160 KB so that growth copies nothing and leaves little unused, and four to eight in the index: fewer
/// than 50 for each. Chains within the index, since places are found by hashes that nobody outside can aim.
/// </remarks>
internal sealed class StampTable(int capacity)
{
    private const int PartBits = 12;
    private const int PartSize = 1 << PartBits;
    private const int None = -1;

    private readonly List<Entry[]> _parts = [];
    private int[] _index = NewIndex(16);
    private int _oldest = None;
    private int _newest = None;
    private int _free = None;
    private int _used; // places that were ever taken

    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private struct Entry
    {
        internal KeyId Id;
        internal Tai64n Stamp;
        internal int Older, Newer;
        internal int Next; // of the chain, or of the free ones
    }

    internal int Count { get; private set; }

    internal bool TryGet(KeyId id, out Tai64n stamp)
    {
        int place = Find(id);
        stamp = place == None ? default : At(place).Stamp;
        return place != None;
    }

    /// <summary>Sets a key's stamp, which is the newest entry then.</summary>
    /// <param name="id">The key.</param>
    /// <param name="stamp">The stamp.</param>
    /// <param name="dropped">The stamp that had to go for it.</param>
    /// <returns>Whether one had to go.</returns>
    internal bool Set(KeyId id, Tai64n stamp, out Tai64n dropped)
    {
        dropped = default;
        bool drops = false;
        int place = Find(id);
        if (place != None)
        {
            Unlink(place);
        }
        else
        {
            drops = Count == capacity;
            if (drops)
            {
                dropped = At(_oldest).Stamp;
                RemoveAt(_oldest);
            }
            place = Insert(id);
        }
        At(place).Stamp = stamp;
        LinkNewest(place);
        return drops;
    }

    internal void Remove(KeyId id)
    {
        int place = Find(id);
        if (place != None) RemoveAt(place);
    }

    private static int[] NewIndex(int size)
    {
        int[] index = new int[size];
        Array.Fill(index, None);
        return index;
    }

    private ref Entry At(int place) => ref _parts[place >> PartBits][place & (PartSize - 1)];

    private ref int Home(KeyId id) => ref _index[(int)id.Low & (_index.Length - 1)];

    private int Find(KeyId id)
    {
        int place = Home(id);
        while (place != None && At(place).Id != id) place = At(place).Next;
        return place;
    }

    private int Insert(KeyId id)
    {
        if (Count == _index.Length) Grow();
        int place = _free;
        if (place != None)
        {
            _free = At(place).Next;
        }
        else
        {
            place = _used++;
            if (place >> PartBits == _parts.Count) _parts.Add(new Entry[PartSize]);
        }
        ref int home = ref Home(id);
        At(place) = new Entry { Id = id, Next = home };
        home = place;
        Count++;
        return place;
    }

    private void RemoveAt(int place)
    {
        Unlink(place);
        ref int link = ref Home(At(place).Id);
        while (link != place) link = ref At(link).Next;
        link = At(place).Next;
        At(place).Next = _free;
        _free = place;
        Count--;
    }

    private void LinkNewest(int place)
    {
        ref Entry entry = ref At(place);
        (entry.Older, entry.Newer) = (_newest, None);
        if (_newest == None) _oldest = place;
        else At(_newest).Newer = place;
        _newest = place;
    }

    private void Unlink(int place)
    {
        ref Entry entry = ref At(place);
        if (entry.Older == None) _oldest = entry.Newer;
        else At(entry.Older).Newer = entry.Newer;
        if (entry.Newer == None) _newest = entry.Older;
        else At(entry.Newer).Older = entry.Older;
    }

    private void Grow()
    {
        _index = NewIndex((int)BitOperations.RoundUpToPowerOf2((uint)_index.Length + 1));
        for (int place = _oldest; place != None; place = At(place).Newer)
        {
            ref int home = ref Home(At(place).Id);
            At(place).Next = home;
            home = place;
        }
    }
}
