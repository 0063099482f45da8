using System.Numerics;
using System.Runtime.CompilerServices;

namespace Apex.Vpn.Protocol.Engine.Peers;

// A trie has one object per prefix and one per fork, of 48 bytes each for IPv4: a prefix's entry is at once the trie's leaf and the link of
// its owner's list. Sealed types over a struct parameter keep the type test of a lookup a single compare.

/// <summary>A place in the trie: an entry, or a branch.</summary>
internal abstract class AllowedIpNode;

/// <summary>A prefix and its owner. Readers use what never changes; the links belong to the thread that changes the table.</summary>
internal abstract class AllowedIpEntry(IAllowedIpOwner owner) : AllowedIpNode
{
    internal readonly IAllowedIpOwner Owner = owner;

    internal AllowedIpEntry? Next { get; set; }

    internal AllowedIpEntry? Previous { get; set; }

    internal abstract AllowedIpPrefix Prefix { get; }
}

/// <summary>An entry of one family; without descendants it is a leaf of the trie, else the value of a branch.</summary>
internal sealed class AllowedIpEntry<TBits>(TBits bits, byte length, IAllowedIpOwner owner) : AllowedIpEntry(owner)
    where TBits : struct, IBinaryInteger<TBits>, IUnsignedNumber<TBits>
{
    internal readonly TBits Bits = bits;
    internal readonly byte Length = length;

    internal override AllowedIpPrefix Prefix => new(UInt128.CreateTruncating(Bits), Length, IsIPv4: typeof(TBits) == typeof(uint));
}

/// <summary>Where prefixes part. It has two children, or a value and at least one child.</summary>
internal sealed class AllowedIpBranch<TBits>(TBits bits, byte length) : AllowedIpNode
    where TBits : struct, IBinaryInteger<TBits>, IUnsignedNumber<TBits>
{
    /// <summary>What goes on with a 0 and with a 1: indexed, since a jump by an address bit is mispredicted every other time.</summary>
    internal AllowedIpFork Children;

    /// <summary>The owner of exactly this branch's prefix, if it has one.</summary>
    internal AllowedIpEntry<TBits>? Value;

    internal readonly TBits Bits = bits;
    internal readonly byte Length = length;

    /// <summary>Made in this edit, so that no reader can have seen it: may be changed in place.</summary>
    internal bool IsDraft = true;

    internal AllowedIpBranch<TBits> Copy() => new(Bits, Length) { Children = Children, Value = Value };
}

/// <summary>The two children of a branch.</summary>
[InlineArray(2)]
internal struct AllowedIpFork
{
    private AllowedIpNode? _first;
}
