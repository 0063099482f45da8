using System.Runtime.InteropServices;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Defense;

namespace Apex.Vpn.Protocol.Engine.Admission;

/// <summary>
/// Initiations that wait for an answer about their key: at most 4096, one for each key, a sixteenth of them from one network. The control
/// worker's; nobody waits for them.
/// </summary>
internal sealed class ParkingLot(EngineContext engine)
{
    internal const int Capacity = 4096;

    /// <summary>From one IPv4 /24 or IPv6 /56.</summary>
    internal const int NetworkShare = Capacity / 16;

    /// <summary>From so many on, others than known senders are under load.</summary>
    internal const int LoadThreshold = Capacity / 8;

    /// <summary>A client tries again after 5 s, and somebody may have gone by then.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Dictionary<KeyId, ParkedInitiation> _byKey = [];
    private readonly Dictionary<ulong, int> _networks = [];
    private readonly AgeList<ParkedInitiation> _byAge = new();
    private readonly SourceHash _hash = new(engine.Random);

    internal int Count => _byAge.Count;

    /// <summary>When the oldest has waited long enough; not set when none waits.</summary>
    internal Instant PatienceEnds => _byAge.OldestIs(Patience);

    /// <summary>Whether an initiation is no newer than the one that waits already: it was sent again by somebody, its sender perhaps not.</summary>
    internal bool HasNewer(in Newcomer newcomer) => _byKey.TryGetValue(newcomer.Id, out ParkedInitiation? parked) && newcomer.Stamp <= parked.Stamp;

    /// <summary>Lets an initiation wait, in place of an older one of the same key.</summary>
    internal DropReason Park(in Newcomer newcomer, Worker worker, Instant now)
    {
        ulong network = _hash.OfNetwork(newcomer.Path.Remote);
        _byKey.TryGetValue(newcomer.Id, out ParkedInitiation? former);
        bool isFull = former is null && Count == Capacity;
        if (isFull || (former?.Network != network && _networks.GetValueOrDefault(network) >= NetworkShare)) return DropReason.ParkingFull;
        if (former is not null)
        {
            Remove(former);
            worker.Drop(DropReason.ParkedAbandoned);
        }
        var parked = new ParkedInitiation(in newcomer, engine.HandshakeSecrets.Rent(), network);
        _byKey.Add(parked.Id, parked);
        CollectionsMarshal.GetValueRefOrAddDefault(_networks, network, out _)++;
        _byAge.Append(parked, now);
        return DropReason.None;
    }

    internal ParkedInitiation? Find(KeyId id) => _byKey.GetValueOrDefault(id);

    /// <summary>The oldest if it has waited long enough.</summary>
    internal ParkedInitiation? FindOverdue(Instant now) => _byAge.Oldest is { } oldest && oldest.Since + Patience <= now ? oldest : null;

    /// <summary>Takes one out and erases its secrets.</summary>
    internal void Remove(ParkedInitiation parked)
    {
        _byAge.Remove(parked);
        _byKey.Remove(parked.Id);
        ref int share = ref CollectionsMarshal.GetValueRefOrNullRef(_networks, parked.Network);
        if (--share == 0) _networks.Remove(parked.Network);
        engine.HandshakeSecrets.Return(parked.Secrets);
    }

    /// <summary>Takes all out; returns how many there were.</summary>
    internal int Clear()
    {
        int count = Count;
        while (_byAge.Oldest is { } oldest) Remove(oldest);
        // A crowd that is gone leaves no tables behind.
        _byKey.TrimExcess();
        _networks.TrimExcess();
        return count;
    }
}
