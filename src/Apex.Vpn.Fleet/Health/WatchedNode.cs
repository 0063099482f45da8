namespace Apex.Vpn.Fleet.Health;

/// <summary>What the monitor keeps of one node.</summary>
internal sealed class WatchedNode(Guid id, int region, int city, int provider, PhiAccrual phi)
{
    internal Guid Id => id;
    internal PhiAccrual Phi => phi;

    // Names as numbers: they are compared for each choice of vantages.
    internal int Region => region;
    internal int City => city;
    internal int Provider => provider;

    internal long Epoch { get; set; }
    internal NodeHealth Health { get; set; }
    internal TimeSpan LastBeat { get; set; }

    /// <summary>When the next beat counts as missed.</summary>
    internal TimeSpan MissAt { get; set; }

    /// <summary>Beats in a row that came in time.</summary>
    internal int GoodBeats { get; set; }

    /// <summary>A beat was missed, no other came since, and the node is not down yet.</summary>
    internal bool IsSilent { get; set; }

    /// <summary>A verdict waits for the brake.</summary>
    internal bool IsHeld { get; set; }

    internal VantageRound Round { get; } = new();

    /// <summary>The place among all nodes.</summary>
    internal int Index { get; set; }

    /// <summary>The place in the heap; -1 outside.</summary>
    internal int HeapIndex { get; set; } = -1;

    /// <summary>When it is looked at next, at the latest.</summary>
    internal TimeSpan WakeAt { get; set; }

    internal bool CanBeVantage => Health == NodeHealth.Good && !IsSilent;
}
