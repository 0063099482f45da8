using Apex.Vpn.Benchmarks.Commands;
using Apex.Vpn.Benchmarks.Data;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Transports;
using Apex.Vpn.Routing.Directory;
using Apex.Vpn.Routing.Latency;
using Apex.Vpn.Routing.Selection;

namespace Apex.Vpn.Benchmarks.Herd;

/// <summary>Servers, users and the ways between them, by seed. Does not change once made.</summary>
internal sealed class World
{
    internal const int KnownCities = 8;

    private const double MeanUtilization = 0.5;

    private static readonly int[] Capacities = [1000, 2000, 5000, 10_000];

    private readonly int _seed;
    private readonly int[] _known;
    private readonly float[] _rtts;
    private readonly double[] _serverNoise;
    private readonly LatencyEstimate[] _ways;

    internal World(HerdOptions options)
    {
        _seed = options.Seed;
        Cities = City.ReadAll(options.Cities);
        if (Cities.Length < 2) throw new DataFileException(options.Cities, "a single city; there must be somewhere to go when it fails");
        FailingCity = FindCity(options);
        FirstServers = new int[Cities.Length + 1];
        for (int i = 0; i < Cities.Length; i++) FirstServers[i + 1] = FirstServers[i] + Cities[i].Nodes;
        Server[] servers =
        [
            .. Cities.Index().SelectMany(city =>
                Enumerable.Range(FirstServers[city.Index], city.Item.Nodes).Select(server => Make(city.Item, server))),
        ];
        Catalog = new SelectionCatalog(new ServerList { Version = 1, Issued = Now.AddDays(-1), Expires = Now.AddDays(1), Servers = servers });
        CityOf = [.. Cities.Index().SelectMany(static city => Enumerable.Repeat(city.Index, city.Item.Nodes))];
        _serverNoise = [.. servers.Index().Select(server => Lot.Unit(Bits(What.Server, server.Index)))];

        Users = options.Users;
        Rates = new double[Users];
        _ways = new LatencyEstimate[Users];
        Known = Math.Min(KnownCities, Cities.Length);
        _known = new int[Users * Known];
        _rtts = new float[Users * Known];
        double[] demand = Demand();
        using var progress = new Progress("users", 100);
        int[] nearest = [.. Enumerable.Range(0, Cities.Length)];
        double[] rtts = new double[Cities.Length];
        for (int user = 0; user < Users; user++)
        {
            Place(user, demand, nearest, rtts);
            if (user % Math.Max(1, Users / 100) == 0) progress.Step();
        }
        double scale = MeanUtilization * servers.Sum(static server => (double)server.Capacity) / Rates.Sum();
        for (int user = 0; user < Users; user++) Rates[user] *= scale;
    }

    internal static DateTimeOffset Now { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    internal City[] Cities { get; }

    internal int FailingCity { get; }

    internal SelectionCatalog Catalog { get; }

    /// <summary>The servers of city i stand from FirstServers[i] to FirstServers[i + 1].</summary>
    internal int[] FirstServers { get; }

    internal int[] CityOf { get; }

    internal int Users { get; }

    /// <summary>What each user takes, in Mbit/s.</summary>
    internal double[] Rates { get; }

    /// <summary>How many cities a user knows the way to.</summary>
    internal int Known { get; }

    /// <summary>The cities that a user knows, from the nearest to the farthest.</summary>
    internal ReadOnlySpan<int> CitiesOf(int user) => _known.AsSpan(user * Known, Known);

    /// <summary>The round trip to the i-th city that a user knows.</summary>
    internal double CityRtt(int user, int i) => _rtts[(user * Known) + i];

    /// <summary>The round trip to a server of the i-th city that a user knows.</summary>
    internal LatencyEstimate Way(int user, int i, int server) => _ways[user] with { Rtt = CityRtt(user, i) + _serverNoise[server] };

    internal ulong Bits(What what, int who, int which = 0) => Lot.Bits(_seed, (int)what, who, which);

    private int FindCity(HerdOptions options)
    {
        if (options.Fail is not { } name) return Cities.Index().MaxBy(static city => city.Item.Nodes).Index;
        int found = Array.FindIndex(Cities, city => string.Equals(city.Place.City, name, StringComparison.OrdinalIgnoreCase));
        return found >= 0 ? found : throw new DataFileException(options.Cities, $"has no city named '{name}'");
    }

    private Server Make(City city, int index) => new()
    {
        Id = new Guid(index, 1, 1, [1, 2, 3, 4, 5, 6, 7, 8]),
        Name = $"{city.Place.Country}-{index}",
        Place = city.Place,
        Provider = "provider " + (Bits(What.Provider, index) % 3),
        Endpoints = [new ServerEndpoint(TransportKind.WireGuardUdp, UdpEndpoint.FromIPv4((uint)index + 0x0A000000, 51820))],
        Keys = [new ServerKey(PublicKey.Parse(index.ToString("x64", null)), Now.AddDays(-1), Now.AddDays(1))],
        Capacity = Capacities[Bits(What.Capacity, index) % (ulong)Capacities.Length],
    };

    /// <summary>By city: the share of users that live there or in a city before it.</summary>
    private double[] Demand()
    {
        double[] weights = [.. Cities.Index().Select(city => city.Item.Nodes * Math.Exp(0.3 * Lot.Normal(Bits(What.Demand, city.Index))))];
        double sum = 0, all = weights.Sum();
        return [.. weights.Select(weight => (sum += weight) / all)];
    }

    private void Place(int user, double[] demand, int[] nearest, double[] rtts)
    {
        int found = Array.BinarySearch(demand, Lot.Unit(Bits(What.Home, user)));
        GeoPoint city = Cities[Math.Min(found < 0 ? ~found : found, Cities.Length - 1)].Place.Location;
        var home = new GeoPoint(
            Math.Clamp(city.Latitude + (1.5 * Lot.Normal(Bits(What.Latitude, user))), -90, 90),
            city.Longitude + (1.5 * Lot.Normal(Bits(What.Longitude, user))));
        double access = 2 + Lot.Exponential(Bits(What.Access, user), 8);
        for (int i = 0; i < rtts.Length; i++)
        {
            nearest[i] = i;
            rtts[i] = (home.DistanceTo(Cities[i].Place.Location) / 100) + 5 + access + Lot.Exponential(Bits(What.Way, user, i), 3);
        }
        Array.Sort(rtts, nearest);
        for (int i = 0; i < Known; i++) (_known[(user * Known) + i], _rtts[(user * Known) + i]) = (nearest[i], (float)rtts[i]);
        double loss = Bits(What.Lossy, user) % 5 == 0 ? Math.Min(0.05, Lot.Exponential(Bits(What.Loss, user), 0.005)) : 0;
        _ways[user] = new LatencyEstimate(0, Lot.Exponential(Bits(What.Jitter, user), 1.5), loss, LatencySource.Measured);
        Rates[user] = Math.Exp(0.7 * Lot.Normal(Bits(What.Rate, user)));
    }
}
