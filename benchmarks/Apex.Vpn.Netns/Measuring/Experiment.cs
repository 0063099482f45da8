using Apex.Vpn.Netns.Network;

namespace Apex.Vpn.Netns.Measuring;

/// <summary>One line of the plan: some traffic over some link, through several contenders in turns.</summary>
/// <param name="Name">How it is asked for and called in results.</param>
/// <param name="Link">The link.</param>
/// <param name="Traffic">The traffic.</param>
/// <param name="Contenders">Names of contenders; the first is the one that the others are compared with.</param>
internal sealed record Experiment(string Name, LinkKind Link, Traffic Traffic, IReadOnlyList<string> Contenders)
{
    internal string Reference => Contenders[0];
}

/// <summary>One round of an experiment: a reading of each contender between two of the raw link.</summary>
/// <param name="Experiment">The experiment's name.</param>
/// <param name="RawBefore">The raw link before; null where it was left out.</param>
/// <param name="Readings">By contender.</param>
/// <param name="RawAfter">The raw link after.</param>
internal sealed record Trial(
    string Experiment, Reading? RawBefore, IReadOnlyDictionary<string, Reading> Readings, Reading? RawAfter)
{
    /// <summary>How far the raw link may move before a round says more about the machine than about the contenders.</summary>
    internal const double Tolerance = 0.15;

    /// <summary>Whether the raw link moved too far.</summary>
    internal bool Drifted => RawBefore is not null && RawAfter is not null
        && Math.Max(RawBefore.Value, RawAfter.Value) > (1 + Tolerance) * Math.Min(RawBefore.Value, RawAfter.Value);
}
