namespace Apex.Vpn.Benchmarks.Replay;

/// <summary>What is replayed. The defaults are those of the first figure.</summary>
internal sealed record ReplayOptions
{
    /// <summary>The matrices that users live in; figures are pooled over them.</summary>
    public required string[] Matrices { get; init; }

    /// <summary>Earlier matrices of the same hosts, whose median makes mesh and training; none to train on the users' own matrix.</summary>
    public string[] Train { get; init; } = [];

    public int Servers { get; init; } = 60;

    public int Probes { get; init; } = 8;

    /// <summary>The least number of users in a cluster.</summary>
    public int MinMembers { get; init; } = 5;

    /// <summary>The share of entries that are hidden from everybody.</summary>
    public double Mask { get; init; }

    /// <summary>Every probe is multiplied by a number drawn evenly from 1 - noise to 1 + noise.</summary>
    public double Noise { get; init; }

    /// <summary>No training host within as many milliseconds of a user is in the profiles that this user sees.</summary>
    public double? Apart { get; init; }

    public int[] Seeds { get; init; } = [1];
}
