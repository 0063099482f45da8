namespace Apex.Vpn.Fleet.Health;

/// <summary>
/// Blames ourselves first. When more than a tenth of a region or of the fleet falls silent at once, no verdict is given there until it is
/// proven that we hear well: nine tenths of all others, which must be half of everybody at least, were heard since the beats were missed.
/// </summary>
/// <remarks>
/// It counts silence, not verdicts. Silence comes seconds before the verdicts do: in an outage of our own the brake holds before the first
/// of them, and when a region is truly lost the proof is there before they are due.
/// </remarks>
internal sealed class MassFailureBrake
{
    internal const double MaxShare = 0.10;

    // In a region of five, one node is a fifth; that is a failure, not a mass failure. And of ten nodes three miss a beat at once about
    // once a day when 1 % is lost on the way (each is silent 0.44 % of the time), four once in three months: alarms of every day are read
    // by nobody.
    internal const int MinNodes = 4;

    /// <summary>
    /// A beat is missed at the earliest so long after it should have come: for as long we are deaf already, if it is us, when the brake
    /// trips. Somewhat less than 7.8 s − 5 s, as beats may come early.
    /// </summary>
    internal static readonly TimeSpan KnownAfter = TimeSpan.FromSeconds(2.5);

    private const double ProvenShare = 0.9;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(0.5);

    private readonly List<BrakeScope> _scopes = [new BrakeScope(null)]; // The fleet first, then region by region.
    private readonly Queue<(TimeSpan At, int Region)> _downs = new(256);

    internal BrakeScope Fleet => _scopes[0];

    internal TimeSpan NextCheck { get; private set; } = TimeSpan.MaxValue;

    internal int AddRegion(string name)
    {
        _scopes.Add(new BrakeScope(name));
        return _scopes.Count - 1;
    }

    internal bool IsFrozen(int region) => Fleet.IsEngaged || _scopes[region].IsEngaged;

    internal void Watched(int region, int change)
    {
        Fleet.Watched += change;
        _scopes[region].Watched += change;
    }

    /// <summary>A node fell silent. Returns the scopes that trip now.</summary>
    internal (BrakeScope? Fleet, BrakeScope? Region) FellSilent(int region, TimeSpan now)
    {
        Expire(now);
        BrakeScope scope = _scopes[region];
        Fleet.Silent++;
        scope.Silent++;
        (bool fleet, bool local) = (Fleet.Trips(now), scope.Trips(now));
        if (fleet || local) NextCheck = Earlier(NextCheck, now + CheckInterval);
        return (fleet ? Fleet : null, local ? scope : null);
    }

    internal void SilenceEnded(int region)
    {
        Fleet.Silent--;
        _scopes[region].Silent--;
        Fell(region);
    }

    internal void WentDown(int region, TimeSpan now)
    {
        _downs.Enqueue((now, region));
        Fleet.RecentDowns++;
        _scopes[region].RecentDowns++;
        Watched(region, -1);
        SilenceEnded(region);
    }

    /// <summary>An operator lets go of the brake: at the next check.</summary>
    internal bool Force(string? region, TimeSpan now)
    {
        BrakeScope? scope = _scopes.Find(scope => scope.Region == region);
        if (scope is not { IsEngaged: true }) return false;
        scope.IsForced = true;
        NextCheck = now;
        return true;
    }

    /// <summary>Finds a scope whose brake may be released, or sets the next check.</summary>
    internal BrakeScope? TakeReleasable(List<WatchedNode> nodes, TimeSpan now)
    {
        Expire(now);
        bool engaged = false;
        for (int i = 0; i < _scopes.Count; i++)
        {
            BrakeScope scope = _scopes[i];
            if (!scope.IsEngaged) continue;
            if (scope.IsForced || IsProven(scope, i, nodes)) return scope;
            engaged = true;
        }
        NextCheck = engaged ? now + CheckInterval : TimeSpan.MaxValue;
        return null;
    }

    internal void Release(BrakeScope scope)
    {
        int judged = scope.Release();
        if (scope != Fleet) Fleet.Judged(judged);
    }

    private bool IsProven(BrakeScope scope, int region, List<WatchedNode> nodes)
    {
        // For a region, those outside testify; if there are none, those inside have to.
        bool outside = region != 0 && Fleet.Watched - scope.Watched >= MinNodes;
        int asked = 0, others = 0, heard = 0;
        foreach (WatchedNode node in nodes)
        {
            if (node.Health == NodeHealth.Down || (outside && node.Region == region)) continue;
            asked++;
            if (node.IsSilent) continue;
            others++;
            if (node.LastBeat > scope.DeafSince) heard++;
        }
        return others > 0 && others * 2 >= asked && heard >= ProvenShare * others;
    }

    private void Expire(TimeSpan now)
    {
        while (_downs.TryPeek(out (TimeSpan At, int Region) oldest) && now - oldest.At >= Window)
        {
            _downs.Dequeue();
            Fleet.RecentDowns--;
            _scopes[oldest.Region].RecentDowns--;
            Fell(oldest.Region);
        }
    }

    private void Fell(int region)
    {
        Fleet.Fell();
        _scopes[region].Fell();
    }

    private static TimeSpan Earlier(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
