using Apex.Vpn.Protocol.Engine.Defense;

namespace Apex.Vpn.Protocol.Engine.Admission;

/// <summary>
/// The last stamps of peers that were erased: a recorded initiation of theirs is no good afterwards. When there is no room, the oldest mark
/// goes, and a key without a mark must beat the highest one that went.
/// </summary>
internal sealed class ReplayMarks(int capacity)
{
    private readonly StampTable _marks = new(capacity);
    private Tai64n _highestDropped;

    internal int Count => _marks.Count;

    /// <summary>Remembers the last stamp that was taken from a key.</summary>
    internal void Leave(KeyId id, Tai64n stamp)
    {
        if (_marks.Set(id, stamp, out Tai64n dropped) && dropped > _highestDropped) _highestDropped = dropped;
    }

    /// <summary>Whether a stamp may be one that was taken before.</summary>
    internal bool Refuses(KeyId id, Tai64n stamp) => stamp <= (_marks.TryGet(id, out Tai64n mark) ? mark : _highestDropped);
}
