using System.Diagnostics;

namespace Apex.Vpn.Protocol.Engine.Peers;

/// <summary>Who can own prefixes: a peer.</summary>
internal interface IAllowedIpOwner
{
    /// <summary>The owner's prefixes. One list for the owner's whole life.</summary>
    AllowedIpList AllowedIps { get; }
}

/// <summary>An owner's prefixes in the order in which they were given; a prefix that is given again goes to the end (item 41).</summary>
/// <remarks>
/// The links lie in the trie's leaves, so a list costs nothing per prefix. Changed by <see cref="AllowedIpTable{TOwner}"/> alone; to be
/// read on the thread that changes the table.
/// </remarks>
internal sealed class AllowedIpList
{
    private AllowedIpEntry? _first; // its Previous is the last one

    internal int Count { get; private set; }

    internal AllowedIpEntry? First => _first;

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
        Count++;
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
        Count--;
    }

    public Enumerator GetEnumerator() => new(_first);

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
