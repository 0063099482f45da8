using Apex.Vpn.Protocol.Engine.Defense;
using Apex.Vpn.Protocol.Engine.Peers;

namespace Apex.Vpn.Protocol.Engine.Admission;

/// <summary>What outlives a just-in-time peer, however it went: the mark of its last stamp, and the quarantine of its addresses.</summary>
internal sealed class Departures(EngineContext engine, KeyIds ids, int maxMarks)
{
    internal ReplayMarks Marks { get; } = new(maxMarks);

    internal AddressQuarantine Quarantine { get; } = new(engine.Events);

    /// <summary>How many just-in-time peers there are.</summary>
    internal int Present { get; private set; }

    internal void Arrive(Peer peer)
    {
        peer.IsAdmitted = true;
        Present++;
    }

    /// <summary>A peer is about to be removed: takes down what stays of it.</summary>
    internal void Leave(Peer peer)
    {
        KeyId id = ids.Of(peer.PublicKey);
        Tai64n last = peer.Active.LastTimestamp;
        Marks.Leave(id, last);
        Quarantine.Enter(id, ref peer.AllowedIps);
        Present--;
        engine.Events.PeerErased(peer);
    }
}
