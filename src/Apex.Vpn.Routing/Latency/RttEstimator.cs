using System.Numerics;

namespace Apex.Vpn.Routing.Latency;

/// <summary>What is known about the way to one server: how long a round trip takes, how much that varies, how often it fails.</summary>
/// <remarks>
/// <para>A state machine: it reads no clock and starts nothing; <c>now</c> is the time on any clock that never goes back, since any
/// origin, the same for all calls on one estimator. Not thread-safe.</para>
/// <para>Smoothing follows RFC 6298 (TCP) and, for the jitter, RFC 3550 section 6.4.1 (RTP). The peak follows the peak-EWMA of load
/// balancers: a slow answer counts at once and in full, and is forgotten slowly.</para>
/// </remarks>
public sealed class RttEstimator
{
    /// <summary>The share of a new sample in <see cref="SmoothedRtt"/>: alpha of RFC 6298, 1/8.</summary>
    public const double SmoothingGain = 1.0 / 8;

    /// <summary>The share of a new deviation in <see cref="Variation"/>: beta of RFC 6298, 1/4.</summary>
    public const double VariationGain = 1.0 / 4;

    /// <summary>The share of a new difference in <see cref="Jitter"/> once there are enough of them: RFC 3550, 1/16.</summary>
    public const double JitterGain = 1.0 / 16;

    /// <summary>Over how many of the latest probes <see cref="Loss"/> is counted.</summary>
    public const int LossWindow = 64;

    /// <summary>How fast a peak is forgotten: after this time without another, 37 % of its excess is left. 10 s.</summary>
    public static readonly TimeSpan PeakDecay = TimeSpan.FromSeconds(10);

    /// <summary>In this time without an answer, half of the <see cref="Confidence"/> is lost: paths change within minutes to hours. 5
    /// min.</summary>
    public static readonly TimeSpan ConfidenceHalfLife = TimeSpan.FromMinutes(5);

    /// <summary>The least time-out: below it a busy peer is mistaken for a lost probe.</summary>
    private static readonly TimeSpan MinTimeout = TimeSpan.FromMilliseconds(100);

    // Milliseconds throughout.
    private double _smoothed, _variation, _jitter, _peak, _last, _lowest;
    private TimeSpan _lastSample;
    private int _samples;

    // The latest probes, newest in the lowest bit; 1 is a loss.
    private ulong _losses;
    private int _probes;

    /// <summary>How many answers there were, at most <see cref="int.MaxValue"/>.</summary>
    public int Samples => _samples;

    /// <summary>Whether there was an answer yet; while there was none, all times are zero.</summary>
    public bool HasRtt => _samples > 0;

    /// <summary>The smoothed round trip (SRTT of RFC 6298).</summary>
    public TimeSpan SmoothedRtt => TimeSpan.FromMilliseconds(_smoothed);

    /// <summary>The smoothed mean deviation of the round trip (RTTVAR of RFC 6298), which begins at half of the first sample.</summary>
    public TimeSpan Variation => TimeSpan.FromMilliseconds(_variation);

    /// <summary>
    /// The mean difference between one round trip and the next; zero before the second. The first 16 differences count alike, so that
    /// three probes already say something; from then on it is smoothed as RFC 3550 does.
    /// </summary>
    public TimeSpan Jitter => TimeSpan.FromMilliseconds(_jitter);

    /// <summary>The peak-EWMA: any slower answer raises it to that answer, faster ones let it sink with <see cref="PeakDecay"/>.</summary>
    public TimeSpan PeakRtt => TimeSpan.FromMilliseconds(_peak);

    /// <summary>The fastest answer ever: the way without queues.</summary>
    public TimeSpan LowestRtt => TimeSpan.FromMilliseconds(_lowest);

    /// <summary>The share of the latest <see cref="LossWindow"/> probes that were lost, 0 to 1; 0 before the first.</summary>
    public double Loss => _probes == 0 ? 0 : (double)BitOperations.PopCount(_losses) / _probes;

    /// <summary>Over how many probes <see cref="Loss"/> is counted: 0 to <see cref="LossWindow"/>. Of three, one lost says
    /// little.</summary>
    public int Probes => _probes;

    /// <summary>How many probes were lost since the latest answer, at most <see cref="LossWindow"/>.</summary>
    public int LossesInARow => Math.Min(BitOperations.TrailingZeroCount(~_losses), _probes);

    /// <summary>
    /// When to take a probe for lost: SRTT + 4 · RTTVAR (RFC 6298), at least 100 ms; 1 s while nothing is known.
    /// </summary>
    public TimeSpan Timeout
    {
        get
        {
            if (!HasRtt) return TimeSpan.FromSeconds(1);
            TimeSpan timeout = TimeSpan.FromMilliseconds(_smoothed + (4 * _variation));
            return timeout < MinTimeout ? MinTimeout : timeout;
        }
    }

    /// <summary>How old the latest answer is; <see cref="TimeSpan.MaxValue"/> when there is none.</summary>
    /// <param name="now">The time of the call.</param>
    public TimeSpan Age(TimeSpan now) => HasRtt ? Elapsed(now) : TimeSpan.MaxValue;

    /// <summary>
    /// How far the times can be believed, 0 to 1: n / (n + 1) after n answers, halved for every <see cref="ConfidenceHalfLife"/> since the
    /// latest and for every loss since.
    /// </summary>
    /// <param name="now">The time of the call.</param>
    public double Confidence(TimeSpan now) =>
        HasRtt ? (1 - (1 / (_samples + 1.0))) * Math.Pow(2, -(Elapsed(now) / ConfidenceHalfLife) - LossesInARow) : 0;

    /// <summary>A probe was answered.</summary>
    /// <param name="rtt">From sending to receiving.</param>
    /// <param name="now">When the answer came. A time before the latest answer's counts as the same.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="rtt"/> is negative: the caller's clock went back.</exception>
    public void AddSample(TimeSpan rtt, TimeSpan now)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rtt, TimeSpan.Zero);
        double sample = rtt.TotalMilliseconds;
        AddProbe(lost: false);
        if (_samples == 0)
        {
            _smoothed = _peak = _lowest = sample;
            _variation = sample / 2;
        }
        else
        {
            // The order matters: the deviation is taken from the old mean (RFC 6298 2.3).
            _variation += VariationGain * (Math.Abs(_smoothed - sample) - _variation);
            _smoothed += SmoothingGain * (sample - _smoothed);
            _jitter += Math.Max(JitterGain, 1.0 / _samples) * (Math.Abs(sample - _last) - _jitter);
            _lowest = Math.Min(_lowest, sample);
            double kept = Math.Exp(-(Elapsed(now) / PeakDecay));
            _peak = sample >= _peak ? sample : sample + ((_peak - sample) * kept);
        }
        _last = sample;
        _lastSample = _samples > 0 && now < _lastSample ? _lastSample : now;
        if (_samples < int.MaxValue) _samples++;
    }

    /// <summary>A probe was not answered in time.</summary>
    public void AddLoss() => AddProbe(lost: true);

    /// <summary>Forgets everything, as when the network became another.</summary>
    public void Reset()
    {
        (_smoothed, _variation, _jitter, _peak, _last, _lowest) = (0, 0, 0, 0, 0, 0);
        (_lastSample, _samples, _losses, _probes) = (TimeSpan.Zero, 0, 0, 0);
    }

    private void AddProbe(bool lost)
    {
        _losses = (_losses << 1) | (lost ? 1UL : 0UL);
        if (_probes < LossWindow) _probes++;
    }

    private TimeSpan Elapsed(TimeSpan now) => now < _lastSample ? TimeSpan.Zero : now - _lastSample;
}
