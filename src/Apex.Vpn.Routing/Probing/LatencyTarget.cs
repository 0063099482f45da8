using System.Diagnostics.CodeAnalysis;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Transports;
using Apex.Vpn.Routing.Directory;
using Apex.Vpn.Routing.Latency;

namespace Apex.Vpn.Routing.Probing;

/// <summary>A server to measure, by one of its endpoints. Immutable; safe from any thread.</summary>
/// <param name="Order">Which server, and by which Internet Protocol.</param>
/// <param name="Endpoint">Where it is asked.</param>
/// <param name="Key">The key that it answers for.</param>
public sealed record LatencyTarget(ProbeOrder Order, UdpEndpoint Endpoint, PublicKey Key)
{
    /// <summary>Looks an order up in the list: its first endpoint for WireGuard over UDP of that version, and its newest key in
    /// use.</summary>
    /// <param name="order">The order.</param>
    /// <param name="list">The list, verified.</param>
    /// <param name="now">Signed time.</param>
    /// <param name="target">The target; null when there is none.</param>
    /// <returns>False when the server is not in the list, has no such endpoint, or no key that is valid and not revoked.</returns>
    public static bool TryCreate(ProbeOrder order, ServerList list, DateTimeOffset now, [NotNullWhen(true)] out LatencyTarget? target)
    {
        ArgumentNullException.ThrowIfNull(list);
        target = null;
        if (order.Server < 0 || order.Server >= list.Servers.Count) return false;
        Server server = list.Servers[order.Server];
        ServerKey[] keys = [.. server.Keys.Where(key => key.IsValidAt(now) && !list.RevokedKeys.Contains(key.Key))];
        UdpEndpoint endpoint = server.Endpoints
            .FirstOrDefault(endpoint => endpoint.Transport == TransportKind.WireGuardUdp
                && (order.Version == IpVersion.V4 ? endpoint.Address.IsIPv4 : endpoint.Address.IsIPv6)).Address;
        if (keys.Length == 0 || endpoint.IsNone) return false;
        target = new LatencyTarget(order, endpoint, keys.MaxBy(static key => key.NotBefore).Key);
        return true;
    }
}
