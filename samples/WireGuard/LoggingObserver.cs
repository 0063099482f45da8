using System.Collections.Concurrent;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Samples.WireGuard;

/// <summary>Logs what a device does. Peers are numbered as they appear: keys and addresses do not belong in a log.</summary>
internal sealed class LoggingObserver(Log log) : DeviceObserver
{
    private readonly ConcurrentDictionary<PublicKey, int> _numbers = new();

    public override void HandshakeInitiated(PublicKey peer, int attempt) => log.Verbose($"{Name(peer)}: sending initiation (try {attempt})");

    public override void SessionEstablished(PublicKey peer, bool initiator, TimeSpan duration) =>
        log.Verbose($"{Name(peer)}: session established as {(initiator ? "initiator" : "responder")} in {duration.TotalMilliseconds:F1} ms");

    public override void HandshakeAbandoned(PublicKey peer) => log.Verbose($"{Name(peer)}: handshake abandoned");

    public override void KeysErased(PublicKey peer) => log.Verbose($"{Name(peer)}: keys erased");

    public override void PeerRoamed(PublicKey peer, UdpEndpoint endpoint) => log.Verbose($"{Name(peer)}: endpoint moved");

    public override void LoadChanged(bool underLoad) => log.Verbose(underLoad ? "Under load: asking for cookies" : "No longer under load");

    private string Name(PublicKey peer) => $"peer {_numbers.GetOrAdd(peer, static (_, numbers) => numbers.Count + 1, _numbers)}";
}
