namespace Apex.Vpn.Fleet.Health;

/// <summary>The fleet or one region, as the brake sees it.</summary>
internal sealed class BrakeScope(string? region)
{
    /// <summary>The region's name; null for the fleet.</summary>
    internal string? Region => region;

    /// <summary>Nodes that are watched and not down.</summary>
    internal int Watched { get; set; }

    /// <summary>Those of them that miss a beat.</summary>
    internal int Silent { get; set; }

    /// <summary>Nodes that went down within the window.</summary>
    internal int RecentDowns { get; set; }

    internal bool IsEngaged { get; private set; }

    /// <summary>Whoever was heard later was heard while we were deaf, if we were.</summary>
    internal TimeSpan DeafSince { get; private set; }

    /// <summary>Whether more than half was silent at once: then it was us, whatever else it was.</summary>
    internal bool LostMajority { get; private set; }

    /// <summary>Whether an operator lets go of the brake.</summary>
    internal bool IsForced { get; set; }

    // What was affected when the brake was released, as far as it still is: it has been judged, and trips it no second time.
    private int _judged;

    private int Affected => Silent + RecentDowns;

    /// <summary>Looks at the counts after one of them rose; true when the brake trips now.</summary>
    internal bool Trips(TimeSpan now)
    {
        LostMajority |= IsEngaged && Silent * 2 > Watched;
        int fresh = Affected - _judged;
        if (IsEngaged || fresh < MassFailureBrake.MinNodes || fresh <= MassFailureBrake.MaxShare * (Watched + RecentDowns)) return false;
        IsEngaged = true;
        DeafSince = now - MassFailureBrake.KnownAfter;
        LostMajority = Silent * 2 > Watched;
        return true;
    }

    /// <summary>Looks at the counts after one of them fell.</summary>
    internal void Fell() => _judged = Math.Min(_judged, Affected);

    /// <summary>Lets go. Returns how many nodes were judged by this.</summary>
    internal int Release()
    {
        IsEngaged = IsForced = false;
        int judged = Affected - _judged;
        _judged = Affected;
        return judged;
    }

    /// <summary>So many nodes of a region were proven to be truly silent: they trip the fleet's brake no more.</summary>
    internal void Judged(int nodes) => _judged = Math.Min(_judged + nodes, Affected);
}
