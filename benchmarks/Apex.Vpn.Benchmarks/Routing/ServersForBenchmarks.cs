using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Transports;
using Apex.Vpn.Routing.Directory;
using Apex.Vpn.Routing.Latency;
using Apex.Vpn.Routing.Selection;

namespace Apex.Vpn.Benchmarks.Routing;

/// <summary>Servers to choose from, six to a city; one in twenty is out of service, one in twenty lacks IPv6.</summary>
internal static class ServersForBenchmarks
{
    internal static DateTimeOffset Now { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    internal static (SelectionCatalog Catalog, LatencyEstimate[] Latencies, ServerStatus[] Statuses) Create(int count)
    {
        var random = new Random(1);
        var servers = new Server[count];
        (LatencyEstimate[] latencies, ServerStatus[] statuses) = (new LatencyEstimate[count], new ServerStatus[count]);
        for (int i = 0; i < count; i++)
        {
            int city = i % Math.Max(1, count / 6);
            servers[i] = new Server
            {
                Id = new Guid(i, 1, 1, [1, 2, 3, 4, 5, 6, 7, 8]),
                Name = "server " + i,
                Place = new Place("City " + city, CountryCode.Parse($"{(char)('A' + (city % 26))}{(char)('A' + (city % 2))}"), default),
                Provider = "provider " + random.Next(5),
                Endpoints = [Endpoint(TransportKind.WireGuardUdp, i, 51820), Endpoint(TransportKind.WireGuardTls, i, 443)],
                Keys = [Key(i, Now.AddDays(-2)), Key(i + count, Now.AddDays(-1))],
                Features = ServerFeatures.MultihopEntry | ServerFeatures.MultihopExit | (random.Next(20) == 0 ? 0 : ServerFeatures.IPv6),
                Capacity = 1000 * random.Next(1, 11),
            };
            latencies[i] = new LatencyEstimate(
                10 + (200 * random.NextDouble()), 3 * random.NextDouble(), 0.01 * random.NextDouble(), LatencySource.Measured);
            ServerStates states = random.Next(20) == 0 ? ServerStates.Automatic : ServerStates.InService;
            statuses[i] = new ServerStatus(states, 0.9 * random.NextDouble(), 1);
        }
        var list = new ServerList { Version = 1, Issued = Now.AddDays(-1), Expires = Now.AddDays(1), Servers = servers };
        return (new SelectionCatalog(list), latencies, statuses);
    }

    private static ServerEndpoint Endpoint(TransportKind transport, int address, ushort port) =>
        new(transport, UdpEndpoint.FromIPv4((uint)address, port));

    private static ServerKey Key(int number, DateTimeOffset notBefore) =>
        new(PublicKey.Parse(number.ToString("x64", null)), notBefore, notBefore.AddDays(1));
}
