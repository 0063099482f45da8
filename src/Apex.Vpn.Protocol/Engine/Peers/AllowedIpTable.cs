using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Apex.Vpn.Protocol.Engine.Peers;

/// <summary>Cryptokey routing (WG 2): which peer an inner address belongs to, by the longest prefix.</summary>
/// <remarks>
/// <para>Any thread finds, without locks, in what was published last. One thread (the control worker) edits, one edit at a time.</para>
/// <para>A change costs what its prefix is long, however many there are. The two families are published one after the other.</para>
/// </remarks>
internal sealed class AllowedIpTable<TOwner>
    where TOwner : class, IAllowedIpOwner
{
    private const int IPv4HeaderSize = 20, IPv4SourceOffset = 12, IPv4DestinationOffset = 16;
    private const int IPv6HeaderSize = 40, IPv6SourceOffset = 8, IPv6DestinationOffset = 24;

    private readonly AllowedIpTrie<uint> _ipv4 = new();
    private readonly AllowedIpTrie<UInt128> _ipv6 = new();
    private bool _editing;

    /// <summary>The owner of an address; null when it is no one's.</summary>
    /// <param name="address">Most significant byte first; IPv4 in the low 32 bits.</param>
    /// <param name="isIPv4">The family.</param>
    internal TOwner? Find(UInt128 address, bool isIPv4) => isIPv4 ? FindIPv4((uint)address) : FindIPv6(address);

    /// <summary>The owner of an IPv4 address.</summary>
    internal TOwner? FindIPv4(uint address) => Unsafe.As<TOwner?>(_ipv4.Find(address));

    /// <summary>The owner of an IPv6 address.</summary>
    internal TOwner? FindIPv6(UInt128 address) => Unsafe.As<TOwner?>(_ipv6.Find(address));

    /// <summary>The owner of an IP packet's destination; null also when the bytes are no IP packet.</summary>
    internal TOwner? FindDestination(ReadOnlySpan<byte> ipPacket) => FindAt(ipPacket, IPv4DestinationOffset, IPv6DestinationOffset);

    /// <summary>The owner of an IP packet's source; null also when the bytes are no IP packet.</summary>
    internal TOwner? FindSource(ReadOnlySpan<byte> ipPacket) => FindAt(ipPacket, IPv4SourceOffset, IPv6SourceOffset);

    /// <summary>Whether an owner other than one has a prefix that holds this one or lies in it. On the thread that edits.</summary>
    internal bool Overlaps(AllowedIpPrefix prefix, TOwner? except) => prefix.IsIPv4
        ? _ipv4.Overlaps((uint)prefix.Bits, prefix.Length, except)
        : _ipv6.Overlaps(prefix.Bits, prefix.Length, except);

    /// <summary>Begins to change the table. Readers see the changes, all at once, when the session publishes or ends.</summary>
    internal EditSession Edit()
    {
        if (_editing) throw new InvalidOperationException("The table is being edited.");
        _editing = true;
        return new EditSession(this);
    }

    private TOwner? FindAt(ReadOnlySpan<byte> packet, int ipv4Offset, int ipv6Offset)
    {
        if (packet.Length < IPv4HeaderSize) return null;
        return (packet[0] >> 4) switch
        {
            4 => FindIPv4(BinaryPrimitives.ReadUInt32BigEndian(packet[ipv4Offset..])),
            6 when packet.Length >= IPv6HeaderSize => FindIPv6(BinaryPrimitives.ReadUInt128BigEndian(packet[ipv6Offset..])),
            _ => null,
        };
    }

    private AllowedIpEntry? FindExact(AllowedIpPrefix prefix) =>
        prefix.IsIPv4 ? _ipv4.FindExact((uint)prefix.Bits, prefix.Length) : _ipv6.FindExact(prefix.Bits, prefix.Length);

    private void Add(AllowedIpPrefix prefix, TOwner owner)
    {
        AllowedIpEntry? entry = FindExact(prefix);
        entry?.Owner.AllowedIps.Unlink(entry);
        if (entry is null || !ReferenceEquals(entry.Owner, owner))
        {
            entry = prefix.IsIPv4
                ? _ipv4.Put((uint)prefix.Bits, prefix.Length, owner)
                : _ipv6.Put(prefix.Bits, prefix.Length, owner);
        }
        owner.AllowedIps.Append(entry);
    }

    private bool Remove(AllowedIpPrefix prefix, TOwner owner)
    {
        AllowedIpEntry? entry = FindExact(prefix);
        if (entry is null || !ReferenceEquals(entry.Owner, owner)) return false;
        Remove(entry);
        return true;
    }

    private void Remove(AllowedIpEntry entry)
    {
        AllowedIpPrefix prefix = entry.Prefix;
        if (prefix.IsIPv4) _ipv4.Remove((uint)prefix.Bits, prefix.Length);
        else _ipv6.Remove(prefix.Bits, prefix.Length);
        entry.Owner.AllowedIps.Unlink(entry);
    }

    private void Publish()
    {
        _ipv4.Publish();
        _ipv6.Publish();
    }

    /// <summary>A run of changes that is published as one. Lists of owners change at once; what readers find, at the end.</summary>
    internal readonly ref struct EditSession : IDisposable
    {
        private readonly AllowedIpTable<TOwner> _table;

        internal EditSession(AllowedIpTable<TOwner> table) => _table = table;

        /// <summary>Gives a prefix to an owner: another one loses it, and it goes to the end of the owner's list.</summary>
        internal void Add(AllowedIpPrefix prefix, TOwner owner) => _table.Add(prefix, owner);

        /// <summary>Takes a prefix from an owner; false, and nothing happens, when it is not this owner's.</summary>
        internal bool Remove(AllowedIpPrefix prefix, TOwner owner) => _table.Remove(prefix, owner);

        /// <summary>Takes all prefixes from an owner.</summary>
        internal void RemoveAll(TOwner owner)
        {
            while (owner.AllowedIps.First is { } entry) _table.Remove(entry);
        }

        /// <summary>Shows what was changed so far to readers; the session goes on.</summary>
        internal void Publish() => _table.Publish();

        /// <summary>Publishes and ends the session.</summary>
        public void Dispose()
        {
            Debug.Assert(_table._editing);
            _table.Publish();
            _table._editing = false;
        }
    }
}
