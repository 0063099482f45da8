using System.Collections.Concurrent;
using System.Diagnostics;
using Apex.Vpn.Benchmarks.Commands;
using Apex.Vpn.Benchmarks.Data;

namespace Apex.Vpn.Benchmarks.Replay;

/// <summary>Replays all matrices with all seeds, on all cores, and gathers every user's decisions.</summary>
internal static class ReplayRun
{
    /// <exception cref="DataFileException">A file cannot be used.</exception>
    internal static ReplayReport Run(ReplayOptions options)
    {
        RttMatrix[] earlier = [.. options.Train.Select(RttMatrix.Read)];
        RttMatrix[] matrices = [.. options.Matrices.Select(path => Checked(path, options))];
        CheckEarlier(options, earlier, matrices);
        (RttMatrix Matrix, int Seed)[] worlds = [.. matrices.SelectMany(matrix => options.Seeds.Select(seed => (matrix, seed)))];
        var parts = new Part[worlds.Length];
        using var progress = new Progress("worlds", worlds.Length);
        Parallel.ForEach(Partitioner.Create(0, worlds.Length, 1), range =>
        {
            for (int i = range.Item1; i < range.Item2; i++)
            {
                parts[i] = Replay(new ReplayWorld(worlds[i].Matrix, earlier, options, worlds[i].Seed), options);
                progress.Step();
            }
        });
        return Pool(options, matrices[0].Hosts, parts);
    }

    private static RttMatrix Checked(string path, ReplayOptions options)
    {
        RttMatrix matrix = RttMatrix.Read(path);
        int needed = options.Servers + (2 * options.MinMembers);
        return matrix.Hosts >= needed
            ? matrix
            : throw new DataFileException(path, $"{matrix.Hosts} hosts; {options.Servers} servers and a cluster of {options.MinMembers} need at least {needed}");
    }

    private static void CheckEarlier(ReplayOptions options, RttMatrix[] earlier, RttMatrix[] matrices)
    {
        RttMatrix[] all = [.. matrices, .. earlier];
        string[] paths = [.. options.Matrices, .. options.Train];
        for (int i = 0; i < all.Length; i++)
        {
            // Matrices that are only pooled may differ; those that one user is in may not.
            if (earlier.Length > 0 && all[i].Hosts != all[0].Hosts)
                throw new DataFileException(paths[i], $"{all[i].Hosts} hosts, but {paths[0]} has {all[0].Hosts}; they must be the same hosts");
        }
    }

    private static Part Replay(ReplayWorld world, ReplayOptions options)
    {
        var line = new ProbeLine(options.Probes);
        double[] truth = [];
        IStrategy[] others =
        [
            new RandomStrategy("random", options.Servers, probes: 0),
            new RandomStrategy($"best of {options.Probes} random", options.Servers, options.Probes),
            new TriangulationStrategy(world.Mesh, options.Probes),
            new OracleStrategy(() => truth),
        ];
        var part = new Part([.. Enumerable.Range(0, 1 + others.Length).Select(static _ => new List<Decision>())]);
        ReplayWorld.UserProfiles? profiles = null;
        ProfileStrategy? own = null;
        foreach (int user in world.Population.Users)
        {
            truth = world.TruthOf(user);
            if (truth.All(double.IsNaN))
            {
                part.WithoutServers++;
                continue;
            }
            ReplayWorld.UserProfiles seen = world.ProfilesFor(user);
            if (!ReferenceEquals(seen, profiles))
            {
                profiles = seen;
                own = new ProfileStrategy(profiles.Profiles);
                // Once before it counts: what is made once per list of profiles is no part of a decision.
                Decide(own, world, user, truth, line);
                part.Saw(profiles);
            }
            part.Decisions[0].Add(Decide(own!, world, user, truth, line));
            for (int i = 0; i < others.Length; i++) part.Decisions[i + 1].Add(Decide(others[i], world, user, truth, line));
        }
        part.Names = [own?.Name ?? "profiles", .. others.Select(static strategy => strategy.Name)];
        return part;
    }

    private static Decision Decide(IStrategy strategy, ReplayWorld world, int user, double[] truth, ProbeLine line)
    {
        line.Reset(truth, world.NoiseOf(user));
        long allocated = GC.GetAllocatedBytesForCurrentThread(), begun = Stopwatch.GetTimestamp();
        int server = strategy.Choose(line, world.SeedOf(user));
        double microseconds = Stopwatch.GetElapsedTime(begun).TotalMicroseconds;
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        double best = truth.Where(static rtt => !double.IsNaN(rtt)).Min();
        // A hidden server may be the faster one; it is not the user's best, so choosing it is no regret and no gain.
        double regret = Math.Max(0, world.TrueRtt(user, server) - best);
        return new Decision(server, regret, line.Sent, line.Answered, microseconds, allocated);
    }

    private static ReplayReport Pool(ReplayOptions options, int hosts, Part[] parts)
    {
        if (parts.All(static part => part.Decisions[0].Count == 0))
            throw new DataFileException(options.Matrices[0], "no user has a server that answers; nothing can be judged");
        StrategyFigures[] figures =
        [
            .. parts[0].Names.Select((name, i) => StrategyFigures.Of(name, [.. parts.SelectMany(part => part.Decisions[i])])),
        ];
        return new ReplayReport(
            options, hosts, parts.Sum(static part => part.Decisions[0].Count), parts.Sum(static part => part.WithoutServers),
            parts.SelectMany(static part => part.Clusters).DefaultIfEmpty().Average(), parts.Min(static part => part.SmallestCluster),
            parts.SelectMany(static part => part.Bytes).DefaultIfEmpty().Average(), figures);
    }

    /// <summary>What came of one world.</summary>
    private sealed class Part(List<Decision>[] decisions)
    {
        internal List<Decision>[] Decisions => decisions;

        internal string[] Names { get; set; } = [];

        internal int WithoutServers { get; set; }

        internal List<double> Clusters { get; } = [];

        internal List<double> Bytes { get; } = [];

        internal int SmallestCluster { get; private set; } = int.MaxValue;

        internal void Saw(ReplayWorld.UserProfiles seen)
        {
            Clusters.Add(seen.Profiles.Clusters);
            Bytes.Add(seen.Profiles.EncodedBytes);
            SmallestCluster = Math.Min(SmallestCluster, seen.SmallestCluster);
        }
    }
}
