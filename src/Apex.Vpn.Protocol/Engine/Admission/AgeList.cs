namespace Apex.Vpn.Protocol.Engine.Admission;

/// <summary>Something that stands in an <see cref="AgeList{T}"/>, in one at most.</summary>
internal abstract class Aged<T>
    where T : Aged<T>
{
    internal T? Older { get; set; }

    internal T? Newer { get; set; }

    /// <summary>When it was put in.</summary>
    internal Instant Since { get; set; }
}

/// <summary>
/// Things in the order in which they came: whatever ends after the same time for all is at the front when its time has come, so that one
/// look at the oldest replaces a timer for each.
/// </summary>
internal sealed class AgeList<T>
    where T : Aged<T>
{
    private T? _newest;

    internal T? Oldest { get; private set; }

    internal int Count { get; private set; }

    /// <summary>When the oldest is so old; not set when there is none.</summary>
    internal Instant OldestIs(TimeSpan age) => Oldest is { } oldest ? oldest.Since + age : Instant.Never;

    /// <summary>Puts one in that is in no list.</summary>
    internal void Append(T item, Instant now)
    {
        item.Since = now;
        item.Older = _newest;
        item.Newer = null;
        if (_newest is { } newest) newest.Newer = item;
        else Oldest = item;
        _newest = item;
        Count++;
    }

    internal void Remove(T item)
    {
        if (item.Older is { } older) older.Newer = item.Newer;
        else Oldest = item.Newer;
        if (item.Newer is { } newer) newer.Older = item.Older;
        else _newest = item.Older;
        item.Older = item.Newer = null;
        Count--;
    }
}
