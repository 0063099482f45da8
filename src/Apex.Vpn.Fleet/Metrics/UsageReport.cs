namespace Apex.Vpn.Fleet.Metrics;

/// <summary>What is said about one closed window, once and for all. Immutable; safe from any thread.</summary>
/// <param name="Start">When the window began.</param>
/// <param name="Length">How long it was.</param>
/// <param name="NoiseScale">How large the noise of each number is.</param>
/// <param name="Rows">The numbers, ordered by group and cell, rests last. Empty when there were too few users for any.</param>
public sealed record UsageReport(DateTimeOffset Start, TimeSpan Length, double NoiseScale, IReadOnlyList<UsageRow> Rows)
{
    /// <summary>All users of the rows: the sum of what is said anyway, and so no news to anybody.</summary>
    public long Total => Rows.Sum(static row => row.Users);

    /// <summary>All users of one group's rows.</summary>
    /// <param name="group">The group.</param>
    public long TotalOf(string group) => Rows.Where(row => row.Group == group).Sum(static row => row.Users);
}
