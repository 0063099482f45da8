using Apex.Vpn.Routing.Directory;
using Apex.Vpn.Routing.Latency.Profiles;

namespace Apex.Vpn.Routing.Tests.Latency.Profiles;

/// <summary>A flat world with cities and users at places drawn by a seed; a round trip is their distance, and what the user's access takes.</summary>
internal sealed class TestWorld
{
    private readonly (double X, double Y)[] _sites;
    private ulong _state;

    internal TestWorld(int sites, int seed)
    {
        _state = (uint)seed + 1;
        _sites = [.. Enumerable.Range(0, sites).Select(_ => DrawPoint())];
        Places = [.. Enumerable.Range(0, sites).Select(static site => new Place($"City {site}", CountryCode.Parse("NL"), new GeoPoint(double.NaN, double.NaN)))];
        Mesh = [.. _sites.SelectMany(one => _sites.Select(other => Distance(one, other)))];
    }

    internal Place[] Places { get; }

    internal double[] Mesh { get; }

    /// <summary>A number from 0 to 1.</summary>
    internal double Draw()
    {
        _state = (_state * 6364136223846793005UL) + 1442695040888963407UL;
        return (_state >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>Round trips of a user at a place of its own.</summary>
    internal double[] DrawUser()
    {
        (double X, double Y) user = DrawPoint();
        double access = 20 * Draw();
        return [.. _sites.Select(site => access + Distance(site, user))];
    }

    internal LatencyProfiles BuildProfiles(int users, int minMembers)
    {
        var builder = new ProfileBuilder(Places, Mesh, minMembers);
        for (int user = 0; user < users; user++) builder.AddUser(DrawUser());
        return builder.Build();
    }

    /// <summary>All of a client's probes and its choice.</summary>
    internal static (int Best, List<int> Probes) Decide(LatencyPredictor predictor, double[] truth, int budget = LatencyPredictor.DefaultProbes)
    {
        predictor.Reset();
        var probes = new List<int>();
        while (probes.Count < budget && predictor.NextProbe() is var site and >= 0)
        {
            probes.Add(site);
            if (double.IsNaN(truth[site])) predictor.AddLoss(site);
            else predictor.AddRtt(site, truth[site]);
        }
        return (predictor.Best(), probes);
    }

    private (double X, double Y) DrawPoint() => (300 * Draw(), 150 * Draw());

    private static double Distance((double X, double Y) one, (double X, double Y) other) => Math.Sqrt(Math.Pow(one.X - other.X, 2) + Math.Pow(one.Y - other.Y, 2));
}
