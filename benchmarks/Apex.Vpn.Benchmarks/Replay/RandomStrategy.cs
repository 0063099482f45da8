namespace Apex.Vpn.Benchmarks.Replay;

/// <summary>Probes some servers drawn at random and takes the fastest; without probes, one at random.</summary>
internal sealed class RandomStrategy(string name, int servers, int probes) : IStrategy
{
    private readonly int[] _order = [.. Enumerable.Range(0, servers)];

    public string Name => name;

    public int Choose(ProbeLine line, int seed)
    {
        ulong state = (uint)seed;
        int best = Draw(0, ref state);
        double fastest = double.PositiveInfinity;
        for (int i = 0; i < Math.Min(probes, servers); i++)
        {
            int server = i == 0 ? best : Draw(i, ref state);
            double measured = line.Send(server);
            if (measured < fastest) (best, fastest) = (server, measured);
        }
        return best;
    }

    // One step of Fisher and Yates' shuffle.
    private int Draw(int position, ref ulong state)
    {
        state = (state * 6364136223846793005UL) + 1442695040888963407UL;
        int other = position + (int)((state >> 33) % (ulong)(servers - position));
        (_order[position], _order[other]) = (_order[other], _order[position]);
        return _order[position];
    }
}
