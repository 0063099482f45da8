namespace Apex.Vpn.Fleet.Model;

/// <summary>One version of a configuration for nodes. Immutable; safe from any thread.</summary>
/// <param name="Name">Which configuration, as in <c>fleet</c>.</param>
/// <param name="Version">Its version, from 1 up, without gaps.</param>
/// <param name="Content">What it says, as it goes to the nodes. Compared by reference, not by content.</param>
/// <param name="CreatedAt">When it was added, by the database's clock.</param>
public sealed record NodeConfiguration(string Name, long Version, ReadOnlyMemory<byte> Content, DateTimeOffset CreatedAt);
