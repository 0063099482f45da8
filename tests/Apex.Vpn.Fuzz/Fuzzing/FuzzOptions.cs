namespace Apex.Vpn.Fuzz.Fuzzing;

/// <summary>How much to feed.</summary>
internal sealed record FuzzOptions
{
    /// <summary>Inputs in all, spread over the families by their shares.</summary>
    internal long Inputs { get; init; } = 5_000_000;

    internal ulong Seed { get; init; } = 1;

    /// <summary>The only family to feed; null for all.</summary>
    internal string? Family { get; init; }

    /// <summary>The only chunk of the family to feed, to repeat a failure; -1 for all.</summary>
    internal int Chunk { get; init; } = -1;

    internal int Threads { get; init; } = 2;
}
