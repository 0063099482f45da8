using Apex.Vpn.Routing.Directory;
using Apex.Vpn.Routing.Latency;

namespace Apex.Vpn.Routing.Selection;

/// <summary>What is known at the moment of a choice. Everything about servers stands at their index in the list.</summary>
public readonly ref struct SelectionInput
{
    /// <summary>What is believed of the way to each server.</summary>
    public required ReadOnlySpan<LatencyEstimate> Latencies { get; init; }

    /// <summary>How each server is; empty when no status is at hand, which makes all <see cref="ServerStatus.Unknown"/>.</summary>
    public ReadOnlySpan<ServerStatus> Statuses { get; init; }

    /// <summary>Signed time, not the wall clock's.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>
    /// A random number, all 64 bits of it. The same number gives the same choice while nothing else changes; a client that keeps its number
    /// for a while moves less. No two clients should share one.
    /// </summary>
    public required ulong Random { get; init; }

    /// <summary>The server in use, by its index, so that its cost is told in the same pass; null when there is none.</summary>
    public int? Current { get; init; }
}
