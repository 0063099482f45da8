using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Routing.Directory;

/// <summary>An address and port at which a server is reached, and how. A value; immutable.</summary>
/// <param name="Transport">How it is spoken to there.</param>
/// <param name="Address">IPv4 or IPv6 address and port; the port is TCP's for transports over TCP.</param>
public readonly record struct ServerEndpoint(TransportKind Transport, UdpEndpoint Address);
