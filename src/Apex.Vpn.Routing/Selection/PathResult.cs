using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Routing.Selection;

/// <summary>
/// A way, direct or through two servers, and what led to it. Made once and filled by every choice, without allocating; not thread-safe.
/// </summary>
public sealed class PathResult
{
    internal CandidateSet Entries { get; } = new();

    internal CandidateSet Exits { get; } = new();

    /// <summary>The direct choice, with its reasons and its runner-up; also where the way through two servers was taken.</summary>
    public SelectionResult Direct { get; } = new();

    /// <summary>The first of two servers; null on a direct way.</summary>
    public Server? Entry { get; private set; }

    /// <summary>Its index in the list; -1 on a direct way.</summary>
    public int EntryIndex { get; private set; } = -1;

    /// <summary>The server from which traffic leaves; null when there is no way.</summary>
    public Server? Exit { get; private set; }

    /// <summary>Its index in the list; -1 when there is no way.</summary>
    public int ExitIndex { get; private set; } = -1;

    /// <summary>What the way costs in milliseconds: both servers and what lies between; not a number when there is none.</summary>
    public double Cost { get; private set; } = double.NaN;

    /// <summary>The round trip between the two servers in milliseconds; 0 on a direct way.</summary>
    public double BetweenRtt { get; private set; }

    /// <summary>
    /// By how much the cheapest way through two servers undercuts the direct one, in milliseconds; negative when it costs more, not a
    /// number when one of them does not exist or was not looked for.
    /// </summary>
    public double Gain { get; private set; } = double.NaN;

    /// <summary>How many ways through two servers were as good as the cheapest of them; 0 when none was looked for.</summary>
    public int EquivalentCount { get; private set; }

    /// <summary>
    /// By index in the list: why a server cannot be the first of two. Empty when none was looked for; valid until the next choice.
    /// </summary>
    public ReadOnlySpan<ExclusionReason> EntryReasons => Entries.Reasons;

    /// <summary>
    /// By index in the list: why a server cannot be the second of two. Empty when none was looked for; valid until the next choice.
    /// </summary>
    public ReadOnlySpan<ExclusionReason> ExitReasons => Exits.Reasons;

    internal void Begin()
    {
        Entries.Begin(0, SelectionRule.Normal);
        Exits.Begin(0, SelectionRule.Normal);
        SetNone();
        (Gain, EquivalentCount) = (double.NaN, 0);
    }

    internal void SetGain(double gain) => Gain = gain;

    internal void SetNone()
    {
        (Entry, EntryIndex, Exit, ExitIndex) = (null, -1, null, -1);
        (Cost, BetweenRtt) = (double.NaN, 0);
    }

    internal void SetDirect()
    {
        (Exit, ExitIndex) = (Direct.Chosen, Direct.ChosenIndex);
        if (Exit is not null) Cost = Direct.ChosenCost.Total;
    }

    internal void SetPath((Server Server, int Index) entry, (Server Server, int Index) exit, double cost, double between, int equivalents)
    {
        (Entry, EntryIndex, Exit, ExitIndex) = (entry.Server, entry.Index, exit.Server, exit.Index);
        (Cost, BetweenRtt, EquivalentCount) = (cost, between, equivalents);
    }
}
