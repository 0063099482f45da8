using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Engine.Admission;
using Apex.Vpn.Protocol.Engine.Defense;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Engine.Control;

/// <summary>Applies configuration. What must be sent because of it is asked for through the attention queue.</summary>
internal sealed class Configurator(EngineContext engine, SessionKeeper sessions, Worker worker, Departures? departures)
{
    /// <summary>Whether the device is up: only then do changes make traffic.</summary>
    internal bool IsUp { get; private set; }

    /// <summary>Removes one peer, if there is one with this key.</summary>
    internal void RemovePeer(PublicKey key)
    {
        if (!engine.Peers.TryFind(key, out Peer? peer)) return;
        using AllowedIpTable<Peer>.EditSession edit = engine.AllowedIps.Edit();
        Remove(peer, edit);
    }

    /// <summary>Removes all peers.</summary>
    internal void RemoveAllPeers()
    {
        using AllowedIpTable<Peer>.EditSession edit = engine.AllowedIps.Edit();
        while (engine.Peers.First is { } peer) Remove(peer, edit);
    }

    /// <summary>Applies changes to peers, one after another; the data path sees the allowed IPs of all of them at once.</summary>
    internal void ApplyPeers(ReadOnlySpan<PeerUpdate> updates)
    {
        using AllowedIpTable<Peer>.EditSession edit = engine.AllowedIps.Edit();
        foreach (PeerUpdate update in updates) Apply(update, edit);
    }

    /// <summary>Starts traffic: peers with a persistent keepalive are greeted.</summary>
    internal void Up()
    {
        if (IsUp) return;
        IsUp = true;
        GreetAll();
    }

    /// <summary>Ends all sessions and everything that waits.</summary>
    internal void Down()
    {
        IsUp = false;
        EraseAll();
    }

    /// <summary>
    /// Erases all sessions, as before a sleep. Configuration stays; traffic makes new sessions. Who was let in just in time goes and comes
    /// again.
    /// </summary>
    internal void EraseAll()
    {
        using AllowedIpTable<Peer>.EditSession edit = engine.AllowedIps.Edit();
        for (Peer? peer = engine.Peers.First; peer is not null; peer = peer.Later)
        {
            if (peer.IsAdmitted) Remove(peer, edit);
            else if (!peer.IsIdle) Quiet(peer.Active);
        }
    }

    /// <summary>Lets the kernel choose all local addresses again.</summary>
    internal void ForgetSources()
    {
        for (Peer? peer = engine.Peers.First; peer is not null; peer = peer.Later) peer.ForgetSource();
    }

    /// <summary>
    /// Tells the peers with a session, by a keepalive each, where we are heard from now. Else a peer goes on sending to the place we left
    /// until we happen to have something for it, and it for us meanwhile in vain.
    /// </summary>
    internal void Moved(Instant now)
    {
        for (Peer? peer = engine.Peers.First; peer is not null; peer = peer.Later)
        {
            peer.ForgetSource();
            if (!peer.IsIdle && peer.Sessions.Current is { } keypair && keypair.CanSend(now)) engine.Attention.Raise(peer, Attention.Keepalive);
        }
    }

    private void Apply(PeerUpdate update, AllowedIpTable<Peer>.EditSession edit)
    {
        // A key of our own as a peer is accepted and means nothing, so that a configuration may be given to all members alike.
        if (engine.Identities.Find(update.PublicKey) is not null) return;
        bool known = engine.Peers.TryFind(update.PublicKey, out Peer? peer);
        if (update.Remove)
        {
            if (peer is not null) Remove(peer, edit);
            return;
        }
        if (peer is null or { IsAdmitted: true })
        {
            if (update.UpdateOnly) return;
            // Configuration goes before a grant; the stamp stays, so that recorded initiations stay refused.
            Tai64n stamp = peer?.Active.LastTimestamp ?? default;
            if (peer is not null) Remove(peer, edit);
            engine.Peers.Add(peer = new Peer(update.PublicKey));
            if (known) peer.Active.LastTimestamp = stamp;
        }
        if (update.PresharedKey is { } presharedKey) SetPresharedKey(peer, presharedKey);
        if (update.Endpoint is { IsNone: false } endpoint && endpoint != peer.Path?.Value.Remote) peer.Path = new PeerPath(new UdpPath(endpoint));
        foreach (AllowedIpChange change in update.AllowedIps) Apply(change, peer, edit);
        bool greet = SetKeepalive(peer, update.PersistentKeepalive);
        if (!IsUp) return;
        if (greet) engine.Attention.Raise(peer, Attention.Keepalive);
        if (known && peer.StagedCount != 0) engine.Attention.Raise(peer, Attention.Staged); // for an endpoint or a key, perhaps
    }

    private void SetPresharedKey(Peer peer, PresharedKey presharedKey)
    {
        if (presharedKey.IsZero)
        {
            sessions.ErasePresharedKey(peer);
            return;
        }
        if (peer.PresharedKey.IsEmpty) peer.PresharedKey = engine.Keys.Rent();
        presharedKey.Bytes.CopyTo(peer.PresharedKey.Span);
    }

    /// <summary>Returns whether the peer is to be greeted: keepalives begin now.</summary>
    private static bool SetKeepalive(Peer peer, ushort? seconds)
    {
        if (seconds is not { } interval) return false;
        bool begins = peer.PersistentKeepalive == 0 && interval != 0;
        peer.PersistentKeepalive = interval;
        if (interval == 0 && !peer.IsIdle) peer.Timers.SetPersistentKeepalive(Instant.Never);
        return begins;
    }

    private static void Apply(AllowedIpChange change, Peer peer, AllowedIpTable<Peer>.EditSession edit)
    {
        switch (change.Action)
        {
            case AllowedIpAction.Add:
                edit.Add(AllowedIpPrefix.From(change.Prefix), peer);
                break;
            case AllowedIpAction.Remove:
                edit.Remove(AllowedIpPrefix.From(change.Prefix), peer);
                break;
            case AllowedIpAction.Clear:
                edit.RemoveAll(peer);
                break;
        }
    }

    private void Remove(Peer peer, AllowedIpTable<Peer>.EditSession edit)
    {
        if (peer.IsAdmitted) departures!.Leave(peer);
        edit.RemoveAll(peer);
        engine.Peers.Remove(peer);
        sessions.ErasePresharedKey(peer);
        if (peer.IsIdle) return;
        Quiet(peer.Active);
        sessions.EraseStaticStatic(peer.Active);
        peer.Active.Cookies?.Clear();
    }

    /// <summary>Ends everything that goes on with a peer and that it would do by itself.</summary>
    private void Quiet(ActivePeer peer)
    {
        sessions.Erase(peer.Peer, worker);
        peer.Timers.ClearAll();
        engine.Wheel.Remove(peer);
        peer.Timers.Schedule();
        peer.LastHandshakeSent = Instant.Never;
        peer.Attempts = 0;
    }

    /// <summary>Peers with a persistent keepalive are sent one.</summary>
    internal void GreetAll()
    {
        for (Peer? peer = engine.Peers.First; IsUp && peer is not null; peer = peer.Later)
        {
            if (peer.PersistentKeepalive != 0) engine.Attention.Raise(peer, Attention.Keepalive);
        }
    }
}
