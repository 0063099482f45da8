using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Control;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Engine.Noise;
using Apex.Vpn.Protocol.Engine.Peers;

namespace Apex.Vpn.Protocol.Engine.Admission;

/// <summary>Makes peers of grants, keeps them in line with them, and answers their first initiations.</summary>
internal sealed class AdmittedPeers(
    EngineContext engine, SessionKeeper sessions, StaticSecrets secrets, ResponseWriter responses, Departures departures)
{
    /// <summary>How many grants were refused because their addresses were not free.</summary>
    internal long Overlaps { get; private set; }

    /// <summary>The live peer of a key that was let in; null when there is none, or when it was configured.</summary>
    internal Peer? Find(PublicKey key) => engine.Peers.TryFind(key, out Peer? peer) && peer.IsAdmitted ? peer : null;

    /// <summary>
    /// Whether nothing of a grant is another's: allowed IPs never move by a grant. What somebody has lost a moment ago is not free either.
    /// </summary>
    internal bool HasFreeAddresses(CachedGrant grant)
    {
        Peer? self = Find(grant.Key);
        foreach (AllowedIpPrefix prefix in grant.AllowedIps)
        {
            if (!engine.AllowedIps.Overlaps(prefix, self) && !departures.Quarantine.Holds(prefix, grant.Id)) continue;
            Overlaps++;
            return false;
        }
        return true;
    }

    /// <summary>Makes the peer of a grant whose addresses are free, and answers its initiation.</summary>
    internal Peer Admit(CachedGrant grant, in Newcomer newcomer, ControlOutput output, Instant now)
    {
        var peer = new Peer(newcomer.Key);
        departures.Quarantine.Readmit(newcomer.Id);
        departures.Arrive(peer);
        engine.Peers.Add(peer);
        SetPresharedKey(peer, grant);
        using (AllowedIpTable<Peer>.EditSession edit = engine.AllowedIps.Edit())
        {
            foreach (AllowedIpPrefix prefix in grant.AllowedIps) edit.Add(prefix, peer);
        }
        ActivePeer active = peer.Active;
        active.LastTimestamp = newcomer.Stamp;
        active.LastInitiationConsumed = now;
        // Also if no session comes of it: for want of a good ephemeral key, say.
        peer.Timers.EraseKeys = now + Limits.EraseAdmittedAfter;
        secrets.Bind(peer, newcomer.Identity, newcomer.StaticStatic);
        engine.Events.PeerAdmitted(peer, grant.Class);

        peer.AddReceived(InitiationMessage.Size);
        output.Worker.Counters.Add(CounterKind.ReceivedPackets, 1);
        output.Worker.Counters.Add(CounterKind.ReceivedBytes, InitiationMessage.Size);
        var state = new SymmetricState(newcomer.State, engine.Aead);
        responses.Write(peer, state, newcomer.Ephemeral, newcomer.Index, newcomer.Path, output, now);
        return peer;
    }

    /// <summary>Brings a live peer in line with a newer grant, whose addresses are free.</summary>
    internal void Update(Peer peer, CachedGrant grant)
    {
        SetPresharedKey(peer, grant);
        using AllowedIpTable<Peer>.EditSession edit = engine.AllowedIps.Edit();
        edit.RemoveAll(peer);
        foreach (AllowedIpPrefix prefix in grant.AllowedIps) edit.Add(prefix, peer);
    }

    private void SetPresharedKey(Peer peer, CachedGrant grant)
    {
        sessions.ErasePresharedKey(peer);
        if (grant.PresharedKey.IsEmpty) return;
        peer.PresharedKey = engine.Keys.Rent();
        grant.PresharedKey.Span.CopyTo(peer.PresharedKey.Span);
    }
}
