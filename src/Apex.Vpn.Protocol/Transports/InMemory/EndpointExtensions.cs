namespace Apex.Vpn.Protocol.Transports.InMemory;

internal static class EndpointExtensions
{
    /// <summary>The same address with another port.</summary>
    internal static UdpEndpoint WithPort(this UdpEndpoint endpoint, ushort port) => endpoint.IsIPv4
        ? UdpEndpoint.FromIPv4((uint)endpoint.AddressBits, port)
        : UdpEndpoint.FromIPv6(endpoint.AddressBits, port, endpoint.ScopeId);
}
