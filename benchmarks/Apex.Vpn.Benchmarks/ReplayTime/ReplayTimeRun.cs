using Apex.Vpn.Benchmarks.Commands;
using Apex.Vpn.Benchmarks.Data;
using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Benchmarks.ReplayTime;

/// <summary>Lets all users live through all slices, once under each rule.</summary>
internal static class ReplayTimeRun
{
    private static readonly (string Name, Func<Guid[], ISwitchRule> Create)[] Rules =
    [
        ("ours", static servers => new OwnRule(servers)),
        ("always", static _ => new AlwaysRule()),
        ("never", static _ => new NeverRule()),
    ];

    /// <exception cref="DataFileException">A file is no good, or they do not fit together or the options.</exception>
    internal static ReplayTimeReport Run(ReplayTimeOptions options)
    {
        RttMatrix[] slices = Read(options);
        using var progress = new Progress("replay-time", options.Seeds.Length);
        var seeds = new List<SeedFigures>();
        foreach (int seed in options.Seeds)
        {
            seeds.Add(RunSeed(slices, options, seed));
            progress.Step();
        }
        if (seeds.Sum(static figures => figures.Charged) == 0)
            throw new DataFileException(options.Files[0], "no user has all servers measured in a later slice; nothing can be judged");
        return ReplayTimeReport.Of(options, slices.Length, [.. seeds]);
    }

    private static RttMatrix[] Read(ReplayTimeOptions options)
    {
        RttMatrix[] slices = [.. options.Files.Select(RttMatrix.ReadSeconds)];
        foreach ((int i, RttMatrix slice) in slices.Index())
        {
            if (slice.Hosts != slices[0].Hosts)
                throw new DataFileException(options.Files[i], $"{slice.Hosts} hosts, but {slices[0].Hosts} in {options.Files[0]}");
        }
        if (options.Servers >= slices[0].Hosts)
            throw new DataFileException(options.Files[0], $"{slices[0].Hosts} hosts; {options.Servers} of them servers, nobody is left");
        return slices;
    }

    private static SeedFigures RunSeed(RttMatrix[] slices, ReplayTimeOptions options, int seed)
    {
        int[] hosts = [.. Enumerable.Range(0, slices[0].Hosts)];
        new Random(seed).Shuffle(hosts);
        int[] servers = hosts[..options.Servers];
        Guid[] ids = [.. servers.Select(static host => new Guid(host + 1, 0, 0, new byte[8]))];
        ServerList list = ReplayUser.ListOf(ids);
        RuleFigures[] figures = [.. Rules.Select(static rule => new RuleFigures(rule.Name))];
        foreach (int host in hosts[options.Servers..])
        {
            // Which slices are charged must be the same for all rules, so it is decided by the data and the first choice, which they share.
            bool[] counts = [.. slices.Select((slice, i) => i > 0 && servers.All(server => !double.IsNaN(slice[host, server])))];
            for (int rule = 0; rule < Rules.Length; rule++)
            {
                var user = new ReplayUser(host, servers, list, options.Probes, Rules[rule].Create(ids));
                for (int i = 0; i < slices.Length; i++)
                {
                    int? before = user.Current;
                    if (before is { } chosen && counts[i]) figures[rule].Charge(slices[i], host, servers, chosen);
                    user.Live(slices[i], i);
                    // The choice after the last slice is never lived.
                    if (before is not null && user.Current != before && i < slices.Length - 1) figures[rule].Switches++;
                }
            }
        }
        int users = hosts.Length - options.Servers, charged = figures[0].Regrets.Count;
        return new SeedFigures(seed, users, charged, (users * (slices.Length - 1)) - charged, figures);
    }
}
