using Apex.Vpn.Benchmarks.Data;
using Apex.Vpn.Routing.Placement;

namespace Apex.Vpn.Benchmarks.Placement;

/// <summary>
/// A problem from a fleet's footprint. Nothing here was measured between cities, so latencies are priors: geography, and between countries
/// the mean that RIPE Atlas saw. Demand is a proxy, too.
/// </summary>
internal static class FootprintPlacement
{
    // Fewer samples than this say nothing about a pair of countries.
    private const int LeastSamples = 100;

    // Light in fibre goes 200 km in a millisecond, there and back 100; the last mile takes some.
    private const double KilometresPerMs = 100;
    private const double LastMileMs = 5;

    internal static PlaceProblem Read(PlaceOptions options)
    {
        City[] cities = City.ReadAll(options.Cities!);
        var countries = CountryRtts.Read(options.Countries!, LeastSamples);
        int nodes = cities.Sum(static city => city.Nodes);
        CandidateSite[] sites =
        [
            // A city may double. Users choose countries for themselves, so none of a city's last nodes is given up.
            .. cities.Select(static city =>
                new CandidateSite(city.Place.City, city.Place.Country, (2 * city.Nodes) + 4) { Nodes = city.Nodes, KeptNodes = 1 }),
        ];
        var latency = new LatencyTable(cities.Length, cities.Length);
        for (int user = 0; user < cities.Length; user++)
        {
            for (int site = 0; site < cities.Length; site++) latency.SetPrior(user, site, Prior(cities[user], cities[site], countries));
        }
        return new PlaceProblem(
            $"{cities.Length} cities, {nodes} nodes, priors for latencies, {100 * options.Utilization:0} % of capacity in use",
            Demand(options, cities, countries),
            sites,
            latency,
            new PlacementLimits { MoveShare = options.Moves, NodeCapacity = 1 / (options.Utilization * nodes) });
    }

    // By where nodes stand would be circular. How often a country takes part in measurements grows with its networks and their users; it
    // favours Europe. Within a country nothing is known, so its cities count the same.
    private static DemandPoint[] Demand(PlaceOptions options, City[] cities, CountryRtts countries)
    {
        DemandPoint[] demand =
        [
            .. cities.Select(city => new DemandPoint(
                city.Place.ToString(),
                countries.Samples(city.Place.Country) / cities.Count(other => other.Place.Country == city.Place.Country))),
        ];
        if (demand.All(static point => point.Weight == 0))
            throw new DataFileException(options.Countries!, "none of the footprint's countries is in it");
        return demand;
    }

    // Means within a country and between neighbours are long where the country is large, and all are raised by a few slow probes. So
    // within a country geography alone counts, between countries it and the mean weigh the same, and nothing is faster than light.
    private static double Prior(City user, City site, CountryRtts countries)
    {
        double geography = (user.Place.Location.DistanceTo(site.Place.Location) / KilometresPerMs) + LastMileMs;
        if (user.Place.Country == site.Place.Country || countries[user.Place.Country, site.Place.Country] is not { } mean) return geography;
        return Math.Max(geography, (geography + mean) / 2);
    }
}
