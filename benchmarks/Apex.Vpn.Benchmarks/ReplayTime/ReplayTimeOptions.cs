namespace Apex.Vpn.Benchmarks.ReplayTime;

/// <summary>What to replay.</summary>
internal sealed record ReplayTimeOptions
{
    /// <summary>Matrices in the order of time.</summary>
    internal required string[] Files { get; init; }

    internal required int Servers { get; init; }

    /// <summary>How many servers a user may probe in each slice.</summary>
    internal required int Probes { get; init; }

    internal required int[] Seeds { get; init; }
}
