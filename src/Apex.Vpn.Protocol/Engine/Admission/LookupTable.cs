using System.Collections.Concurrent;

namespace Apex.Vpn.Protocol.Engine.Admission;

/// <summary>The questions that wait for an answer: one for each key, and not without bounds. The control worker's, but for the queue.</summary>
internal sealed class LookupTable
{
    /// <summary>Twice what can be parked: sessions are renewed while strangers wait.</summary>
    internal const int Capacity = 2 * ParkingLot.Capacity;

    /// <summary>After this the authorizer counts as away, and the key may be asked about again.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Dictionary<KeyId, PeerLookup> _byKey = [];
    private readonly AgeList<PeerLookup> _byAge = new();

    /// <summary>Questions that nobody has taken to the authorizer yet. The control worker puts in, any thread takes out.</summary>
    internal ConcurrentQueue<PeerLookup> Waiting { get; } = new();

    internal int Count => _byAge.Count;

    /// <summary>
    /// Whether there are too many questions. Those that nobody took count although they are over: an authorizer that hangs leaves them where
    /// they are.
    /// </summary>
    internal bool IsFull => Count == Capacity || Waiting.Count >= Capacity;

    /// <summary>How many questions there were.</summary>
    internal long Asked { get; private set; }

    /// <summary>When the oldest is given up; not set when there is none.</summary>
    internal Instant PatienceEnds => _byAge.OldestIs(Patience);

    internal PeerLookup? Find(KeyId id) => _byKey.GetValueOrDefault(id);

    /// <summary>Asks about a key unless that is being done. False when there are too many questions.</summary>
    internal bool TryAsk(PublicKey key, KeyId id, PublicKey identity, Instant now)
    {
        if (_byKey.ContainsKey(id)) return true;
        if (IsFull) return false;
        var lookup = new PeerLookup(key, id, identity);
        _byKey.Add(id, lookup);
        _byAge.Append(lookup, now);
        Asked++;
        Waiting.Enqueue(lookup);
        return true;
    }

    /// <summary>The oldest if it has waited long enough.</summary>
    internal PeerLookup? FindOverdue(Instant now) => _byAge.Oldest is { } oldest && oldest.Since + Patience <= now ? oldest : null;

    /// <summary>Ends a question; does nothing when another one about the key has taken its place.</summary>
    internal void End(PeerLookup lookup)
    {
        lookup.IsOver = true;
        if (Find(lookup.Id) != lookup) return;
        _byKey.Remove(lookup.Id);
        _byAge.Remove(lookup);
        if (Count == 0) _byKey.TrimExcess();
    }
}
