namespace Apex.Vpn.Benchmarks.Replay;

/// <summary>A way to choose a server with a few probes. One user at a time.</summary>
internal interface IStrategy
{
    string Name { get; }

    /// <summary>The server to use, by its place among the servers. May not see anything of the user but answers on <paramref name="line"/>.</summary>
    /// <param name="line">The user's probes.</param>
    /// <param name="seed">Drawn for this user.</param>
    int Choose(ProbeLine line, int seed);
}
