using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Notices;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Engine;

/// <summary>Tells everybody who listens what happened: the embedder's observer, the event source, the meter. Any worker may call.</summary>
internal sealed class EngineEvents(DeviceObserver? observer)
{
    /// <summary>The device's meter, once there is one.</summary>
    internal DeviceMeter? Meter { get; set; }

    internal void HandshakeInitiated(Peer peer)
    {
        observer?.HandshakeInitiated(peer.PublicKey, peer.Active.Attempts + 1);
        ProtocolEventSource.Log.HandshakeInitiated(peer.Number, peer.Active.Attempts + 1);
    }

    internal void SessionEstablished(Peer peer, bool initiator, TimeSpan duration)
    {
        observer?.SessionEstablished(peer.PublicKey, initiator, duration);
        ProtocolEventSource.Log.SessionEstablished(peer.Number, initiator, (int)Math.Min(duration.TotalMicroseconds, int.MaxValue));
        Meter?.HandshakeCompleted(initiator, duration);
    }

    internal void HandshakeAbandoned(Peer peer)
    {
        observer?.HandshakeAbandoned(peer.PublicKey);
        ProtocolEventSource.Log.HandshakeAbandoned(peer.Number);
    }

    internal void KeysErased(Peer peer)
    {
        observer?.KeysErased(peer.PublicKey);
        ProtocolEventSource.Log.KeysErased(peer.Number);
    }

    internal void PeerRoamed(Peer peer, UdpEndpoint endpoint)
    {
        observer?.PeerRoamed(peer.PublicKey, endpoint);
        ProtocolEventSource.Log.PeerRoamed(peer.Number);
    }

    internal void AuthorizerChanged(bool answers)
    {
        observer?.AuthorizerChanged(answers);
        ProtocolEventSource.Log.AuthorizerChanged(answers);
    }

    internal void PeerAdmitted(Peer peer, int grantClass)
    {
        observer?.PeerAdmitted(peer.PublicKey, grantClass);
        ProtocolEventSource.Log.PeerAdmitted(peer.Number);
    }

    internal void PeerErased(Peer peer)
    {
        ProtocolEventSource.Log.PeerErased(peer.Number);
        if (observer is null) return;
        observer.PeerErased(peer.PublicKey);
        foreach (AllowedIpPrefix prefix in peer.AllowedIps) observer.InnerAddressLeft(prefix.ToIPNetwork());
    }

    internal void InnerAddressFreed(AllowedIpPrefix prefix) => observer?.InnerAddressFreed(prefix.ToIPNetwork());

    internal void LoadChanged(bool underLoad)
    {
        observer?.LoadChanged(underLoad);
        ProtocolEventSource.Log.LoadChanged(underLoad);
    }

    internal void NoticeHello(Peer peer, Guid instance) => observer?.NoticeHello(peer.PublicKey, instance);

    internal void NoticeEnded(Peer peer, NoticeKind kind, bool acknowledged) => observer?.NoticeEnded(peer.PublicKey, kind, acknowledged);

    internal void PacketsDropped(DropReason reason, int packets)
    {
        for (int i = 0; observer is not null && i < packets; i++) observer.PacketDropped(reason);
        if (ProtocolEventSource.Log.IsEnabled()) ProtocolEventSource.Log.PacketDropped(reason);
    }
}
