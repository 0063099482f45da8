namespace Apex.Vpn.Benchmarks.Herd;

/// <summary>What the command was asked for.</summary>
/// <param name="Users">How many users there are.</param>
/// <param name="Cities">The footprint's file.</param>
/// <param name="Seed">Where users, capacities and latencies come from.</param>
/// <param name="Fail">The city that fails; null for the one with the most nodes.</param>
internal sealed record HerdOptions(int Users, string Cities, int Seed, string? Fail);
