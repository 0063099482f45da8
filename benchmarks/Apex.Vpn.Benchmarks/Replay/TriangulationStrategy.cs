namespace Apex.Vpn.Benchmarks.Replay;

/// <summary>
/// Probes landmarks that lie far apart and takes the server whose round trip is least by the triangles with them: the middle between
/// max |landmark - mesh| and min (landmark + mesh), as IDMaps and its successors do. A landmark is known as measured.
/// </summary>
internal sealed class TriangulationStrategy : IStrategy
{
    private readonly double[,] _mesh;
    private readonly int[] _landmarks;
    private readonly double[] _low, _high, _measured;

    internal TriangulationStrategy(double[,] mesh, int landmarks)
    {
        _mesh = mesh;
        _low = new double[mesh.GetLength(0)];
        _high = new double[_low.Length];
        _measured = new double[_low.Length];
        _landmarks = FarApart(mesh, Math.Min(landmarks, _low.Length));
    }

    public string Name => "triangulation";

    public int Choose(ProbeLine line, int seed)
    {
        _low.AsSpan().Clear();
        _high.AsSpan().Fill(double.PositiveInfinity);
        _measured.AsSpan().Fill(double.NaN);
        foreach (int landmark in _landmarks)
        {
            double measured = line.Send(landmark);
            if (double.IsNaN(measured)) continue;
            for (int server = 0; server < _low.Length; server++)
            {
                double between = _mesh[landmark, server];
                if (double.IsNaN(between)) continue;
                _low[server] = Math.Max(_low[server], Math.Abs(measured - between));
                _high[server] = Math.Min(_high[server], measured + between);
            }
            _measured[landmark] = measured;
        }
        int best = _landmarks[0];
        double least = double.PositiveInfinity;
        for (int server = 0; server < _low.Length; server++)
        {
            double estimate = double.IsNaN(_measured[server]) ? (_low[server] + _high[server]) / 2 : _measured[server];
            if (estimate < least) (best, least) = (server, estimate);
        }
        return best;
    }

    /// <summary>Each next one as far from all before as can be; the first is the most central server.</summary>
    private static int[] FarApart(double[,] mesh, int count)
    {
        int servers = mesh.GetLength(0);
        var chosen = new List<int> { Enumerable.Range(0, servers).MinBy(server => Enumerable.Range(0, servers).Sum(other => Between(server, other))) };
        while (chosen.Count < count)
        {
            chosen.Add(Enumerable.Range(0, servers).Where(server => !chosen.Contains(server))
                .MaxBy(server => chosen.Min(landmark => Between(landmark, server))));
        }
        return [.. chosen];

        double Between(int one, int other) => double.IsNaN(mesh[one, other]) ? 0 : mesh[one, other];
    }
}
