namespace Apex.Vpn.Routing.Latency.Profiles;

/// <summary>How likely each view is, given the answers; keeps the likeliest.</summary>
internal sealed class ViewFit
{
    /// <summary>So many views are looked at site by site. More change nothing that could be measured.</summary>
    internal const int MaxViews = 64;

    // A view and an answer differ by 2 ms and 15 % without meaning anything: queues, routes that changed, members that are not one.
    internal const double ResidualMilliseconds = 2;
    internal const double ResidualShare = 0.15;

    // Access networks differ by some 15 ms, at times by hundreds (Cauchy).
    private const double AccessMilliseconds = 15;

    // Student's t with 3 degrees of freedom. Its exponent, (3 + 1) / 2, is a square, which is why the costs below are doubled logarithms.
    private const double Freedom = 3;

    private readonly LatencyProfiles _profiles;
    private readonly double[] _costs, _sorted;
    private readonly float[] _offsets;
    private readonly int[] _views = new int[MaxViews];
    private readonly double[] _weights = new double[MaxViews];

    internal ViewFit(LatencyProfiles profiles)
    {
        _profiles = profiles;
        _costs = new double[profiles.Views];
        _sorted = new double[profiles.Views];
        _offsets = new float[profiles.Views];
    }

    /// <summary>How many views are likely at all; 0 while no answer tells them apart.</summary>
    internal int Count { get; private set; }

    /// <summary>The views, with <see cref="Weights"/>.</summary>
    internal ReadOnlySpan<int> Views => _views.AsSpan(0, Count);

    /// <summary>Probabilities of <see cref="Views"/>, up to a common factor; the likeliest has 1.</summary>
    internal ReadOnlySpan<double> Weights => _weights.AsSpan(0, Count);

    /// <summary>By how many milliseconds this client's access differs from that of a view.</summary>
    internal float OffsetOf(int view) => _offsets[view];

    internal void Update(ReadOnlySpan<int> sites, ReadOnlySpan<float> rtts)
    {
        Count = 0;
        int comparable = 0;
        for (int view = 0; view < _costs.Length; view++)
        {
            _costs[view] = Cost(view, sites, rtts);
            if (double.IsFinite(_costs[view])) _sorted[comparable++] = _costs[view];
        }
        if (comparable == 0) return;
        Array.Sort(_sorted, 0, comparable);
        double limit = _sorted[Math.Min(comparable, MaxViews) - 1];
        for (int view = 0; view < _costs.Length && Count < MaxViews; view++)
        {
            if (!(_costs[view] <= limit)) continue;
            double weight = Math.Exp(_sorted[0] - _costs[view]);
            if (weight < 1e-6) continue;
            _views[Count] = view;
            _weights[Count++] = weight;
        }
    }

    /// <summary>The negative logarithm of a view's likelihood; infinite where it knows none of the sites.</summary>
    private double Cost(int view, ReadOnlySpan<int> sites, ReadOnlySpan<float> rtts)
    {
        ReadOnlySpan<byte> codes = _profiles.View(view);
        Span<float> residuals = stackalloc float[LatencyPredictor.MaxProbes];
        int known = 0;
        for (int i = 0; i < sites.Length; i++)
        {
            if (codes[sites[i]] is var code && code != RttCode.Unknown) residuals[known++] = rtts[i] - RttCode.Decode(code);
        }
        if (known == 0) return double.PositiveInfinity;
        float offset = Median(residuals[..known]);
        _offsets[view] = offset;
        double product = 1;
        for (int i = 0; i < sites.Length; i++)
        {
            byte code = codes[sites[i]];
            if (code == RttCode.Unknown) continue;
            double expected = RttCode.Decode(code);
            double scale = ResidualMilliseconds + (ResidualShare * (expected + rtts[i]) / 2);
            double error = (rtts[i] - expected - offset) / scale;
            product *= 1 + (error * error / Freedom);
        }
        // A view that knows fewer of the sites must not seem likelier for that.
        double fit = (Freedom + 1) / 2 * Math.Log(product) * sites.Length / known;
        double access = offset / AccessMilliseconds;
        return fit + Math.Log(1 + (access * access));
    }

    private static float Median(Span<float> values)
    {
        for (int i = 1; i < values.Length; i++)
        {
            float value = values[i];
            int at = i;
            for (; at > 0 && values[at - 1] > value; at--) values[at] = values[at - 1];
            values[at] = value;
        }
        return (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
    }
}
