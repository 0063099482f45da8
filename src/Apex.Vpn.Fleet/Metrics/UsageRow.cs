namespace Apex.Vpn.Fleet.Metrics;

/// <summary>One number of a report. A value; immutable.</summary>
/// <param name="Group">The group, as in a country; null for the rest of all groups.</param>
/// <param name="Cell">The cell, as in a city; null for the rest of the group.</param>
/// <param name="Users">How many users there were, with noise; not negative.</param>
public readonly record struct UsageRow(string? Group, string? Cell, long Users);
