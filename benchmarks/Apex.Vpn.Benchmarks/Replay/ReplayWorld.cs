using Apex.Vpn.Benchmarks.Data;
using Apex.Vpn.Routing.Directory;
using Apex.Vpn.Routing.Latency.Profiles;

namespace Apex.Vpn.Benchmarks.Replay;

/// <summary>One matrix and one seed: who is what, what the control plane knows, and what each user would measure.</summary>
internal sealed class ReplayWorld
{
    private readonly RttMatrix _truth;
    private readonly RttMatrix[] _earlier;
    private readonly ReplayOptions _options;
    private readonly HiddenEntries _hidden;
    private readonly int _seed;
    private readonly Dictionary<string, UserProfiles> _profiles = new(StringComparer.Ordinal);
    private readonly Place[] _sites;

    internal ReplayWorld(RttMatrix truth, RttMatrix[] earlier, ReplayOptions options, int seed)
    {
        (_truth, _earlier, _options, _seed) = (truth, earlier, options, seed);
        _hidden = new HiddenEntries(options.Mask, seed);
        Population = Population.Draw(truth.Hosts, options.Servers, seed);
        // Hosts of a matrix have no places, only numbers.
        _sites = [.. Population.Servers.Select(static host => new Place($"host {host}", default, new GeoPoint(double.NaN, double.NaN)))];
        Mesh = new double[options.Servers, options.Servers];
        for (int from = 0; from < options.Servers; from++)
        {
            for (int to = 0; to < options.Servers; to++) Mesh[from, to] = Known(Population.Servers[from], Population.Servers[to]);
        }
    }

    internal Population Population { get; }

    /// <summary>Round trips between servers as they measured them; NaN where hidden or missing.</summary>
    internal double[,] Mesh { get; }

    /// <summary>What a user would measure now, by server; NaN where hidden or missing.</summary>
    internal double[] TruthOf(int user) =>
        [.. Population.Servers.Select(server => _hidden.Contains(user, server) ? double.NaN : _truth[user, server])];

    /// <summary>The true round trip, hidden or not: what a choice is charged.</summary>
    internal double TrueRtt(int user, int server) => _truth[user, Population.Servers[server]];

    /// <summary>By what this user's probes are multiplied, by server.</summary>
    internal double[] NoiseOf(int user)
    {
        var random = new Random(SeedOf(user));
        return [.. Population.Servers.Select(_ => 1 + (_options.Noise * ((2 * random.NextDouble()) - 1)))];
    }

    /// <summary>Drawn for this user, for strategies that choose at random.</summary>
    internal int SeedOf(int user) => unchecked((_seed * 1_000_003) + user);

    /// <summary>The profiles that this user may see: the same object for users who may see the same.</summary>
    internal UserProfiles ProfilesFor(int user)
    {
        int[] seen = _options.Apart is { } apart ? [.. Population.Training.Where(host => !(_truth[user, host] <= apart))] : Population.Training;
        string key = string.Join(' ', Population.Training.Except(seen));
        if (!_profiles.TryGetValue(key, out UserProfiles? profiles)) _profiles.Add(key, profiles = Build(seen));
        return profiles;
    }

    private UserProfiles Build(int[] training)
    {
        var builder = new ProfileBuilder(_sites, [.. Mesh.Cast<double>()], _options.MinMembers, leastMinMembers: 1);
        foreach (int host in training) builder.AddUser([.. Population.Servers.Select(server => Known(host, server))]);
        LatencyProfiles profiles = builder.Build();
        return new UserProfiles(profiles, builder.Clusters.Select(static cluster => cluster.Length).DefaultIfEmpty().Min());
    }

    /// <summary>What was measured when the profiles were made.</summary>
    private double Known(int from, int to)
    {
        if (_hidden.Contains(from, to)) return double.NaN;
        if (_earlier.Length == 0) return _truth[from, to];
        double[] measured = [.. _earlier.Select(matrix => matrix[from, to]).Where(static rtt => !double.IsNaN(rtt)).Order()];
        return measured.Length == 0 ? double.NaN : (measured[(measured.Length - 1) / 2] + measured[measured.Length / 2]) / 2;
    }

    /// <summary>Profiles, and how many users the smallest cluster has; 0 where there is none.</summary>
    internal sealed record UserProfiles(LatencyProfiles Profiles, int SmallestCluster);
}
