using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Probes;

/// <summary>How a client's datagrams come and go.</summary>
internal interface IProbeLink
{
    /// <summary>Sends a datagram marked as handshakes are; what the network does not take is lost.</summary>
    void Send(ReadOnlySpan<byte> datagram, UdpEndpoint target);

    /// <summary>Hands datagrams on, one at a time and with the time of their arrival, until cancelled; then it completes.</summary>
    Task ReceiveAsync(ProbeRound round, TimeProvider time, CancellationToken cancellationToken);
}
