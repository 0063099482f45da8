namespace Apex.Vpn.Fuzz.Stress;

/// <summary>How long and how hard.</summary>
internal sealed record StressOptions
{
    /// <summary>How long it goes on, on the wall's clock.</summary>
    internal TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Decides about packets and changes; the threads' order stays their own.</summary>
    internal ulong Seed { get; init; }

    /// <summary>
    /// Whether receiver indices are drawn from so few that they come back all the time. What was sent to a former owner of an index does not
    /// open then, as it should not.
    /// </summary>
    internal bool FewIndices { get; init; }

    /// <summary>Whether threads lose their turn by chance where they share something without a lock. Only in DEBUG builds.</summary>
    internal bool Yields { get; init; }

    /// <summary>Clients around the hub.</summary>
    internal int Clients { get; init; } = 3;
}
