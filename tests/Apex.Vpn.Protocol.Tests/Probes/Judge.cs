namespace Apex.Vpn.Protocol.Tests.Probes;

/// <summary>
/// Tells two kinds of examples apart after it has seen some of each: naive Bayes over every bit, over every byte, and over the timing, whose
/// bins hold equally many examples.
/// </summary>
internal sealed class Judge
{
    private const int TimingBins = 32;

    private readonly double[] _timingEdges;
    private readonly double[][][] _logOdds; // by view, feature and value
    private readonly double _prior;

    internal Judge(IReadOnlyList<Example> training)
    {
        double[] delays = [.. training.Select(static example => example.Delay).Order()];
        _timingEdges = [.. Enumerable.Range(1, TimingBins - 1).Select(bin => delays[bin * delays.Length / TimingBins])];
        _logOdds = [.. Enumerable.Range(0, Views).Select(view => Learn(training, view))];
        double probes = training.Count(static example => example.IsProbe);
        _prior = Math.Log(probes / (training.Count - probes));
    }

    private const int Views = 3;

    /// <summary>The share of examples about which a view of them is right, in the better of all views.</summary>
    internal double BestAccuracy(IReadOnlyList<Example> examples) =>
        Enumerable.Range(0, Views).Append(-1).Max(view => (double)examples.Count(example => Says(example, view) == example.IsProbe) / examples.Count);

    private bool Says(Example example, int view)
    {
        double odds = _prior;
        for (int i = 0; i < Views; i++)
        {
            if (view >= 0 && view != i) continue;
            int feature = 0;
            foreach (int value in Values(example, i)) odds += _logOdds[i][feature++][value];
        }
        return odds > 0;
    }

    private double[][] Learn(IReadOnlyList<Example> training, int view)
    {
        int values = view switch { 0 => 2, 1 => 256, _ => TimingBins };
        int features = Values(training[0], view).Count();
        double[][] probes = Counts(), others = Counts();
        foreach (Example example in training)
        {
            double[][] counts = example.IsProbe ? probes : others;
            int feature = 0;
            foreach (int value in Values(example, view)) counts[feature++][value]++;
        }
        return [.. probes.Zip(others, (p, o) => p.Zip(o, (mine, theirs) => Math.Log(mine / p.Sum() / (theirs / o.Sum()))).ToArray())];

        double[][] Counts() => [.. Enumerable.Range(0, features).Select(_ => Enumerable.Repeat(1.0, values).ToArray())];
    }

    private IEnumerable<int> Values(Example example, int view) => view switch
    {
        0 => example.Bytes.SelectMany(static value => Enumerable.Range(0, 8).Select(bit => (value >> bit) & 1)),
        1 => example.Bytes.Select(static value => (int)value),
        _ => [Bin(example.Delay), example.Size % TimingBins, Math.Min(example.Replies, TimingBins - 1), example.IsOnCurve ? 1 : 0],
    };

    private int Bin(double delay)
    {
        int bin = Array.BinarySearch(_timingEdges, delay);
        return bin < 0 ? ~bin : bin;
    }

    /// <summary>A question and its answer as an observer of the wire has them.</summary>
    /// <param name="IsProbe">What it really is.</param>
    /// <param name="Bytes">The question's bytes, then the answer's.</param>
    /// <param name="Size">How many they are.</param>
    /// <param name="Replies">How many answers there were.</param>
    /// <param name="Delay">From question to answer.</param>
    /// <param name="IsOnCurve">Whether the ephemeral key is a point of Curve25519.</param>
    internal sealed record Example(bool IsProbe, byte[] Bytes, int Size, int Replies, double Delay, bool IsOnCurve);
}
