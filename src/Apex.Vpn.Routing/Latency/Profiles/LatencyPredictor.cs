using Apex.Vpn.Protocol.Probes;

namespace Apex.Vpn.Routing.Latency.Profiles;

/// <summary>
/// What a client makes of a few probes: how far every site is, and which one to probe next. It uploads nothing.
/// </summary>
/// <remarks>
/// <para>Each view of the profiles (<see cref="LatencyProfiles"/>) is a guess at where the client is. It is likely by how well it fits the
/// answers, up to a constant: the access network that this client has and those behind the view do not, or the other way round. Residuals
/// follow Student's t, so that one odd answer does not rule out the right view. A site is probed next by its expected improvement over
/// the best answer, as in Bayesian optimisation (Jones et al., 1998): far sites of likely views lose to near sites of less likely ones. At
/// first nothing is known, and the landmark is the site that is nearest to all views together. When no site promises more than
/// <see cref="MinGain"/>, probing ends early.</para>
/// <para>After each answer the next question takes O(views · answers + 64 · sites). Nothing is allocated after the constructor. One client's;
/// not safe for concurrent use.</para>
/// </remarks>
public sealed class LatencyPredictor
{
    /// <summary>At most so many sites can be probed between two calls of <see cref="Reset"/>.</summary>
    public const int MaxProbes = 32;

    /// <summary>How many probes an ordinary client has.</summary>
    public const int DefaultProbes = 8;

    // Fewer answers fit too many views for an end before the budget's.
    private const int LeastProbes = 3;

    // A minute: longer answers say no more.
    private const double Longest = 60_000;

    private readonly LatencyProfiles _profiles;
    private readonly ViewFit _fit;
    private readonly SiteForecast _forecast;
    private readonly double[] _measured; // ms by site; NaN where there was no answer
    private readonly bool[] _probed;
    private readonly int[] _answered = new int[MaxProbes];
    private int _answers, _probes;
    private bool _fresh;

    /// <summary>Makes all buffers: about 30 bytes a site and 16 a view.</summary>
    /// <param name="profiles">The profiles.</param>
    public LatencyPredictor(LatencyProfiles profiles)
    {
        ArgumentNullException.ThrowIfNull(profiles);
        _profiles = profiles;
        _fit = new ViewFit(profiles);
        _forecast = new SiteForecast(profiles);
        _measured = new double[profiles.Sites.Count];
        _probed = new bool[profiles.Sites.Count];
        Reset();
    }

    /// <summary>Probing ends when no site is expected to improve on the best answer by more milliseconds.</summary>
    /// <value>0.1 ms by default; 0 spends every probe.</value>
    public double MinGain { get; init; } = 0.1;

    /// <summary>How many sites were probed, answers and losses.</summary>
    public int Probes => _probes;

    /// <summary>Forgets every answer, for another client or after a change of network.</summary>
    public void Reset()
    {
        _measured.AsSpan().Fill(double.NaN);
        _probed.AsSpan().Clear();
        (_answers, _probes, _fresh) = (0, 0, false);
    }

    /// <summary>A site answered. Of several answers the fastest counts.</summary>
    /// <param name="site">The site, by its column.</param>
    /// <param name="milliseconds">The round trip, finite and not negative; more than a minute counts as a minute.</param>
    /// <exception cref="ArgumentOutOfRangeException">Either is out of range.</exception>
    /// <exception cref="InvalidOperationException">More than <see cref="MaxProbes"/> sites.</exception>
    public void AddRtt(int site, double milliseconds)
    {
        if (!(milliseconds >= 0 && double.IsFinite(milliseconds))) throw new ArgumentOutOfRangeException(nameof(milliseconds));
        milliseconds = Math.Min(milliseconds, Longest);
        AddProbe(site);
        if (double.IsNaN(_measured[site])) _answered[_answers++] = site;
        else milliseconds = Math.Min(milliseconds, _measured[site]);
        _measured[site] = milliseconds;
        _fresh = false;
    }

    /// <summary>A probe got no answer. Nothing is concluded from that but that the site is not asked again and not chosen.</summary>
    /// <param name="site">The site, by its column.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such site.</exception>
    /// <exception cref="InvalidOperationException">More than <see cref="MaxProbes"/> sites.</exception>
    public void AddLoss(int site)
    {
        AddProbe(site);
        _fresh = false;
    }

    /// <summary>The site to probe next; -1 when no other one promises anything, or <see cref="MaxProbes"/> were probed.</summary>
    public int NextProbe()
    {
        if (_probes == MaxProbes) return -1;
        if (!Refresh()) return FirstOfCentral();
        (int site, double gain) = _forecast.Best;
        if (site < 0) return _probes < LeastProbes ? FirstOfCentral() : -1;
        return _probes >= LeastProbes && gain < MinGain ? -1 : site;
    }

    /// <summary>The site to use: the fastest answer that can be true, or while there is none, the site nearest to all views that did not lose
    /// its probe; -1 when there is none either.</summary>
    public int Best()
    {
        int best = -1;
        for (int i = 0; i < _answers; i++)
        {
            int site = _answered[i];
            if (!IsSuspect(site) && (best < 0 || _measured[site] < _measured[best])) best = site;
        }
        return best >= 0 ? best : FirstOfCentral();
    }

    /// <summary>What is believed of the way to a site: measured, or from the profiles once a probe was answered, or nothing. Jitter and loss are
    /// not told by profiles and are 0.</summary>
    /// <param name="site">The site, by its column.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such site.</exception>
    public LatencyEstimate Estimate(int site)
    {
        Check(site);
        if (!double.IsNaN(_measured[site])) return new LatencyEstimate(_measured[site], 0, 0, LatencySource.Measured);
        if (!Refresh() || double.IsNaN(_forecast.Mean(site))) return default;
        return new LatencyEstimate(_forecast.Mean(site), 0, 0, LatencySource.Profile);
    }

    /// <summary>
    /// Whether an answer cannot be true beside the others: together with two or more of them it breaks <see cref="ProbePlausibility.FitsMesh"/>,
    /// and none of those with as many. A node that claims to be near where it is not stands out so. It is no evidence and not chosen.
    /// </summary>
    /// <param name="site">The site, by its column.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such site.</exception>
    public bool IsSuspect(int site)
    {
        Check(site);
        int broken = double.IsNaN(_measured[site]) ? 0 : CountBroken(site);
        if (broken < 2) return false;
        for (int i = 0; i < _answers; i++)
        {
            int other = _answered[i];
            if (!Fit(site, other) && CountBroken(other) >= broken) return false;
        }
        return true;
    }

    private int CountBroken(int site)
    {
        int broken = 0;
        for (int i = 0; i < _answers; i++)
        {
            if (!Fit(site, _answered[i])) broken++;
        }
        return broken;
    }

    private bool Fit(int one, int other)
    {
        double between = _profiles.RttBetween(one, other);
        return double.IsNaN(between) || ProbePlausibility.FitsMesh(Ms(_measured[one]), Ms(_measured[other]), Ms(between));

        static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
    }

    internal bool WasProbed(int site) => _probed[site];

    private void Check(int site)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(site);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(site, _probed.Length);
    }

    private void AddProbe(int site)
    {
        Check(site);
        if (_probed[site]) return;
        if (_probes == MaxProbes) throw new InvalidOperationException($"At most {MaxProbes} sites can be probed.");
        _probed[site] = true;
        _probes++;
    }

    /// <summary>Brings the forecast up to the answers; false while there is none to go by.</summary>
    private bool Refresh()
    {
        if (_fresh) return _fit.Count > 0;
        Span<int> sites = stackalloc int[MaxProbes];
        Span<float> rtts = stackalloc float[MaxProbes];
        int trusted = 0;
        double best = double.PositiveInfinity;
        for (int i = 0; i < _answers; i++)
        {
            int site = _answered[i];
            if (IsSuspect(site)) continue;
            best = Math.Min(best, _measured[site]);
            sites[trusted] = site;
            rtts[trusted++] = (float)_measured[site];
        }
        _fit.Update(sites[..trusted], rtts[..trusted]);
        if (_fit.Count > 0) _forecast.Update(_fit, _probed, best);
        _fresh = true;
        return _fit.Count > 0;
    }

    private int FirstOfCentral()
    {
        foreach (int site in _profiles.Central)
        {
            if (!_probed[site]) return site;
        }
        return -1;
    }
}
