using System.Net;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Notices;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Simulation;

/// <summary>Counts what an engine reports.</summary>
internal sealed class EventLog : DeviceObserver
{
    internal int Initiations { get; private set; }

    internal int LastAttempt { get; private set; }

    internal int Sessions { get; private set; }

    internal int Abandoned { get; private set; }

    internal int Erased { get; private set; }

    internal List<UdpEndpoint> Roamed { get; } = [];

    internal List<bool> Load { get; } = [];

    internal List<(PublicKey Peer, int Class)> Admitted { get; } = [];

    internal List<PublicKey> ErasedPeers { get; } = [];

    internal List<IPNetwork> AddressesLeft { get; } = [];

    internal List<IPNetwork> AddressesFreed { get; } = [];

    internal List<bool> Authorizer { get; } = [];

    internal Dictionary<DropReason, int> Drops { get; } = [];

    /// <summary>Gives back the memory of what is remembered of just-in-time peers.</summary>
    internal void Forget()
    {
        Admitted.Clear();
        Admitted.TrimExcess();
        ErasedPeers.Clear();
        ErasedPeers.TrimExcess();
        AddressesLeft.Clear();
        AddressesLeft.TrimExcess();
        AddressesFreed.Clear();
        AddressesFreed.TrimExcess();
    }

    public override void HandshakeInitiated(PublicKey peer, int attempt) => (Initiations, LastAttempt) = (Initiations + 1, attempt);

    public override void SessionEstablished(PublicKey peer, bool initiator, TimeSpan duration) => Sessions++;

    public override void HandshakeAbandoned(PublicKey peer) => Abandoned++;

    public override void KeysErased(PublicKey peer) => Erased++;

    public override void PeerRoamed(PublicKey peer, UdpEndpoint endpoint) => Roamed.Add(endpoint);

    public override void LoadChanged(bool underLoad) => Load.Add(underLoad);

    /// <summary>Which instances said hello.</summary>
    internal List<Guid> Hellos { get; } = [];

    /// <summary>Which notices came to their end, and whether they had been acknowledged.</summary>
    internal List<(NoticeKind Kind, bool Acknowledged)> Ended { get; } = [];

    public override void NoticeHello(PublicKey peer, Guid instance) => Hellos.Add(instance);

    public override void NoticeEnded(PublicKey peer, NoticeKind kind, bool acknowledged) => Ended.Add((kind, acknowledged));

    public override void PeerAdmitted(PublicKey peer, int grantClass) => Admitted.Add((peer, grantClass));

    public override void PeerErased(PublicKey peer) => ErasedPeers.Add(peer);

    public override void InnerAddressLeft(IPNetwork address) => AddressesLeft.Add(address);

    public override void InnerAddressFreed(IPNetwork address) => AddressesFreed.Add(address);

    public override void AuthorizerChanged(bool answers) => Authorizer.Add(answers);

    public override void PacketDropped(DropReason reason) => Drops[reason] = Drops.GetValueOrDefault(reason) + 1;
}
