using System.Diagnostics;

namespace Apex.Vpn.Protocol.Engine.Peers;

/// <summary>Who can own prefixes: a peer.</summary>
internal interface IAllowedIpOwner
{
    /// <summary>The owner's prefixes, in place.</summary>
    ref AllowedIpList AllowedIps { get; }
}

/// <summary>An owner's prefixes in the order in which they were given; a prefix that is given again goes to the end (item 41).</summary>
/// <remarks>
/// The links lie in the trie's leaves, so a list costs nothing per prefix. Changed by <see cref="AllowedIpTable{TOwner}"/> alone; to be
/// read on the thread that changes the table. A mutable value, to be used where it lies.
/// </remarks>
internal struct AllowedIpList
{
    private AllowedIpEntry? _first; // its Previous is the last one

    internal readonly AllowedIpEntry? First => _first;

    /// <summary>How many there are; counts them.</summary>
    internal readonly int Count
    {
        get
        {
            int count = 0;
            for (AllowedIpEntry? entry = _first; entry is not null; entry = entry.Next) count++;
            return count;
        }
    }

    internal void Append(AllowedIpEntry entry)
    {
        Debug.Assert(entry.Previous is null && entry.Next is null);
        if (_first is null)
        {
            _first = entry;
        }
        else
        {
            entry.Previous = _first.Previous;
            entry.Previous!.Next = entry;
        }
        _first.Previous = entry;
    }

    internal void Unlink(AllowedIpEntry entry)
    {
        AllowedIpEntry first = _first!;
        if (ReferenceEquals(entry, first))
        {
            _first = entry.Next;
            if (_first is not null) _first.Previous = entry.Previous;
        }
        else
        {
            entry.Previous!.Next = entry.Next;
            (entry.Next ?? first).Previous = entry.Previous;
        }
        entry.Previous = entry.Next = null;
    }

    public readonly Enumerator GetEnumerator() => new(_first);

    /// <summary>Walks the prefixes without allocating.</summary>
    internal struct Enumerator(AllowedIpEntry? first)
    {
        private AllowedIpEntry? _next = first;

        public AllowedIpPrefix Current { get; private set; }

        public bool MoveNext()
        {
            if (_next is null) return false;
            Current = _next.Prefix;
            _next = _next.Next;
            return true;
        }
    }
}
