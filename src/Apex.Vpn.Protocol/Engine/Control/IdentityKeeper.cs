using Apex.Vpn.Protocol.Engine.Noise;
using Apex.Vpn.Protocol.Engine.Peers;

namespace Apex.Vpn.Protocol.Engine.Control;

/// <summary>Changes the static keys that the device answers for, and what peers have of them.</summary>
internal sealed class IdentityKeeper(EngineContext engine, SessionKeeper sessions, Configurator configurator)
{
    /// <summary>
    /// Sets the primary's private key, or takes it away. The same key again changes nothing; one of the other identities' makes it the
    /// primary. Sessions under the former primary are not used for sending any more.
    /// </summary>
    internal void SetPrimary(PrivateKey? privateKey)
    {
        DeviceIdentity? former = engine.Identities.Primary;
        DeviceIdentity? successor = privateKey is null ? null : FindOrMake(privateKey);
        if (successor == former) return;
        engine.Identities.ReplacePrimary(successor);
        if (former is not null)
        {
            for (Peer? peer = engine.Peers.First; peer is not null; peer = peer.Later)
            {
                if (!peer.IsIdle && (peer.Active.Identity ?? former) == former) EndSending(peer.Active);
            }
            Retire(former);
        }
        if (successor is not null) configurator.GreetAll();
    }

    /// <summary>Answers for another identity too. One that is there already stays as it is.</summary>
    /// <returns>False when there are as many as there may be.</returns>
    internal bool TryAdd(PrivateKey privateKey)
    {
        if (engine.Identities.Find(privateKey.DerivePublicKey()) is not null) return true;
        if (!engine.Identities.HasRoom) return false;
        engine.Identities.Add(FindOrMake(privateKey));
        return true;
    }

    /// <summary>
    /// Ends an identity: handshakes with it are dropped from now on and its secrets are erased; its sessions go on until they are too old.
    /// </summary>
    /// <returns>False when there is none with this key.</returns>
    internal bool TryRetire(PublicKey key)
    {
        if (engine.Identities.Find(key) is not { } identity) return false;
        engine.Identities.Remove(identity);
        Retire(identity);
        return true;
    }

    private DeviceIdentity FindOrMake(PrivateKey privateKey)
    {
        var identity = new DeviceIdentity(privateKey.Bytes);
        if (engine.Identities.Find(identity.PublicKey) is { } known)
        {
            identity.Dispose();
            return known;
        }
        configurator.RemovePeer(identity.PublicKey); // nobody is a peer of their own
        return identity;
    }

    /// <summary>Another identity takes over: what was agreed with the former one is not renewed, and a new handshake need not wait.</summary>
    private static void EndSending(ActivePeer peer)
    {
        peer.Sessions.Current?.ExhaustSending();
        peer.Sessions.Next?.ExhaustSending();
        peer.LastHandshakeSent = Instant.Never;
    }

    private void Retire(DeviceIdentity identity)
    {
        for (Peer? peer = engine.Peers.First; peer is not null; peer = peer.Later)
        {
            if (peer.IsIdle) continue;
            ActivePeer active = peer.Active;
            if (active.Identity == identity) active.Identity = null;
            if (active.StaticStaticOf == identity) sessions.EraseStaticStatic(active);
            if (active.Pending?.Identity == identity) sessions.ForgetPending(peer);
        }
        identity.Dispose();
    }
}
