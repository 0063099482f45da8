using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Engine.Noise;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Engine.Sessions;

namespace Apex.Vpn.Protocol.Engine.Control;

/// <summary>The secrets of a peer that outlive a handshake, in the slab: computed or copied when first needed.</summary>
internal sealed class StaticSecrets(EngineContext engine, SessionKeeper sessions)
{
    private static readonly byte[] NoPresharedKey = new byte[SecretKey.Size];

    /// <summary>
    /// The agreement of an identity's static key and the peer's. Kept from the first handshake on (59 µs each would make 100 000 peers take
    /// 6 s), for one identity: an initiation that means another one must not push it out before it is proven. False when the peer's key has
    /// low order: there is no handshake with it.
    /// </summary>
    /// <param name="peer">The peer.</param>
    /// <param name="identity">The identity.</param>
    /// <param name="scratch">Room for an agreement that is not kept; the caller erases it.</param>
    /// <param name="secret">The agreement.</param>
    internal bool TryGetStaticStatic(Peer peer, DeviceIdentity identity, Span<byte> scratch, out ReadOnlySpan<byte> secret)
    {
        ActivePeer active = peer.Active;
        if (active.StaticStaticOf is null)
        {
            SecretSlot slot = engine.Keys.Rent();
            if (TryAgree(peer.PublicKey, identity, slot.Span)) active.StaticStatic = slot;
            else engine.Keys.Return(slot);
            active.StaticStaticOf = identity;
        }
        if (active.StaticStaticOf == identity)
        {
            secret = active.StaticStatic.IsEmpty ? default : active.StaticStatic.Span;
            return !active.StaticStatic.IsEmpty;
        }
        secret = scratch;
        return TryAgree(peer.PublicKey, identity, scratch);
    }

    /// <summary>The peer has proven that it means this identity: ours for it from now on.</summary>
    internal void Bind(Peer peer, DeviceIdentity identity, ReadOnlySpan<byte> staticStatic)
    {
        ActivePeer active = peer.Active;
        active.Identity = identity;
        if (active.StaticStaticOf == identity) return;
        sessions.EraseStaticStatic(active);
        active.StaticStatic = engine.Keys.Rent();
        staticStatic.CopyTo(active.StaticStatic.Span);
        active.StaticStaticOf = identity;
    }

    /// <summary>Computes the agreement of an identity's static key and another one; false when that has low order.</summary>
    internal static bool TryAgree(PublicKey remote, DeviceIdentity identity, Span<byte> secret) =>
        X25519.TryAgree(identity.PrivateKey, PublicKey.AsSpan(in remote), secret);

    internal static ReadOnlySpan<byte> PresharedKey(Peer peer) => peer.PresharedKey.IsEmpty ? NoPresharedKey : peer.PresharedKey.Span;
}
