namespace Apex.Vpn.Benchmarks.Replay;

/// <summary>Knows every answer: what no strategy can beat.</summary>
internal sealed class OracleStrategy(Func<double[]> truth) : IStrategy
{
    public string Name => "oracle";

    public int Choose(ProbeLine line, int seed)
    {
        double[] rtts = truth();
        int best = 0;
        for (int server = 1; server < rtts.Length; server++)
        {
            if (rtts[server] < rtts[best] || double.IsNaN(rtts[best])) best = server;
        }
        return best;
    }
}
