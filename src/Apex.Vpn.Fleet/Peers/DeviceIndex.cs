using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Apex.Vpn.Protocol;

namespace Apex.Vpn.Fleet.Peers;

/// <summary>All devices of a fleet by public key, in memory: what answers a node's question whether a key may come in.</summary>
/// <remarks>
/// <para>It holds 96 bits of a keyed hash and never the key: a dump of the memory shows no public keys, and nobody outside can aim at a
/// place. Two of ten million devices fall together with a probability of 10^-15. 32 bytes an entry, at most three of four places taken: 43
/// to 54 bytes a device.</para>
/// <para>Ownership: one thread at a time writes (<see cref="Add"/>, <see cref="Revoke"/>, <see cref="Remove"/>, <see cref="Reserve"/>),
/// which the caller sees to; any number of threads look up meanwhile, without locks and without allocating. A reader that met a change
/// looks again: a change takes less than a microsecond, and growth works on a copy.</para>
/// </remarks>
public sealed class DeviceIndex
{
    private const int MinCapacity = 16;
    private const int MaxCapacity = 1 << 30;

    private readonly SipKey _key = SipKey.Generate();
    private Entry[] _entries = new Entry[MinCapacity];
    private uint _version; // odd while the writer is in the table

    /// <summary>How many devices there are, revoked ones among them. For the writer.</summary>
    public int Count { get; private set; }

    /// <summary>The memory taken, in bytes. For the writer.</summary>
    public long MemoryBytes => (long)_entries.Length * Unsafe.SizeOf<Entry>();

    /// <summary>Makes room, so that a snapshot is loaded without growing on the way. For the writer.</summary>
    /// <param name="count">How many devices there will be.</param>
    /// <exception cref="ArgumentOutOfRangeException">More than 700 million, or negative.</exception>
    public void Reserve(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, 700_000_000);
        if (count > Limit(_entries.Length)) Grow((int)Math.Min(MaxCapacity, (count * 10L / 7) + 1));
    }

    /// <summary>Adds a device, or replaces what is known of it; a revoked one may come in again. For the writer.</summary>
    /// <param name="device">The device's key.</param>
    /// <param name="grant">What it is granted.</param>
    public void Add(PublicKey device, in DeviceGrant grant)
    {
        SipTag tag = Hash(device);
        if (Count >= Limit(_entries.Length)) Grow((int)Math.Min(MaxCapacity, (_entries.Length * 5L / 4) + 1));
        int place = Find(_entries, tag, out bool found);
        BeginChange();
        _entries[place] = new Entry(tag, in grant);
        EndChange();
        if (!found) Count++;
    }

    /// <summary>The device may not come in any more. It stays known, so that no older word lets it in. For the writer.</summary>
    /// <param name="device">The device's key.</param>
    /// <returns>False when it is not known.</returns>
    public bool Revoke(PublicKey device)
    {
        int place = Find(_entries, Hash(device), out bool found);
        if (!found) return false;
        BeginChange();
        _entries[place].State = Entry.Revoked;
        EndChange();
        return true;
    }

    /// <summary>Forgets a device. For the writer.</summary>
    /// <param name="device">The device's key.</param>
    /// <returns>False when it is not known.</returns>
    public bool Remove(PublicKey device)
    {
        int place = Find(_entries, Hash(device), out bool found);
        if (!found) return false;
        BeginChange();
        CloseGap(place);
        EndChange();
        Count--;
        return true;
    }

    /// <summary>What is known of a key. Safe from any thread.</summary>
    /// <param name="device">The key.</param>
    /// <param name="grant">What it is granted; default unless it is.</param>
    public GrantAnswer Look(PublicKey device, out DeviceGrant grant)
    {
        SipTag tag = Hash(device);
        var wait = new SpinWait();
        while (true)
        {
            uint version = Volatile.Read(ref _version);
            Entry[] entries = Volatile.Read(ref _entries);
            Entry entry = entries[Find(entries, tag, out bool found)];
            Volatile.ReadBarrier(); // all of it was read before the version is read again
            if ((version & 1) == 0 && version == _version)
            {
                grant = found && entry.State == Entry.Granted ? entry.Grant : default;
                return !found ? GrantAnswer.Unknown : entry.State == Entry.Granted ? GrantAnswer.Granted : GrantAnswer.Revoked;
            }
            wait.SpinOnce(sleep1Threshold: -1);
        }
    }

    private static int Limit(int capacity) => (int)(capacity * 3L / 4);

    // The entry's place, or the free one where it would go. In a table that is being changed it may be neither; it ends all the same.
    private static int Find(Entry[] entries, SipTag tag, out bool found)
    {
        int place = Home(tag.Low, entries.Length);
        for (int steps = 0; steps < entries.Length; steps++)
        {
            ref Entry entry = ref entries[place];
            if (entry.State == Entry.Free) break;
            if (entry.Low == tag.Low && entry.High == (uint)tag.High)
            {
                found = true;
                return place;
            }
            if (++place == entries.Length) place = 0;
        }
        found = false;
        return place;
    }

    // The upper half of a product: any capacity will do, not only powers of two.
    private static int Home(ulong hash, int capacity) => (int)Math.BigMul(hash, (ulong)capacity, out _);

    // What lies behind a gap and came there from before it moves up, so that no search stops too early (Knuth, 6.4 algorithm R).
    private void CloseGap(int gap)
    {
        Entry[] entries = _entries;
        int place = gap;
        while (true)
        {
            if (++place == entries.Length) place = 0;
            if (entries[place].State == Entry.Free) break;
            int home = Home(entries[place].Low, entries.Length);
            bool stays = gap <= place ? gap < home && home <= place : gap < home || home <= place;
            if (stays) continue;
            entries[gap] = entries[place];
            gap = place;
        }
        entries[gap] = default;
    }

    // Readers keep the old table until the new one is whole.
    private void Grow(int capacity)
    {
        var entries = new Entry[Math.Max(capacity, MinCapacity)];
        foreach (ref Entry entry in _entries.AsSpan())
        {
            if (entry.State == Entry.Free) continue;
            int place = Home(entry.Low, entries.Length);
            while (entries[place].State != Entry.Free)
            {
                if (++place == entries.Length) place = 0;
            }
            entries[place] = entry;
        }
        Volatile.Write(ref _entries, entries);
    }

    private SipTag Hash(PublicKey device)
    {
        Span<byte> bytes = stackalloc byte[PublicKey.Size];
        device.CopyTo(bytes);
        return SipHash.Hash(in _key, bytes);
    }

    /// <summary>From here to <see cref="EndChange"/> readers wait. Internal for a test that stops in between.</summary>
    internal void BeginChange()
    {
        _version++;
        Volatile.WriteBarrier(); // who sees any of the change sees that there is one
    }

    internal void EndChange() => Volatile.Write(ref _version, _version + 1);

    [StructLayout(LayoutKind.Sequential)]
    private struct Entry
    {
        internal const byte Free = 0, Granted = 1, Revoked = 2;

        internal ulong Low;
        private readonly ulong _innerIPv6;
        internal uint High;
        private readonly uint _innerIPv4, _account;
        private readonly ushort _class;
        private readonly byte _limit;
        internal byte State;

        internal Entry(SipTag tag, in DeviceGrant grant)
        {
            Low = tag.Low;
            High = (uint)tag.High;
            _innerIPv4 = grant.InnerIPv4;
            _innerIPv6 = grant.InnerIPv6;
            _account = grant.Account;
            _class = grant.Class;
            _limit = grant.SessionLimit;
            State = Granted;
        }

        internal readonly DeviceGrant Grant => new(_innerIPv4, _innerIPv6, _account, _class, _limit);
    }
}
