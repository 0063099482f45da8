using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Transports;
using Apex.Vpn.Routing.Directory;
using Apex.Vpn.Routing.Latency;
using Apex.Vpn.Routing.Selection;

namespace Apex.Vpn.Routing.Tests.Selection;

/// <summary>Servers with their status and latency, added one by one, and choices among them.</summary>
internal sealed class Fleet
{
    internal static readonly DateTimeOffset Now = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);

    private readonly List<Server> _servers = [];
    private readonly List<PublicKey> _revoked = [];

    internal List<ServerStatus> Statuses { get; } = [];

    internal List<LatencyEstimate> Latencies { get; } = [];

    internal DateTimeOffset Expires { get; set; } = Now.AddDays(1);

    internal int Count => _servers.Count;

    internal Server this[int index] => _servers[index];

    internal int Add(
        double rtt = 20,
        double load = 0.5,
        string country = "NL",
        string city = "Amsterdam",
        string provider = "",
        int capacity = 1000,
        ServerFeatures features = ServerFeatures.None,
        ServerStates states = ServerStates.InService,
        double weight = 1,
        ServerEndpoint[]? endpoints = null,
        ServerKey[]? keys = null,
        Guid? id = null)
    {
        int index = _servers.Count;
        _servers.Add(new Server
        {
            Id = id ?? Id(index),
            Name = $"{country}-{index}",
            Place = new Place(city, CountryCode.Parse(country), default),
            Provider = provider,
            Endpoints = endpoints ?? [IPv4(TransportKind.WireGuardUdp)],
            Keys = keys ?? [new ServerKey(Key(index + 1), Now.AddDays(-1), Now.AddDays(1))],
            Features = features,
            Capacity = capacity,
        });
        Statuses.Add(new ServerStatus(states, load, weight));
        Latencies.Add(new LatencyEstimate(rtt, 0, 0, LatencySource.Measured));
        return index;
    }

    internal void Revoke(PublicKey key) => _revoked.Add(key);

    internal SelectionCatalog ToCatalog() =>
        new(new ServerList { Version = 1, Issued = Now.AddDays(-1), Expires = Expires, Servers = [.. _servers], RevokedKeys = [.. _revoked] });

    /// <summary>The same servers with all that is said of them, in another order.</summary>
    internal Fleet Reordered(int[] order)
    {
        var other = new Fleet { Expires = Expires };
        other._revoked.AddRange(_revoked);
        foreach (int index in order)
        {
            other._servers.Add(_servers[index]);
            other.Statuses.Add(Statuses[index]);
            other.Latencies.Add(Latencies[index]);
        }
        return other;
    }

    internal SelectionInput Input(ulong random = 1, int? current = null) => new()
    {
        Latencies = Latencies.ToArray(),
        Statuses = Statuses.ToArray(),
        Now = Now,
        Random = random,
        Current = current,
    };

    internal SelectionResult Select(SelectionRequest? request = null, ulong random = 1, int? current = null, SelectionOptions? options = null)
    {
        var result = new SelectionResult();
        new ServerSelector(ToCatalog(), options ?? new SelectionOptions()).Select(request ?? new SelectionRequest(), Input(random, current), result);
        return result;
    }

    /// <summary>How often each server is chosen, or is runner-up, with the random numbers 0, 1, 2 …</summary>
    internal int[] Draw(int times, Func<SelectionResult, int> who)
    {
        var selector = new ServerSelector(ToCatalog());
        var (request, result) = (new SelectionRequest(), new SelectionResult());
        LatencyEstimate[] latencies = [.. Latencies];
        ServerStatus[] statuses = [.. Statuses];
        int[] counts = new int[Count];
        for (int i = 0; i < times; i++)
        {
            selector.Select(request, new SelectionInput { Latencies = latencies, Statuses = statuses, Now = Now, Random = (ulong)i }, result);
            counts[who(result)]++;
        }
        return counts;
    }

    internal static Guid Id(int number) => new(number, 7, 7, [1, 2, 3, 4, 5, 6, 7, 8]);

    internal static PublicKey Key(int number)
    {
        Span<byte> bytes = stackalloc byte[PublicKey.Size];
        BitConverter.TryWriteBytes(bytes, number);
        return new PublicKey(bytes);
    }

    internal static ServerEndpoint IPv4(TransportKind transport) => new(transport, UdpEndpoint.FromIPv4(0xC0000201, 51820));

    internal static ServerEndpoint IPv6(TransportKind transport) => new(transport, UdpEndpoint.FromIPv6(UInt128.One << 96, 51820));
}
