using Apex.Vpn.Fleet.Statistics;

namespace Apex.Vpn.Fleet.Health;

/// <summary>
/// Chooses who is asked about a silent node: healthy nodes that share with it neither city nor provider, nor with each other, so that one
/// fault does not speak three times. Where there are too few of those the demands fall, one at a time.
/// </summary>
/// <remarks>Deterministic: the same seed, fleet, node and round give the same choice. Each round asks others.</remarks>
internal sealed class VantageSelector(ulong seed)
{
    // So many are looked at for each demand; all of them in a small fleet. The bound keeps a choice cheap in a large one.
    private const int Candidates = 256;

    private readonly WatchedNode[] _chosen = new WatchedNode[VantageRound.MaxVantages];

    private enum Demand
    {
        AllApart,
        OtherCities,
        Anybody,
    }

    /// <summary>The chosen, until the next call.</summary>
    internal ReadOnlySpan<WatchedNode> Choose(List<WatchedNode> nodes, WatchedNode about, int round)
    {
        ulong random = Mix64.Of(seed ^ Mix64.Of(about.Id) ^ (ulong)round);
        int count = 0, start = (int)(random % (ulong)nodes.Count);
        // A prime stride visits every node, and neighbours, which were often added together, far from each other.
        int stride = nodes.Count % 7919 == 0 ? 7907 : 7919;
        for (Demand demand = Demand.AllApart; demand <= Demand.Anybody && count < _chosen.Length; demand++)
        {
            int index = start;
            for (int i = 0; i < Math.Min(nodes.Count, Candidates) && count < _chosen.Length; i++)
            {
                WatchedNode candidate = nodes[index];
                if (candidate.CanBeVantage && candidate != about && Meets(candidate, about, count, demand)) _chosen[count++] = candidate;
                index = (int)(((long)index + stride) % nodes.Count);
            }
        }
        return _chosen.AsSpan(0, count);
    }

    private bool Meets(WatchedNode candidate, WatchedNode about, int count, Demand demand)
    {
        if (!IsApart(candidate, about, demand)) return false;
        for (int i = 0; i < count; i++)
        {
            if (_chosen[i] == candidate || !IsApart(candidate, _chosen[i], demand)) return false;
        }
        return true;
    }

    private static bool IsApart(WatchedNode one, WatchedNode other, Demand demand) => demand switch
    {
        Demand.AllApart => one.City != other.City && one.Provider != other.Provider,
        Demand.OtherCities => one.City != other.City,
        _ => true,
    };
}
