using System.Net;
using Apex.Vpn.Protocol.Transports;
using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Routing.Tests.Latency;

/// <summary>Server lists of which only ids and endpoints matter.</summary>
internal static class Lists
{
    internal static UdpEndpoint V4 { get; } = UdpEndpoint.From(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 51820));

    internal static UdpEndpoint V6 { get; } = UdpEndpoint.From(new IPEndPoint(IPAddress.Parse("2001:db8::1"), 51820));

    internal static Guid Id(int number) => new(number, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);

    /// <summary>Servers of these numbers, reached by version 4 alone.</summary>
    internal static ServerList Of(params int[] numbers) => Of([.. numbers.Select(static number => Server(number, V4))]);

    internal static ServerList Of(params Server[] servers) => new()
    {
        Version = 1,
        Issued = DateTimeOffset.UnixEpoch,
        Expires = DateTimeOffset.MaxValue,
        Servers = servers,
    };

    internal static Server Server(int number, params UdpEndpoint[] endpoints) => new()
    {
        Id = Id(number),
        Name = $"server-{number}",
        Place = new Place("Somewhere", default, default),
        Endpoints = [.. endpoints.Select(static endpoint => new ServerEndpoint(TransportKind.WireGuardUdp, endpoint))],
        Keys = [new ServerKey(default, DateTimeOffset.MinValue, DateTimeOffset.MaxValue)],
        Capacity = 1000,
    };
}
