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
    /// The agreement of our static key and the peer's, computed at the first handshake (59 µs each would make 100 000 peers take 6 s). False
    /// when the peer's key has low order: there is no handshake with it.
    /// </summary>
    internal bool TryGetStaticStatic(Peer peer, DeviceIdentity identity, out ReadOnlySpan<byte> secret)
    {
        ActivePeer active = peer.Active;
        if (active.Identity != identity)
        {
            sessions.EraseStaticStatic(active);
            SecretSlot slot = engine.Keys.Rent();
            PublicKey remote = peer.PublicKey;
            if (X25519.TryAgree(identity.PrivateKey, PublicKey.AsSpan(in remote), slot.Span)) active.StaticStatic = slot;
            else engine.Keys.Return(slot);
            active.Identity = identity;
        }
        secret = active.StaticStatic.IsEmpty ? default : active.StaticStatic.Span;
        return !active.StaticStatic.IsEmpty;
    }

    internal static ReadOnlySpan<byte> PresharedKey(Peer peer) => peer.PresharedKey.IsEmpty ? NoPresharedKey : peer.PresharedKey.Span;
}
