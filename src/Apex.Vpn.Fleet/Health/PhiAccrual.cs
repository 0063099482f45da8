using Apex.Vpn.Fleet.Statistics;

namespace Apex.Vpn.Fleet.Health;

/// <summary>
/// How surprising a node's silence is (the phi accrual failure detector of Hayashibara et al., 2004). Phi is the number of nines: at 8,
/// a node that beats as it used to would be silent this long once in 10^8 beats.
/// </summary>
/// <remarks>
/// <para>Intervals between beats are taken as normally distributed around their mean. The exponential model, which other systems use,
/// reaches 8 only after 18 intervals; this one, at a beat of 5 s that comes on time, 7.8 s after the last beat.</para>
/// <para>It says that a beat was missed, not that a node is down: one lost packet is enough to miss one.</para>
/// <para>A state machine: it reads no clock; <c>now</c> is the time on any clock that never goes back, since any origin. Nothing here
/// throws for what the network does. Not thread-safe.</para>
/// </remarks>
public sealed class PhiAccrual
{
    /// <summary>From this phi on a beat counts as missed.</summary>
    public const double Threshold = 8;

    /// <summary>How many intervals are remembered; the oldest goes first.</summary>
    public const int WindowSize = 1000;

    /// <summary>
    /// The least standard deviation that is believed, 500 ms: a node that was punctual for an hour is not down because one beat waited
    /// behind a large download.
    /// </summary>
    public static readonly TimeSpan MinDeviation = TimeSpan.FromMilliseconds(500);

    /// <summary>How many standard deviations above the mean phi reaches the threshold: 5.61.</summary>
    private static readonly double DeviationsAtThreshold = NormalTail.Quantile(-Threshold);

    // A longer interval cannot be taken as a sample, and so the sums below cannot overflow: 1000 · (60 s in µs)² < 2^63.
    private static readonly TimeSpan MaxInterval = TimeSpan.FromSeconds(60);

    // Intervals in microseconds; whole numbers, so that adding and taking away leaves no error behind in the sums.
    private readonly int _windowSize;
    private int[] _intervals;
    private int _count, _oldest;
    private long _sum, _sumOfSquares;
    private TimeSpan _last;

    /// <summary>A detector that knows how often beats should come, and learns how they do.</summary>
    /// <param name="interval">The interval that nodes are told to keep, above zero and up to 30 s.</param>
    /// <param name="now">The time of the call; counts as a first beat.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="interval"/> is out of its range.</exception>
    public PhiAccrual(TimeSpan interval, TimeSpan now) : this(interval, now, WindowSize, 16) { }

    /// <summary>A detector whose memory never grows: for many nodes, and where a beat may not allocate.</summary>
    internal PhiAccrual(TimeSpan interval, TimeSpan now, int windowSize) : this(interval, now, windowSize, windowSize) { }

    private PhiAccrual(TimeSpan interval, TimeSpan now, int windowSize, int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(interval, MaxInterval / 2);
        _windowSize = windowSize;
        _intervals = new int[capacity];
        _last = now;
        // Two samples with the right mean and a quarter of it as deviation: patient at first, forgotten in the crowd later.
        Add((interval * 3 / 4).Ticks / TimeSpan.TicksPerMicrosecond);
        Add((interval * 5 / 4).Ticks / TimeSpan.TicksPerMicrosecond);
    }

    /// <summary>The mean interval between beats.</summary>
    public TimeSpan MeanInterval => TimeSpan.FromMicroseconds(Mean);

    /// <summary>The standard deviation of the intervals, at least <see cref="MinDeviation"/>.</summary>
    public TimeSpan Deviation => TimeSpan.FromMicroseconds(DeviationMicroseconds);

    /// <summary>When the next beat counts as missed if none comes until then.</summary>
    public TimeSpan Deadline => _last + Patience;

    /// <summary>How long after a beat the next one counts as missed.</summary>
    internal TimeSpan Patience => TimeSpan.FromMicroseconds(Mean + (DeviationsAtThreshold * DeviationMicroseconds));

    private double Mean => (double)_sum / _count;

    private double DeviationMicroseconds
    {
        get
        {
            double mean = Mean;
            double variance = Math.Max(0, ((double)_sumOfSquares / _count) - (mean * mean));
            return Math.Max(Math.Sqrt(variance), MinDeviation.TotalMicroseconds);
        }
    }

    /// <summary>A beat came.</summary>
    /// <param name="now">When. A time before the last beat's counts as the same.</param>
    /// <remarks>An interval in which beats were missed teaches nothing about how beats come, and is not remembered.</remarks>
    public void Beat(TimeSpan now)
    {
        if (now <= _last) return;
        if (!IsMissed(now) && now - _last <= MaxInterval) Add((now - _last).Ticks / TimeSpan.TicksPerMicrosecond);
        _last = now;
    }

    /// <summary>The node was heard, but not as its beats come: nothing is learned from the interval.</summary>
    internal void Heard(TimeSpan now)
    {
        if (now > _last) _last = now;
    }

    /// <summary>How surprising the silence since the last beat is; 0 and up, without a limit.</summary>
    /// <param name="now">The time of the call.</param>
    public double Phi(TimeSpan now)
    {
        double silence = Math.Max(0, (now - _last).TotalMicroseconds);
        return -NormalTail.Log10((silence - Mean) / DeviationMicroseconds);
    }

    /// <summary>Whether a beat was missed: phi has reached <see cref="Threshold"/>.</summary>
    /// <param name="now">The time of the call.</param>
    public bool IsMissed(TimeSpan now) => now >= Deadline;

    private void Add(long microseconds)
    {
        int interval = (int)microseconds;
        if (_count < _windowSize)
        {
            if (_count == _intervals.Length) Array.Resize(ref _intervals, Math.Min(2 * _count, _windowSize));
            _intervals[_count++] = interval;
        }
        else
        {
            long oldest = _intervals[_oldest];
            _sum -= oldest;
            _sumOfSquares -= oldest * oldest;
            _intervals[_oldest] = interval;
            _oldest = (_oldest + 1) % _windowSize;
        }
        _sum += microseconds;
        _sumOfSquares += microseconds * microseconds;
    }
}
