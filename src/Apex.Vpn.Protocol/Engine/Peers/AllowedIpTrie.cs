using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Apex.Vpn.Protocol.Engine.Peers;

/// <summary>The prefixes of one family: a binary trie with compressed paths that changes by copying paths.</summary>
/// <remarks>
/// Readers see the published root; a writer works on a draft that shares all it does not touch. A branch is copied once per edit and then
/// changed in place, so that many changes in one edit cost little more than building the trie anew would.
/// </remarks>
internal sealed class AllowedIpTrie<TBits>
    where TBits : struct, IBinaryInteger<TBits>, IUnsignedNumber<TBits>
{
    private AllowedIpNode? _published;
    private AllowedIpNode? _draft;

    private static int Width => Unsafe.SizeOf<TBits>() * 8;

    /// <summary>The owner of the longest published prefix that holds the address. Any thread.</summary>
    internal IAllowedIpOwner? Find(TBits address)
    {
        AllowedIpEntry<TBits>? longest = null;
        AllowedIpNode? node = Volatile.Read(ref _published);
        while (node is AllowedIpBranch<TBits> branch)
        {
            if (!Holds(branch.Bits, branch.Length, address)) return longest?.Owner;
            longest = branch.Value ?? longest;
            node = branch.Children[BitAt(address, branch.Length)];
        }
        if (node is AllowedIpEntry<TBits> leaf && Holds(leaf.Bits, leaf.Length, address)) longest = leaf;
        return longest?.Owner;
    }

    /// <summary>The draft's entry of exactly this prefix.</summary>
    internal AllowedIpEntry? FindExact(TBits bits, byte length)
    {
        AllowedIpNode? node = _draft;
        while (node is AllowedIpBranch<TBits> branch && branch.Length <= length)
        {
            if (!Holds(branch.Bits, branch.Length, bits)) return null;
            if (branch.Length == length) return branch.Value;
            node = branch.Children[BitAt(bits, branch.Length)];
        }
        return node is AllowedIpEntry<TBits> leaf && leaf.Length == length && leaf.Bits == bits ? leaf : null;
    }

    /// <summary>Whether the draft has a prefix of an owner other than one that holds this prefix or lies in it.</summary>
    internal bool Overlaps(TBits bits, byte length, IAllowedIpOwner? except)
    {
        AllowedIpNode? node = _draft;
        while (node is AllowedIpBranch<TBits> branch && branch.Length < length)
        {
            if (!Holds(branch.Bits, branch.Length, bits)) return false;
            if (branch.Value is { } value && value.Owner != except) return true;
            node = branch.Children[BitAt(bits, branch.Length)];
        }
        return node switch
        {
            AllowedIpBranch<TBits> inside => Holds(bits, length, inside.Bits) && HasOther(inside, except),
            AllowedIpEntry<TBits> leaf => leaf.Owner != except && Holds(leaf.Bits, Math.Min(leaf.Length, length), bits),
            _ => false,
        };
    }

    /// <summary>Puts the entry of a prefix into the draft, in place of one that is there already.</summary>
    internal AllowedIpEntry Put(TBits bits, byte length, IAllowedIpOwner owner)
    {
        var entry = new AllowedIpEntry<TBits>(bits, length, owner);
        ref AllowedIpNode? place = ref _draft;
        while (place is AllowedIpBranch<TBits> branch && branch.Length <= length && Holds(branch.Bits, branch.Length, bits))
        {
            branch = Writable(ref place, branch);
            if (branch.Length == length)
            {
                branch.Value = entry;
                return entry;
            }
            place = ref ChildOf(branch, bits);
        }
        place = Join(place, entry);
        return entry;
    }

    /// <summary>Takes a prefix, which must be there, out of the draft.</summary>
    internal void Remove(TBits bits, byte length)
    {
        ref AllowedIpNode? parentPlace = ref Unsafe.NullRef<AllowedIpNode?>();
        ref AllowedIpNode? place = ref _draft;
        while (place is AllowedIpBranch<TBits> branch)
        {
            Debug.Assert(branch.Length <= length && Holds(branch.Bits, branch.Length, bits));
            branch = Writable(ref place, branch);
            if (branch.Length == length)
            {
                branch.Value = null;
                Shorten(ref place, branch);
                return;
            }
            parentPlace = ref place;
            place = ref ChildOf(branch, bits);
        }
        Debug.Assert(place is AllowedIpEntry<TBits> leaf && leaf.Length == length && leaf.Bits == bits);
        place = null;
        if (!Unsafe.IsNullRef(ref parentPlace)) Shorten(ref parentPlace, Unsafe.As<AllowedIpBranch<TBits>>(parentPlace!));
    }

    /// <summary>Shows the draft to readers.</summary>
    internal void Publish()
    {
        Seal(_draft);
        Volatile.Write(ref _published, _draft);
    }

    // The drafts are connected from the root, since a change copies the whole path to it; the depth is at most the address width.
    private static void Seal(AllowedIpNode? node)
    {
        while (node is AllowedIpBranch<TBits> { IsDraft: true } branch)
        {
            branch.IsDraft = false;
            Seal(branch.Children[0]);
            node = branch.Children[1];
        }
    }

    // As deep as the address is long, and over as soon as somebody else is found.
    private static bool HasOther(AllowedIpNode? node, IAllowedIpOwner? except)
    {
        while (node is AllowedIpBranch<TBits> branch)
        {
            if ((branch.Value is { } value && value.Owner != except) || HasOther(branch.Children[0], except)) return true;
            node = branch.Children[1];
        }
        return node is AllowedIpEntry<TBits> leaf && leaf.Owner != except;
    }

    private static AllowedIpBranch<TBits> Writable(ref AllowedIpNode? place, AllowedIpBranch<TBits> branch)
    {
        if (branch.IsDraft) return branch;
        AllowedIpBranch<TBits> copy = branch.Copy();
        place = copy;
        return copy;
    }

    // What stands where a node met a new entry: the entry, the entry above or below the node, or a fork with both.
    private static AllowedIpNode Join(AllowedIpNode? node, AllowedIpEntry<TBits> entry)
    {
        if (node is null) return entry;
        AllowedIpEntry<TBits>? leaf = node as AllowedIpEntry<TBits>;
        (TBits bits, byte length) = leaf is not null ? (leaf.Bits, leaf.Length) : BitsOf(Unsafe.As<AllowedIpBranch<TBits>>(node));
        byte common = (byte)Math.Min(CommonLength(bits, entry.Bits), Math.Min(length, entry.Length));
        if (leaf is not null && common == length && common == entry.Length) return entry;

        var branch = new AllowedIpBranch<TBits>(FirstBits(entry.Bits, common), common);
        if (common == entry.Length) branch.Value = entry;
        else ChildOf(branch, entry.Bits) = entry;
        if (leaf is not null && common == length) branch.Value = leaf;
        else ChildOf(branch, bits) = node;
        return branch;
    }

    // A branch that lost its value or a child may have become a detour.
    private static void Shorten(ref AllowedIpNode? place, AllowedIpBranch<TBits> branch)
    {
        AllowedIpNode? zero = branch.Children[0], one = branch.Children[1];
        if (branch.Value is null) place = zero is null ? one : one is null ? zero : branch;
        else if (zero is null && one is null) place = branch.Value;
    }

    private static (TBits Bits, byte Length) BitsOf(AllowedIpBranch<TBits> branch) => (branch.Bits, branch.Length);

    private static ref AllowedIpNode? ChildOf(AllowedIpBranch<TBits> branch, TBits bits) =>
        ref branch.Children[BitAt(bits, branch.Length)];

    // Inlined whatever the profile says: a device that began with one peer has taught the JIT that branches are rare.

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int CommonLength(TBits left, TBits right) => int.CreateTruncating(TBits.LeadingZeroCount(left ^ right));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Holds(TBits bits, byte length, TBits address) => CommonLength(bits, address) >= length;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int BitAt(TBits bits, byte position) => int.CreateTruncating(bits >> (Width - 1 - position)) & 1;

    private static TBits FirstBits(TBits bits, byte length) =>
        length == 0 ? TBits.Zero : (bits >> (Width - length)) << (Width - length);
}
