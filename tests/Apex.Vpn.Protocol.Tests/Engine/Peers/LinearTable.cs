using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Peers;

namespace Apex.Vpn.Protocol.Tests.Engine.Peers;

/// <summary>Allowed IPs as a plain list: slow, and plainly right.</summary>
internal sealed class LinearTable
{
    private readonly List<(AllowedIpPrefix Prefix, PrefixOwner Owner)> _entries = [];

    /// <summary>The owner in the last call of <see cref="Add"/>.</summary>
    internal PrefixOwner Last => _entries[^1].Owner;

    internal LinearTable Copy()
    {
        var copy = new LinearTable();
        copy._entries.AddRange(_entries);
        return copy;
    }

    internal AllowedIpPrefix Add(AllowedIpPrefix prefix, PrefixOwner owner)
    {
        _entries.RemoveAll(entry => entry.Prefix == prefix);
        _entries.Add((prefix, owner));
        return prefix;
    }

    internal bool Remove(AllowedIpPrefix prefix, PrefixOwner owner) => _entries.Remove((prefix, owner));

    internal void RemoveAll(PrefixOwner owner) => _entries.RemoveAll(entry => entry.Owner == owner);

    internal PrefixOwner? OwnerOf(AllowedIpPrefix prefix) => _entries.Find(entry => entry.Prefix == prefix).Owner;

    internal IEnumerable<AllowedIpPrefix> ListOf(PrefixOwner owner) =>
        _entries.Where(entry => entry.Owner == owner).Select(static entry => entry.Prefix);

    internal PrefixOwner? Find(UInt128 address, bool isIPv4)
    {
        (AllowedIpPrefix Prefix, PrefixOwner Owner) best = default;
        foreach ((AllowedIpPrefix Prefix, PrefixOwner Owner) entry in _entries)
        {
            if (entry.Prefix.IsIPv4 != isIPv4 || entry.Prefix != new AllowedIpPrefix(address, entry.Prefix.Length, isIPv4)) continue;
            if (best.Owner is null || entry.Prefix.Length > best.Prefix.Length) best = entry;
        }
        return best.Owner;
    }

    internal AllowedIpPrefix[] Sample(EngineRandom random, int count) =>
        _entries.Count == 0 ? [] : [.. Enumerable.Range(0, count).Select(_ => Any(random)).Distinct()];

    /// <summary>An address in some prefix of the family, or one bit beside it.</summary>
    internal UInt128 NearSome(EngineRandom random, bool isIPv4)
    {
        AllowedIpPrefix[] family = [.. _entries.Select(static entry => entry.Prefix).Where(prefix => prefix.IsIPv4 == isIPv4)];
        UInt128 bits = family.Length == 0 ? 0 : family[random.NextUInt32() % (uint)family.Length].Bits;
        return bits ^ (UInt128.One << (int)(random.NextUInt32() % (isIPv4 ? 32u : 128u)));
    }

    private AllowedIpPrefix Any(EngineRandom random) => _entries[(int)(random.NextUInt32() % (uint)_entries.Count)].Prefix;
}
