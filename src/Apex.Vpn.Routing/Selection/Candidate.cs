using Apex.Vpn.Routing.Directory;
using Apex.Vpn.Routing.Latency;

namespace Apex.Vpn.Routing.Selection;

/// <summary>A server as a policy sees it: what is said of it in the list, its status, and the way to it.</summary>
/// <remarks>All numbers lie in their ranges: what made no sense is replaced by the worst, or the server is no candidate.</remarks>
public readonly ref struct Candidate
{
    /// <summary>The server.</summary>
    public required Server Server { get; init; }

    /// <summary>How it is: load and weight from 0 to 1.</summary>
    public required ServerStatus Status { get; init; }

    /// <summary>
    /// The way to it. While <see cref="ISelectionPolicy.Excludes"/> is asked it may be unknown; when a cost is asked for, it is known or
    /// assumed.
    /// </summary>
    public required LatencyEstimate Latency { get; init; }

    /// <summary>Signed time.</summary>
    public required DateTimeOffset Now { get; init; }
}
