using Apex.Vpn.Protocol.Engine.Peers;

namespace Apex.Vpn.Protocol.Engine.Admission;

/// <summary>
/// Inner addresses of erased peers, which nobody else gets for five minutes: what was on its way to one person must not reach another. The
/// same key may come back to its own at any time.
/// </summary>
internal sealed class AddressQuarantine(EngineEvents events)
{
    internal static readonly TimeSpan Duration = TimeSpan.FromMinutes(5);

    private readonly AllowedIpTable<Entry> _addresses = new();
    private readonly Dictionary<KeyId, Entry> _byKey = [];
    private readonly AgeList<Entry> _byAge = new();
    private readonly Queue<Entry> _entering = new();

    /// <summary>One erased peer's addresses.</summary>
    private sealed class Entry(KeyId id) : Aged<Entry>, IAllowedIpOwner
    {
        private AllowedIpList _allowedIps;

        internal KeyId Id { get; } = id;

        public ref AllowedIpList AllowedIps => ref _allowedIps;
    }

    internal int Count => _byKey.Count;

    /// <summary>When the next address is free; not set when there is none.</summary>
    internal Instant Ends => _byAge.OldestIs(Duration);

    /// <summary>Takes in what an erased peer had. The time runs from the next <see cref="Advance"/>: configuration comes without one.</summary>
    internal void Enter(KeyId id, ref AllowedIpList allowedIps)
    {
        Readmit(id);
        var entry = new Entry(id);
        using (AllowedIpTable<Entry>.EditSession edit = _addresses.Edit())
        {
            foreach (AllowedIpPrefix prefix in allowedIps) edit.Add(prefix, entry);
        }
        if (entry.AllowedIps.First is null) return;
        _byKey.Add(id, entry);
        _entering.Enqueue(entry);
    }

    /// <summary>Whether a prefix holds, or lies in, an address that is not free for this key yet.</summary>
    internal bool Holds(AllowedIpPrefix prefix, KeyId id) => _addresses.Overlaps(prefix, _byKey.GetValueOrDefault(id));

    /// <summary>Ends what there is for a key: it came back.</summary>
    internal void Readmit(KeyId id)
    {
        if (_byKey.TryGetValue(id, out Entry? entry)) Remove(entry);
    }

    /// <summary>Frees what has waited for long enough, and tells.</summary>
    internal void Advance(Instant now)
    {
        while (_entering.TryDequeue(out Entry? entry))
        {
            if (_byKey.GetValueOrDefault(entry.Id) == entry) _byAge.Append(entry, now);
        }
        while (_byAge.Oldest is { } oldest && oldest.Since + Duration <= now)
        {
            foreach (AllowedIpPrefix prefix in oldest.AllowedIps) events.InnerAddressFreed(prefix);
            Remove(oldest);
        }
    }

    private void Remove(Entry entry)
    {
        using (AllowedIpTable<Entry>.EditSession edit = _addresses.Edit()) edit.RemoveAll(entry);
        _byKey.Remove(entry.Id);
        if (entry.Since.IsSet) _byAge.Remove(entry);
        if (_byKey.Count == 0) _byKey.TrimExcess();
    }
}
