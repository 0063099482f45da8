namespace Apex.Vpn.Netns;

/// <summary>What the command line asks for.</summary>
internal sealed record CompareOptions
{
    /// <summary>How many rounds of each experiment count.</summary>
    internal int Rounds { get; init; } = 5;

    /// <summary>How long each measurement takes.</summary>
    internal double Seconds { get; init; } = 4;

    /// <summary>Names of experiments; empty for all.</summary>
    internal IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>Programs to measure in place of our own builds.</summary>
    internal IReadOnlyList<string> Ours { get; init; } = [];

    /// <summary>Whether our build for the JIT compiler is measured in place of the one compiled ahead of time.</summary>
    internal bool OursJit { get; init; }

    /// <summary>Whether what lies in the artifacts folder is measured as it is.</summary>
    internal bool NoBuild { get; init; }

    /// <summary>Whether to leave out the raw link, and so the judgement of drift.</summary>
    internal bool SkipRaw { get; init; }

    /// <summary>Whether to go on with the next measurement when one fails.</summary>
    internal bool KeepGoing { get; init; }

    /// <summary>Where to write every reading.</summary>
    internal FileInfo? Json { get; init; }

    /// <summary>How long the raw link is measured before and after.</summary>
    internal double RawSeconds => Math.Max(2, Seconds / 2);
}
