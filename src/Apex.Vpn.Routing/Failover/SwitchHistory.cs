namespace Apex.Vpn.Routing.Failover;

/// <summary>When the latest switches were: what flaps becomes slower.</summary>
internal sealed class SwitchHistory(TimeSpan window)
{
    private const int MaxDoublings = 3;

    private readonly TimeSpan[] _at = new TimeSpan[MaxDoublings + 1];
    private int _count;

    internal TimeSpan? Last => _count == 0 ? null : _at[(_count - 1) % _at.Length];

    internal void Add(TimeSpan now) => _at[_count++ % _at.Length] = now;

    /// <summary>1 for up to one switch in the window, then twice as much for each more: 2, 4, 8.</summary>
    internal int Backoff(TimeSpan now)
    {
        int recent = 0;
        for (int i = 0; i < Math.Min(_count, _at.Length); i++)
        {
            if (now - _at[i] < window) recent++;
        }
        return 1 << Math.Max(0, recent - 1);
    }
}
