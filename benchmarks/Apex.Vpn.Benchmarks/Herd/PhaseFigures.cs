namespace Apex.Vpn.Benchmarks.Herd;

/// <summary>What was seen of one strategy in one part of the hour.</summary>
internal sealed class PhaseFigures(Strategy strategy, string name)
{
    // Hundredths of a millisecond would be finer than the model; the last cell is all above.
    private const int RttCells = 5000;

    private readonly List<double> _sets = [];
    private readonly List<(double Ratio, double Traffic)> _cities = [];
    private readonly long[] _extra = new long[RttCells];
    private double _peak, _extraSum, _setSizes;
    private long _online, _offline, _onFull, _moves, _flaps;

    internal void AddPeak(double utilization) => _peak = Math.Max(_peak, utilization);

    internal void AddCity(double most, double mean, double traffic)
    {
        if (mean > 0) _cities.Add((most / mean, traffic));
    }

    internal void AddSet(double ratio, int servers)
    {
        _sets.Add(ratio);
        _setSizes += servers;
    }

    internal void AddUser(double extraRtt, bool isFull)
    {
        _online++;
        _extraSum += extraRtt;
        _extra[Math.Clamp((int)(extraRtt * 10), 0, RttCells - 1)]++;
        if (isFull) _onFull++;
    }

    internal void AddOffline() => _offline++;

    internal void AddMove(bool isFlap)
    {
        _moves++;
        if (isFlap) _flaps++;
    }

    internal Row ToRow()
    {
        _sets.Sort();
        _cities.Sort();
        // A user is seen once a minute.
        double hours = (_online + _offline) / 60.0;
        return new Row(
            strategy.ToString(),
            name,
            SetMean: _sets.Average(),
            SetP95: _sets[(int)(_sets.Count * 0.95)],
            SetWorst: _sets[^1],
            SetSize: _setSizes / _sets.Count,
            CityMean: _cities.Sum(static city => city.Ratio * city.Traffic) / _cities.Sum(static city => city.Traffic),
            CityP95: WeightedP95(),
            Peak: _peak,
            OnFull: (double)_onFull / _online,
            ExtraRttMean: _extraSum / _online,
            ExtraRttP95: Percentile95(),
            MovesPerHour: _moves / hours,
            FlapsPerHour: _flaps / hours);
    }

    private double WeightedP95()
    {
        double sum = 0, enough = 0.95 * _cities.Sum(static city => city.Traffic);
        foreach ((double ratio, double traffic) in _cities)
        {
            if ((sum += traffic) >= enough) return ratio;
        }
        return double.NaN;
    }

    private double Percentile95()
    {
        long sum = 0;
        for (int i = 0; i < RttCells; i++)
        {
            if ((sum += _extra[i]) >= 0.95 * _online) return (i + 1) / 10.0;
        }
        return double.NaN;
    }

    /// <summary>The figures of a strategy in a part of the hour.</summary>
    /// <param name="Strategy">How servers were taken.</param>
    /// <param name="Phase">Before, during or after the failure.</param>
    /// <param name="SetMean">Greatest beside common utilisation in the sets of servers that are equivalent for a user; mean.</param>
    /// <param name="SetP95">The same; 95th percentile.</param>
    /// <param name="SetWorst">The same; the worst of all.</param>
    /// <param name="SetSize">Servers in a set; mean.</param>
    /// <param name="CityMean">The same among the servers of a city; mean, each city by its traffic.</param>
    /// <param name="CityP95">The same; 95th percentile by traffic.</param>
    /// <param name="Peak">The greatest utilisation of any server; above 1 users get less than they want.</param>
    /// <param name="OnFull">The share of users on servers above 1.</param>
    /// <param name="ExtraRttMean">Round trip beyond that to the nearest city that works, in milliseconds; mean.</param>
    /// <param name="ExtraRttP95">The same; 95th percentile.</param>
    /// <param name="MovesPerHour">How often a user moves within a session without need.</param>
    /// <param name="FlapsPerHour">How often within 10 minutes of the last time.</param>
    internal sealed record Row(
        string Strategy, string Phase, double SetMean, double SetP95, double SetWorst, double SetSize, double CityMean, double CityP95,
        double Peak, double OnFull, double ExtraRttMean, double ExtraRttP95, double MovesPerHour, double FlapsPerHour);
}
