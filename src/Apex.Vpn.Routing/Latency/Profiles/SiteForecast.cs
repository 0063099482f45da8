namespace Apex.Vpn.Routing.Latency.Profiles;

/// <summary>What the likely views together say of every site: how far it is, and how much a probe of it promises.</summary>
internal sealed class SiteForecast(LatencyProfiles profiles)
{
    // Beyond so many times the spread a site is farther, or nearer, for certain.
    private const double Certain = 8;
    private const int StepsPerUnit = 64;

    // ln(1 + e^x) from -8 to 8. Three decimals suffice, and the functions themselves would be nine tenths of a decision's time.
    private static readonly float[] Softplus =
        [.. Enumerable.Range(0, (int)(2 * Certain * StepsPerUnit) + 1).Select(static step => (float)Math.Log(1 + Math.Exp((step / (double)StepsPerUnit) - Certain)))];

    private readonly double[] _means = new double[profiles.Sites.Count];
    private readonly double[] _gains = new double[profiles.Sites.Count];
    private readonly double[] _weights = new double[profiles.Sites.Count];

    /// <summary>The site whose probe is expected to gain most, and how many milliseconds; -1 where every site is probed or unknown.</summary>
    internal (int Site, double Gain) Best { get; private set; }

    /// <summary>The expected round trip in milliseconds; NaN where no likely view knows the site.</summary>
    internal double Mean(int site) => _means[site];

    /// <param name="fit">The likely views.</param>
    /// <param name="probed">By site: whether it was probed already.</param>
    /// <param name="best">The fastest answer in milliseconds.</param>
    internal void Update(ViewFit fit, ReadOnlySpan<bool> probed, double best)
    {
        _means.AsSpan().Clear();
        _gains.AsSpan().Clear();
        _weights.AsSpan().Clear();
        for (int i = 0; i < fit.Count; i++)
        {
            int view = fit.Views[i];
            double weight = fit.Weights[i];
            float offset = fit.OffsetOf(view);
            ReadOnlySpan<byte> codes = profiles.View(view);
            for (int site = 0; site < codes.Length; site++)
            {
                if (codes[site] == RttCode.Unknown) continue;
                double expected = Math.Max(0, RttCode.Decode(codes[site]) + offset);
                _weights[site] += weight;
                _means[site] += weight * expected;
                if (!probed[site]) _gains[site] += weight * Improvement(best - expected, expected);
            }
        }
        (int Site, double Gain) most = (-1, 0);
        for (int site = 0; site < _means.Length; site++)
        {
            _means[site] /= _weights[site]; // NaN where nothing is known
            if (_weights[site] == 0 || probed[site]) continue;
            double gain = _gains[site] / _weights[site];
            if (most.Site < 0 || gain > most.Gain) most = (site, gain);
        }
        Best = most;
    }

    /// <summary>The expectation of how far a round trip stays below another one, when it is spread about its mean by a logistic distribution:
    /// s · ln(1 + e^(advantage / s)). Its s is half of what a residual is.</summary>
    private static double Improvement(double advantage, double expected)
    {
        double s = (ViewFit.ResidualMilliseconds + (ViewFit.ResidualShare * expected)) / 2;
        double ratio = advantage / s;
        return ratio switch
        {
            > Certain => advantage,
            < -Certain => 0,
            _ => s * Softplus[(int)((ratio + Certain) * StepsPerUnit)],
        };
    }
}
