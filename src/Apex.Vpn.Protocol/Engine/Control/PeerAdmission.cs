using Apex.Vpn.Protocol.Engine.Noise;
using Apex.Vpn.Protocol.Engine.Peers;

namespace Apex.Vpn.Protocol.Engine.Control;

/// <summary>
/// Makes peers of keys that nobody configured, when an authorizer is there and says so: a candidate lives on the side until its initiation
/// is proven, and only then is asked about and added.
/// </summary>
internal sealed class PeerAdmission(EngineContext engine, SessionKeeper sessions)
{
    private Peer? _candidate;

    /// <summary>A peer to check the rest of an initiation with; null when unknown keys are not wanted.</summary>
    internal Peer? Candidate(PublicKey key)
    {
        if (engine.Authorizer is null || engine.Identities.Find(key) is not null) return null;
        Forget(_candidate);
        return _candidate = new Peer(key);
    }

    /// <summary>Drops a candidate whose initiation was not proven; does nothing for a configured peer.</summary>
    internal void Forget(Peer? peer)
    {
        if (peer is null || peer != _candidate) return;
        sessions.EraseStaticStatic(peer.Active);
        _candidate = null;
    }

    /// <summary>Whether a proven initiator is a peer: configured, or a candidate that the authorizer admits.</summary>
    internal bool Admits(Peer peer, DeviceIdentity identity)
    {
        if (peer != _candidate) return true;
        if (!engine.Authorizer!.Admits(peer.PublicKey, identity))
        {
            Forget(peer);
            return false;
        }
        _candidate = null;
        engine.Peers.Add(peer);
        return true;
    }
}
