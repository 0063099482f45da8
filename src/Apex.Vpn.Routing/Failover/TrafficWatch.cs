namespace Apex.Vpn.Routing.Failover;

/// <summary>What went out and came in since the last answer. Two fields are written for a packet, and nothing is counted in vain.</summary>
internal sealed class TrafficWatch
{
    private int _unanswered;
    private TimeSpan _firstUnanswered;

    /// <summary>When data last went either way.</summary>
    internal TimeSpan? LastData { get; private set; }

    internal void Sent(int data, TimeSpan now)
    {
        if (data == 0) return;
        if (_unanswered == 0) _firstUnanswered = now;
        _unanswered = (int)Math.Min((long)_unanswered + data, int.MaxValue);
        LastData = now;
    }

    internal void Received(int data, TimeSpan now)
    {
        _unanswered = 0;
        if (data > 0) LastData = now;
    }

    /// <summary>What was sent so far needs no answer any more: it may have gone another way.</summary>
    internal void Restart() => _unanswered = 0;

    /// <summary>Since when data has been going out without an answer; null when it was not that much.</summary>
    internal TimeSpan? SilentSince(int leastData) => _unanswered >= leastData ? _firstUnanswered : null;
}
