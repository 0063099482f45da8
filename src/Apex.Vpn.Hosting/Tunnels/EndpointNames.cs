using System.Net;
using System.Net.Sockets;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Hosting.Tunnels;

/// <summary>The addresses behind the names in a configuration, looked up before it is applied.</summary>
internal static class EndpointNames
{
    /// <summary>Looks up every name once.</summary>
    /// <returns>The first address of each.</returns>
    /// <exception cref="IOException">A name has no address; the tunnel could not reach that peer.</exception>
    internal static async Task<Dictionary<string, IPAddress>> ResolveAsync(
        WireGuardConfiguration configuration, CancellationToken cancellationToken)
    {
        var addresses = new Dictionary<string, IPAddress>(StringComparer.OrdinalIgnoreCase);
        foreach (PeerConfiguration peer in configuration.Peers)
        {
            if (peer.Endpoint?.Name is { } name && !addresses.ContainsKey(name))
                addresses[name] = await ResolveAsync(name, cancellationToken).ConfigureAwait(false);
        }
        return addresses;
    }

    /// <summary>The endpoint of a name that was looked up.</summary>
    internal static UdpEndpoint? Find(Dictionary<string, IPAddress> addresses, string name, ushort port) =>
        UdpEndpoint.From(new IPEndPoint(addresses[name], port));

    private static async Task<IPAddress> ResolveAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            IPAddress[] found = await Dns.GetHostAddressesAsync(name, cancellationToken).ConfigureAwait(false);
            return found.Length > 0 ? found[0] : throw new IOException($"The endpoint {name} has no address.");
        }
        catch (SocketException exception)
        {
            throw new IOException($"The endpoint {name} could not be looked up: {exception.Message}", exception);
        }
    }
}
